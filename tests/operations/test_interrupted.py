# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations that are killed at any moment: the next run does the rest, and takes over the lock."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.cluster.conftest import BIN, Hosts
from tests.lab import faults
from tests.lab.wait import wait_until
from tests.operations.hosts import wipe
from tests.operations.test_nodes import ALL, BUSYBOX, drained, five, play, spoken, swarm

__all__ = ["five", "swarm"]  # fixtures


MANAGERS = ALL[:3]
# The shell that starts the Engine again when a module is killed: there is one as long as a module has it stopped.
GUARD = "pgrep -f '^/bin/sh -c .read -r word'"


def start(hosts: Hosts, name: str, **extra: str) -> subprocess.Popen[str]:
    stated = [part for key, value in extra.items() for part in ("-e", f"{key}={value}")]
    command = [BIN / "ansible-playbook", f"apiary.swarm.{name}", "-i", str(hosts.lab.inventory_file), *stated]
    return subprocess.Popen(
        command,
        env=hosts.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def killed_after(hosts: Hosts, seconds: float, name: str, **extra: str) -> bool:
    """Start a playbook and kill it with all that it started; whether it was still running."""
    process = start(hosts, name, **extra)
    time.sleep(seconds)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return running


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_what_was_killed_is_finished_by_the_next_run(swarm: Hosts, seed: int) -> None:
    """Half of the seeds remove a manager and a worker, half drain them."""
    swarm.docker("manager1", f"service create --detach --replicas 5 --name web {BUSYBOX}")
    name = ("remove_node", "drain")[seed % 2]
    seconds = random.Random(seed).uniform(1.5, 12)
    running = killed_after(swarm, seconds, name, swarm_target="manager1,worker1")
    print(f"measured: {name}, {'killed' if running else 'ended before'} after {seconds:.1f} s")
    again = play(swarm, name, swarm_target="manager1,worker1")
    assert again.succeeded, again.text
    if name == "drain":
        assert drained(swarm, "manager2") == {"manager1", "worker1"}
    else:
        assert sorted(spoken(swarm, "manager2")) == ["manager2", "manager3", "worker2"]
        assert {swarm.swarm(host)["LocalNodeState"] for host in ("manager1", "worker1")} == {"inactive"}
    assert {swarm.docker(host, "ps --quiet") for host in ("manager1", "worker1")} == {""}
    third = play(swarm, name, swarm_target="manager1,worker1")
    assert third.succeeded, third.text
    assert third.changed == 0, third.text


def killed_with_the_engine_stopped(hosts: Hosts, name: str, **extra: str) -> None:
    """The worst moment of a backup or a restore."""
    process = start(hosts, name, **extra)
    try:
        with ThreadPoolExecutor() as pool:  # a backup shows it for seconds only
            wait_until(
                lambda: (
                    process.poll() is not None
                    or any(pool.map(lambda host: hosts.console(host, GUARD, check=False), MANAGERS))
                )
            )
        assert process.poll() is None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@dataclass(frozen=True)
class Case:
    """An operation that is killed: what is there before (the result is for `proof`), its variables, and what must hold
    after the next run. `longest` is about how long it takes."""

    longest: float
    extra: Callable[[Hosts, Path], dict[str, str]]
    proof: Callable[[Hosts, Path, Mapping[str, str]], None]


def killed(hosts: Hosts, case: Case, name: str, seed: int | str, extra: dict[str, str]) -> None:
    if seed == "stopped":
        killed_with_the_engine_stopped(hosts, name, **extra)
        print(f"measured: {name}, killed while an Engine was stopped")
        return
    seconds = random.Random(seed).uniform(1.5, case.longest)
    running = killed_after(hosts, seconds, name, **extra)
    print(f"measured: {name}, {'killed' if running else 'ended before'} after {seconds:.1f} s")


def runs(hosts: Hosts) -> dict[str, str]:
    """Changes when an Engine is started."""
    return {name: hosts.console(name, "systemctl show --property=InvocationID --value docker") for name in ALL}


def replicas(hosts: Hosts, manager: str = "manager1") -> str:
    return hosts.docker(manager, "service ls --filter name=web --format '{{.Replicas}}'", check=False)


def nothing_is_left(hosts: Hosts, tmp_path: Path) -> None:
    """No archive where none must be, on the hosts or on the controller."""
    find = "find /var/tmp /tmp /root /home /var/lib/docker -maxdepth 3 -name '*apiary-swarm-*' -not -path '*/swarm/*'"
    assert {name: hosts.console(name, find) for name in MANAGERS} == dict.fromkeys(MANAGERS, "")
    assert list((tmp_path / "tmp").glob("apiary-swarm-*")) == []
    assert list((tmp_path / "b").glob(".*")) == []


def before_a_backup(hosts: Hosts, tmp_path: Path) -> dict[str, str]:
    return {"swarm_backup_dir": str(tmp_path / "b")}


def is_backed_up(hosts: Hosts, tmp_path: Path, before: Mapping[str, str]) -> None:
    assert all_managers_are_reachable(hosts)
    archives = sorted(path.name.partition(".")[0] for path in (tmp_path / "b").glob("*.tar.gz"))
    assert archives == sorted(path.stem for path in (tmp_path / "b").glob("*.json")) != []
    nothing_is_left(hosts, tmp_path)


def before_a_restore(hosts: Hosts, tmp_path: Path) -> dict[str, str]:
    done = play(hosts, "backup", **before_a_backup(hosts, tmp_path))
    assert done.succeeded, done.text
    cluster = hosts.swarm("manager1")["Cluster"]["ID"]
    (archive,) = (tmp_path / "b").glob("*.tar.gz")
    (record,) = (tmp_path / "b").glob("*.json")
    host = json.loads(record.read_text())["host"]
    wipe(hosts, ALL)
    return {
        "swarm_restore_archive": str(archive),
        "swarm_restore_host": host,
        "swarm_restore_confirm": cluster,
    }


def is_restored(hosts: Hosts, tmp_path: Path, extra: Mapping[str, str]) -> None:
    host = extra["swarm_restore_host"]
    assert hosts.swarm(host)["Cluster"]["ID"] == extra["swarm_restore_confirm"]
    assert replicas(hosts, host).endswith("/5")
    managers = [node for node in hosts.nodes(host).values() if node["Spec"]["Role"] == "manager"]
    assert [node["Description"]["Hostname"] for node in managers] == [host]
    nothing_is_left(hosts, tmp_path)
    third = play(hosts, "restore", **extra)
    assert third.succeeded, third.text
    assert third.changed == 0, third.text


def before_a_rebalance(hosts: Hosts, tmp_path: Path) -> dict[str, str]:
    for name in ("worker1", "worker2"):
        hosts.docker("manager1", f"node update --availability drain {name}")
    options = "--detach --replicas 6 --stop-grace-period 1s --update-monitor 1s"
    for name in ("one", "two"):
        hosts.docker("manager1", f"service create {options} --name {name} {BUSYBOX}")
    wait_until(lambda: all(sum(spread(hosts, name).values()) == 6 for name in ("one", "two")))
    for name in ("worker1", "worker2"):
        hosts.docker("manager1", f"node update --availability active {name}")
    return {}


def spread(hosts: Hosts, service: str) -> Counter[str]:
    listed = hosts.docker(
        "manager1", f"service ps -f desired-state=running --format '{{{{.Node}}}} {{{{.CurrentState}}}}' {service}"
    )
    return Counter(line.split()[0] for line in listed.splitlines() if line.split()[1] == "Running")


def is_spread(hosts: Hosts, tmp_path: Path, extra: Mapping[str, str]) -> None:
    for name in ("one", "two"):
        assert sorted(spread(hosts, name).values()) == [1, 1, 1, 1, 2], name
    third = play(hosts, "rebalance")
    assert third.succeeded, third.text
    assert third.changed == 0, third.text


def before_a_restart(hosts: Hosts, tmp_path: Path) -> dict[str, str]:
    hosts.docker("manager1", "node update --availability pause worker2")
    (tmp_path / "runs.json").write_text(json.dumps(runs(hosts)))
    return {"docker_engine_source": "distribution"}


def is_restarted(hosts: Hosts, tmp_path: Path, extra: Mapping[str, str]) -> None:
    assert not set(json.loads((tmp_path / "runs.json").read_text()).items()) & set(runs(hosts).items())
    nodes = hosts.nodes("manager1").values()
    assert {node["Description"]["Hostname"]: node["Spec"]["Availability"] for node in nodes} == {
        **dict.fromkeys(ALL, "active"),
        "worker2": "pause",
    }
    assert not any(node["Spec"]["Labels"] for node in nodes)
    assert all_managers_are_reachable(hosts)
    assert replicas(hosts) == "5/5"


CASES = {
    "backup": Case(18, before_a_backup, is_backed_up),
    "restore": Case(25, before_a_restore, is_restored),
    "rebalance": Case(40, before_a_rebalance, is_spread),
    "restart": Case(90, before_a_restart, is_restarted),
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "seed"),
    [
        *(("backup", seed) for seed in ("stopped", 10, 12, 13, 15)),
        *(("restore", seed) for seed in ("stopped", 17, 18, 20, 25)),
        *(("rebalance", seed) for seed in (25, 30, 49)),
        *(("restart", seed) for seed in (40, 41, 42)),
    ],
)
def test_any_operation_that_was_killed_converges(
    swarm: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, seed: int | str
) -> None:
    case = CASES[name]
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    swarm.docker("manager1", f"service create --detach --replicas 5 --stop-grace-period 1s --name web {BUSYBOX}")
    wait_until(lambda: replicas(swarm) == "5/5")
    extra = case.extra(swarm, tmp_path)
    killed(swarm, case, name, seed, extra)
    again = play(swarm, name, **extra)
    assert again.succeeded, again.text
    case.proof(swarm, tmp_path, extra)


# What a run may end with when a manager has lost its power meanwhile: who does not answer, and nothing else.
SILENCE = re.compile(r"UNREACHABLE!|manager1|no leader|not have a leader|no quorum|reachable|(did|does) not answer")


def ended_honestly(said: str, returncode: int) -> None:
    """It went well, or each error says that a manager is gone; none is of the playbook itself."""
    errors = [line for line in said.splitlines() if line.startswith("fatal: ")]
    print("\n".join(errors))
    assert returncode == 0 or errors, said
    assert [line for line in errors if not SILENCE.search(line)] == []
    for flaw in ("Traceback", "is undefined", "has no attribute", "object has no element", "MODULE FAILURE"):
        assert flaw not in said, said


@pytest.mark.long
@pytest.mark.parametrize("name", ["drain", "remove_node", "rebalance", "rotate", "backup"])
def test_the_leader_loses_its_power_meanwhile(swarm: Hosts, tmp_path: Path, name: str) -> None:
    """The run ends well with the other managers, or fails and says why; once the host is up, the next is well."""
    swarm.docker("manager1", "node update --availability drain worker2")
    swarm.docker("manager1", f"service create --detach --replicas 6 --name web {BUSYBOX}")
    wait_until(lambda: len(swarm.docker("manager1", "service ps -q -f desired-state=running web").split()) == 6)
    swarm.docker("manager1", "node update --availability active worker2")
    assert swarm.docker("manager1", "node inspect self --format '{{.ManagerStatus.Leader}}'") == "true"
    extra = {
        "drain": {"swarm_target": "worker1"},
        "remove_node": {"swarm_target": "worker1"},
        "rebalance": {},
        "rotate": {"swarm_rotate": "worker_token,manager_token"},
        "backup": {"swarm_backup_dir": str(tmp_path)},
    }[name]
    without_the_leader(swarm, name, "", **extra)
    again = play(swarm, name, **extra)
    assert again.succeeded, again.text
    if name in ("drain", "remove_node"):
        assert swarm.docker("worker1", "ps --quiet") == ""
    assert len(swarm.docker("manager2", "service ps -q -f desired-state=running web").split()) == 6


def without_the_leader(hosts: Hosts, name: str, task: str, **extra: str) -> None:
    """Start the playbook; its host loses its power when this task begins (without one: after five seconds), and comes
    back after the run."""
    process = start(hosts, name, **extra)
    said = ""
    if task:
        assert process.stdout
        for line in process.stdout:
            said += line
            if f" : {task}]" in line or f"TASK [{task}]" in line:
                break
    else:
        time.sleep(5)
    assert process.poll() is None, said
    faults.kill(hosts.lab, "manager1")
    try:
        rest, _nothing = process.communicate(timeout=500)
    finally:
        faults.start(hosts.lab, "manager1")
    print(f"measured: {name} {'ended well' if process.returncode == 0 else 'failed'} without the leader")
    ended_honestly(said + rest, process.returncode)
    if name not in ("reset", "unlock", "replace_manager"):
        wait_until(lambda: all_managers_are_reachable(hosts), 120)


@pytest.mark.long
@pytest.mark.parametrize("task", ["Let the workers leave", "Let the managers leave"])
def test_the_leader_loses_its_power_while_the_swarm_is_ended(swarm: Hosts, task: str) -> None:
    """The other two have left when it is back: it has no quorum any more, and can be ended all the same."""
    extra = {"swarm_confirm": swarm.swarm("manager1")["Cluster"]["ID"]}
    without_the_leader(swarm, "reset", task, **extra)
    wait_until(lambda: swarm.docker("manager1", "info", check=False) != "")
    again = play(swarm, "reset", **extra)
    assert again.succeeded, again.text
    assert {host: swarm.swarm(host)["LocalNodeState"] for host in ALL} == dict.fromkeys(ALL, "inactive")
    third = play(swarm, "reset", **extra)
    assert third.succeeded, third.text
    assert third.changed == 0, third.text


@pytest.mark.long
def test_a_manager_loses_its_power_while_all_are_unlocked(swarm: Hosts) -> None:
    """After a power cut nobody leads; the others get a quorum without it."""
    swarm.docker("manager1", "swarm update --autolock=true")
    key = swarm.docker("manager1", "swarm unlock-key -q")
    for host in MANAGERS:
        swarm.console(host, "systemctl restart docker")
    assert {swarm.swarm(host)["LocalNodeState"] for host in MANAGERS} == {"locked"}
    without_the_leader(swarm, "unlock", "Ask each manager what it is in a swarm", swarm_manager_unlock_key=key)
    wait_until(lambda: swarm.docker("manager1", "info", check=False) != "")
    again = play(swarm, "unlock", swarm_manager_unlock_key=key)
    assert again.succeeded, again.text
    assert {swarm.swarm(host)["LocalNodeState"] for host in MANAGERS} == {"active"}
    wait_until(lambda: all_managers_are_reachable(swarm))


@pytest.mark.long  # `site` changes and restarts all Engines
@pytest.mark.parametrize("task", ["Take the nodes out of the list", "Join | Join, one manager after the other"])
def test_the_leader_loses_its_power_while_a_manager_is_replaced(swarm: Hosts, task: str) -> None:
    """Meanwhile one of three managers is left: no quorum, until the leader is back."""
    old = swarm.swarm("manager3")["NodeID"]
    wipe(swarm, ["manager3"])
    extra = {"swarm_target": "manager3", "docker_engine_source": "distribution"}
    without_the_leader(swarm, "replace_manager", task, **extra)
    wait_until(lambda: reachable_managers(swarm) >= 2, 120)  # the third may have come to it that far, or not
    again = play(swarm, "replace_manager", **extra)
    assert again.succeeded, again.text
    nodes = swarm.nodes("manager2")
    assert old not in nodes
    assert nodes[swarm.swarm("manager3")["NodeID"]]["ManagerStatus"]["Reachability"] == "reachable"
    assert sorted(spoken(swarm, "manager2")) == ALL


def all_managers_are_reachable(hosts: Hosts) -> bool:
    return reachable_managers(hosts) == 3


def reachable_managers(hosts: Hosts) -> int:
    said = hosts.docker("manager2", "node ls --format '{{.ManagerStatus}}'", check=False).split()
    return said.count("Reachable") + said.count("Leader")
