# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verification of all scenarios shares: the lab's hosts by testinfra over paramiko, and their Engines."""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import testinfra

from tests.lab import access, engine_api
from tests.lab.progress import LabError
from tests.lab.state import USER, Lab

SAME_MOMENT = 1.0  # seconds: a restart and what is waited for after it take longer


def _lab() -> Lab:
    return Lab.load("mol-" + os.environ["MOLECULE_SCENARIO_NAME"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `node` runs once for each host of the lab."""
    if "node" in metafunc.fixturenames:
        metafunc.parametrize("node", [host.name for host in _lab().hosts])


@pytest.fixture(scope="session")
def lab() -> Lab:
    return _lab()


@pytest.fixture(scope="session")
def hosts(lab: Lab) -> dict[str, Any]:
    """The hosts by name, each a testinfra host as root."""
    return {
        host.name: testinfra.get_host(
            f"paramiko://{USER}@{host.address}", ssh_identity_file=str(lab.key_file), sudo=True
        )
        for host in lab.hosts
    }


class Cluster:
    """The swarm as the Engines tell it, asked without the collection."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.manager = lab.group("swarm_managers")[0].name

    def get(self, path: str, **filters: list[str]) -> Any:
        return engine_api.get(self.lab, self.manager, path, **filters)

    def nodes(self) -> dict[str, dict[str, Any]]:
        """The nodes by host name."""
        return {node["Description"]["Hostname"]: node for node in self.get("/nodes")}

    def host_name(self, node_id: str) -> str:
        return next(name for name, node in self.nodes().items() if node["ID"] == node_id)

    def running_tasks(self, service: str) -> list[dict[str, Any]]:
        tasks = self.get("/tasks", service=[service], **{"desired-state": ["running"]})
        return [task for task in tasks if task["Status"]["State"] == "running"]


@pytest.fixture(scope="session")
def cluster(lab: Lab) -> Cluster:
    return Cluster(lab)


@pytest.fixture(scope="session")
def on(lab: Lab) -> Callable[[str, str], str]:
    """What a shell command says that root runs on a host."""
    return lambda host, command: access.ssh(lab, host, f"sudo sh -c {shlex.quote(command)}").strip()


@pytest.fixture(scope="session")
def at_once(on: Callable[[str, str], str]) -> Callable[..., list[str]]:
    """What a shell command says on several hosts, all asked at the same moment. One after another, a host that was down
    when it was asked may be back, and the next one down, when the last is asked. LabError when it was not the same
    moment, because a connection took longer than others; the hosts have one clock.
    """

    def ask(names: Iterable[str], command: str) -> list[str]:
        with ThreadPoolExecutor() as pool:
            answers = list(pool.map(lambda name: on(name, f"date +%s.%N; {command}"), names))
        times = [float(answer.split("\n", 1)[0]) for answer in answers]
        if max(times) - min(times) > SAME_MOMENT:
            raise LabError(f"the hosts were asked within {max(times) - min(times):.1f} s and not at the same moment")
        return [answer.partition("\n")[2] for answer in answers]

    return ask


@pytest.fixture(scope="session")
def watching() -> Callable[..., Any]:
    """Calls a function again and again beside what is done in the block, and yields the list of its answers. What a
    busy machine could not tell (LabError) is none of them.
    """

    @contextmanager
    def watch(look: Callable[[], Any]) -> Iterator[list[Any]]:
        seen: list[Any] = []
        over = threading.Event()

        def repeat() -> None:
            while not over.wait(0.2):
                with suppress(LabError):
                    seen.append(look())

        with ThreadPoolExecutor(1) as pool:
            watcher = pool.submit(repeat)
            try:
                yield seen
            finally:
                over.set()
            watcher.result()

    return watch
