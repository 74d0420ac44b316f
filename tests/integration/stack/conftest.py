# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three real Engines (20.10, 26.1, 28.5), each the only node of its own swarm; stack_deploy runs on all at once.

    python -m pytest tests/integration/stack

With LAB_NAME=x in the environment the lab x is left running; `python -m tests.lab down --name x` removes it.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab import access, lab
from tests.lab.state import Lab

PLATFORMS = ["debian12-engine", "debian13-engine", "debian13-engine28"]
ENGINES = ("manager1", "manager2", "manager3")

Result = dict[str, Any]


class Engines:
    """The hosts of the lab. Every answer is a mapping by host.

    `environment` is what runs of Ansible get beside the tests' own; `output` is all that they printed, at -vvv.
    """

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.folder = folder
        self.runs = 0
        # Nobody's logins count.
        self.environment = {"DOCKER_CONFIG": str(folder)}
        self.output = ""

    def deploy(self, name: str, **options: Any) -> dict[str, Result]:
        """One run of stack_deploy; see `run`."""
        return self.run("stack_deploy", name=name, **{"resolve_image": "never", "wait_timeout": 60, **options})

    def run(self, module: str, *, check: bool = False, hosts: str = "all", **options: Any) -> dict[str, Result]:
        """One run of a module on all hosts, at the same time; what it returned."""
        tree, process = self._start(module, check=check, hosts=hosts, **options)
        output, _nothing = process.communicate()
        self.output += output
        results = {path.name: json.loads(path.read_text()) for path in tree.iterdir()} if tree.exists() else {}
        assert results, output
        for result in results.values():
            # The callback leaves out that a result is a failure; the module returns a message with failures alone.
            result["failed"] = "msg" in result
        assert not any(result.get("unreachable") for result in results.values()), output
        return results

    def kill_after(self, seconds: float, module: str, **options: Any) -> None:
        """Begin a run, and kill the controller (all its processes, connections included) in the middle of it."""
        _tree, process = self._start(module, **options)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def _start(
        self, module: str, *, check: bool = False, hosts: str = "all", **options: Any
    ) -> tuple[Path, subprocess.Popen[str]]:
        """(The folder in which the results will be, Ansible as the leader of its own process group.)"""
        self.runs += 1
        tree = self.folder / f"run{self.runs}"
        command = [str(Path(sys.executable).with_name("ansible")), hosts, "-m", f"apiary.swarm.{module}"]
        # ansible takes an empty dictionary for free text.
        command += ["-a", json.dumps(options)] if options else []
        command += ["-t", str(tree), "--diff", "-vvv", *(["--check"] if check else [])]
        environment = {**os.environ, **self.environment, "ANSIBLE_CONFIG": str(self.lab.directory / "ansible.cfg")}
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            env=environment,
            start_new_session=True,
        )
        return tree, process

    def docker(self, command: str, *, check: bool = True) -> dict[str, str]:
        """The output of a docker command line on each host."""
        return {host: access.console(self.lab, host, f"docker {command}", check=check).strip() for host in ENGINES}

    def console(self, host: str, command: str, *, check: bool = True) -> str:
        """The output of a command line of root on one host."""
        return access.console(self.lab, host, command, check=check)

    def spec(self, service: str, path: str = "") -> dict[str, Any]:
        """(A part of) the spec of a service on each host, `.TaskTemplate.ContainerSpec.Image` for instance."""
        text = self.docker(f"service inspect {service} --format '{{{{json .Spec{path}}}}}'")
        return {host: json.loads(answer) for host, answer in text.items()}

    def put(self, host: str, path: str, text: str) -> None:
        """Write a file on a host."""
        encoded = base64.b64encode(text.encode()).decode()
        access.console(self.lab, host, f"echo {encoded} | base64 -d > {path}")

    def init(self) -> None:
        """Make each host that is in no swarm the manager of one."""
        for host in ENGINES:
            state = access.console(self.lab, host, "docker info --format '{{.Swarm.LocalNodeState}}'").strip()
            if state != "active":
                access.console(self.lab, host, f"docker swarm init --advertise-addr {self.lab.host(host).address}")

    def versions(self, service: str) -> dict[str, str]:
        """The version of a service's object, which every write increases."""
        return self.docker(f"service inspect {service} --format '{{{{.Version.Index}}}}'")


@pytest.fixture(scope="session")
def stack_lab() -> Iterator[Lab]:
    """Made for the run; set LAB_NAME to use a lab again and again."""
    with lab.for_tests("integration-stack", managers=3, workers=0, platforms=PLATFORMS) as made:
        yield made


@pytest.fixture
def engines(stack_lab: Lab, tmp_path: Path) -> Engines:
    engines = Engines(stack_lab, tmp_path)
    engines.init()
    return engines


@pytest.fixture
def stack(engines: Engines, request: pytest.FixtureRequest) -> Iterator[Callable[..., dict[str, Result]]]:
    """stack_deploy for a stack of the test's own, which is removed afterwards. It has the attribute `stack`."""
    name = request.node.originalname.removeprefix("test_").replace("_", "-")[:20].strip("-")

    def deploy(**options: Any) -> dict[str, Result]:
        return engines.deploy(name, **options)

    deploy.stack = name  # type: ignore[attr-defined]
    yield deploy
    changed(engines.deploy(name, state="absent"))


def changed(results: dict[str, Result]) -> set[bool]:
    """Whether the runs changed something; {True} where all did. A failure shows its message."""
    failures = {host: result["msg"] for host, result in results.items() if result.get("failed")}
    assert not failures, failures
    return {result["changed"] for result in results.values()}


def failures(results: dict[str, Result]) -> list[Result]:
    """The results of runs all of which failed."""
    assert all(result.get("failed") for result in results.values()), results
    return list(results.values())


def plan_lines(result: Result) -> list[str]:
    """`update service st_web: image` for each step."""
    return [
        f"{step['action']} {step['kind']} {step['name']}"
        + (f": {', '.join(change['path'] for change in step['changes'])}" if step["changes"] else "")
        for step in result["plan"]
    ]
