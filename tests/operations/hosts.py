# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests of backups and recoveries share: a swarm with a service, and ways to destroy it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.cluster.conftest import Hosts, Outcome
from tests.lab import lab
from tests.lab.wait import wait_until

MANAGERS = ("manager1", "manager2", "manager3")
SERVICE = "service create --detach --name {name} {options} registry:5000/busybox:1 sleep 100000"


def play(hosts: Hosts, name: str, variables: dict[str, object], *arguments: str, **environment: str) -> Outcome:
    """Run a playbook of the collection."""
    extra = ("--extra-vars", json.dumps(variables), *arguments)
    return Outcome(hosts.ansible("ansible-playbook", f"apiary.swarm.{name}", *extra, **environment))


def join_all(hosts: Hosts, *arguments: str) -> None:
    """What site does for the swarm: hosts that are in none join it."""
    done = hosts.play(*arguments)
    assert done.succeeded, done.text


def pinned_container(hosts: Hosts, manager: str) -> str:
    """The ID of the container of a new service that can only run on the worker."""
    hosts.docker(manager, SERVICE.format(name="kept", options="--constraint node.hostname==worker1"))
    wait_until(lambda: containers(hosts, "worker1", "kept") != "")
    return containers(hosts, "worker1", "kept")


@pytest.fixture(scope="module")
def made() -> Iterator[Hosts]:
    with lab.for_tests("operations-backup", managers=3, workers=1, engine=True) as state:
        yield Hosts(state)


@pytest.fixture
def hosts(made: Hosts) -> Hosts:
    made.reset()
    join_all(made)
    return made


def containers(hosts: Hosts, host: str, service: str) -> str:
    return hosts.docker(host, f"ps --quiet --no-trunc --filter label=com.docker.swarm.service.name={service}")


def wipe(hosts: Hosts, names: Iterable[str], start: bool = True) -> None:
    """What these hosts know of any swarm is gone, as after a crash of their disks."""
    again = "systemctl start docker" if start else "true"
    command = f"systemctl stop docker.socket docker; rm -rf /var/lib/docker/swarm; {again}"
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: hosts.console(name, command), names))


def starts(hosts: Hosts) -> list[str]:
    """Changes when an Engine is started."""
    return [hosts.console(name, "systemctl show --property=InvocationID --value docker") for name in MANAGERS]


def files(directory: Path) -> dict[str, int]:
    """The modes of all files and directories below, by relative path."""
    return {str(path.relative_to(directory)): path.stat().st_mode & 0o777 for path in directory.rglob("*")}
