# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Five hosts with real Engines, and ways to act on them that do not go through the collection."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import access, lab, swarm
from tests.lab.state import USER, Lab
from tests.lab.wait import wait_until

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent


class Hosts:
    """The hosts of a lab; `programs` is where Ansible's are."""

    def __init__(self, state: Lab, programs: Path = BIN) -> None:
        self.lab = state
        self.programs = programs
        self.names = [host.name for host in state.hosts]

    def docker(self, host: str, command: str, check: bool = True) -> str:
        """The docker CLI on a host, by its console."""
        return self.console(host, f"docker {command}", check=check)

    def console(self, host: str, command: str, check: bool = True) -> str:
        """A shell command on a host as root, by its console."""
        return access.console(self.lab, host, command, check=check).strip()

    def swarm(self, host: str) -> dict[str, Any]:
        """What the Engine of a host says of its swarm. It lists managers in a random order; here they are sorted."""
        found: dict[str, Any] = json.loads(self.docker(host, "info --format '{{json .Swarm}}'"))
        found["RemoteManagers"] = sorted(found.get("RemoteManagers") or [], key=lambda manager: manager["NodeID"])
        return found

    def nodes(self, manager: str) -> dict[str, dict[str, Any]]:
        """All nodes by NodeID, with the Engine's own field names."""
        ids = self.docker(manager, "node ls --quiet").split()
        return {node["ID"]: node for node in json.loads(self.docker(manager, f"node inspect {' '.join(ids)}"))}

    def specs(self, manager: str) -> dict[str, dict[str, Any]]:
        """What is wished of all nodes, by NodeID. Of the rest, swarm itself writes at any time: when an agent registers
        with another manager, for instance.
        """
        return {identity: node["Spec"] for identity, node in self.nodes(manager).items()}

    def wait_for_managers(self, asked: str, *names: str) -> None:
        """Until the manager that is asked says that these managers, and no others, are reachable. One that answered a
        heartbeat late is not, until it answers the next.
        """

        def reachable() -> bool:
            nodes = [node for node in self.nodes(asked).values() if "ManagerStatus" in node]
            found = {node["Description"]["Hostname"]: node["ManagerStatus"]["Reachability"] for node in nodes}
            assert found == dict.fromkeys(names, "reachable")
            return True

        wait_until(reachable)

    def reset(self) -> None:
        at_once(self.leave, self.names)

    def join(self, host: str, role: str = "worker", manager: str = "manager1") -> None:
        """Have a host join by hand."""
        swarm.join(self.lab, host, manager, role)

    def leave(self, host: str) -> None:
        """Have a host leave by hand and by force."""
        swarm.leave(self.lab, host)

    def environment(self, **variables: str) -> dict[str, str]:
        """The environment of Ansible's programs."""
        configuration = str(self.lab.directory / "ansible.cfg")
        return {**os.environ, "ANSIBLE_CONFIG": configuration, "ANSIBLE_NOCOLOR": "1", **variables}

    def ansible(self, program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = self.environment(**variables)
        return subprocess.run(
            [self.programs / program, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def play(self, *arguments: str, **variables: str) -> Outcome:
        """Run the cluster roles; `variables` are of the environment."""
        return Outcome(self.ansible("ansible-playbook", str(HERE / "cluster.yml"), *arguments, **variables))

    def inventory(self) -> dict[str, Any]:
        """The inventory as data, to be changed and written elsewhere."""
        found: dict[str, Any] = yaml.safe_load(self.lab.inventory_file.read_text())
        return found

    def module(self, host: str, module: str, options: dict[str, Any], *arguments: str) -> dict[str, Any]:
        """Run one module; its result, which says `failed` in every case."""
        stated = ["-a", json.dumps(options)] if options else []  # ansible takes an empty dictionary for free text
        done = self.ansible("ansible", host, "-m", f"apiary.swarm.{module}", *stated, *arguments)
        found = re.search(r"^\S+ \| ([A-Z!]+) => ({.*^})", done.stdout, re.DOTALL | re.MULTILINE)
        assert found, done.stdout + done.stderr
        result: dict[str, Any] = json.loads(found.group(2))
        return {**result, "failed": found.group(1) == "FAILED!"}


class Outcome:
    """What a run of a playbook says at its end."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.text = done.stdout + done.stderr
        self.words = " ".join(self.text.split())  # messages are broken into lines
        self.succeeded = done.returncode == 0
        self.changed = sum(int(number) for number in re.findall(r"\bchanged=(\d+)", self.text))


def at_once(act: Callable[[Any], object], items: Sequence[Any]) -> None:
    """Do the same with several hosts in parallel; the first error is raised."""
    with ThreadPoolExecutor(len(items)) as pool:
        for _result in pool.map(act, items):
            pass


@pytest.fixture(scope="session")
def lab_hosts() -> Iterator[Hosts]:
    """Three managers and two workers to be; set LAB_NAME to use a lab again and again."""
    with lab.for_tests("integration-cluster", managers=3, workers=2, engine=True) as made:
        yield Hosts(made)


@pytest.fixture
def hosts(lab_hosts: Hosts) -> Hosts:
    """Hosts that are in no swarm."""
    lab_hosts.reset()
    return lab_hosts


@pytest.fixture
def cluster(hosts: Hosts) -> Hosts:
    """A swarm of all five, made without the collection."""
    hosts.docker("manager1", "swarm init")
    groups = (["manager2", "manager3"], ["worker1"], ["worker2"])  # a change of the raft group is serial
    at_once(lambda names: [hosts.join(name, name.rstrip("123")) for name in names], groups)
    return hosts


@pytest.fixture
def small(hosts: Hosts) -> Hosts:
    """A swarm of manager1, manager2 and worker1, made without the collection; the user may use their Engines."""
    for name in ("manager1", "manager2", "worker1"):
        hosts.console(name, f"usermod --append --groups docker {USER}")
    hosts.docker("manager1", "swarm init")
    at_once(lambda name: hosts.join(name, name.rstrip("123")), ("manager2", "worker1"))
    return hosts


@pytest.fixture
def home(hosts: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory on the controller in which the hosts' keys and the user's own are known."""
    (tmp_path / ".ssh").mkdir(mode=0o700)
    (tmp_path / ".ssh" / "config").write_text(f"Host *\n  IdentityFile {hosts.lab.key_file}\n")
    (tmp_path / ".ssh" / "known_hosts").write_text(hosts.lab.known_hosts_file.read_text())
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def ssh_program(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """OpenSSH takes the home directory of the account, whatever HOME says: a wrapper names the files of the test, and
    notes each call in the file that this is.
    """
    program, calls = home / "bin" / "ssh", home / "calls"
    config, known = home / ".ssh" / "config", home / ".ssh" / "known_hosts"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {calls}\nexec {shutil.which("ssh")} -F {config} -o UserKnownHostsFile={known} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return calls


def swarm_inventory(hosts: Hosts, folder: Path, *names: str, **options: Any) -> Path:
    """A file in the folder that is a swarm as inventory, for which these hosts are asked in turn."""
    asked = [f"ssh://{USER}@{hosts.lab.host(name).address}" for name in names]
    reached = {
        "ansible_user": f"'{USER}'",
        "ansible_become": "true",
        "ansible_ssh_private_key_file": f"'{hosts.lab.key_file}'",
        "ansible_ssh_common_args": f"'-o UserKnownHostsFile={hosts.lab.known_hosts_file}'",
    }
    file = folder / "lab.swarm.yml"
    file.write_text(
        yaml.safe_dump({"plugin": "apiary.swarm.swarm", "docker_hosts": asked, "compose": reached, **options})
    )
    return file
