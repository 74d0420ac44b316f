# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations that are killed at any moment: the next run does the rest, and takes over the lock."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.cluster.conftest import BIN, Hosts, wait_until
from tests.lab import faults
from tests.operations.test_nodes import BUSYBOX, drained, five, play, spoken, swarm

__all__ = ["five", "swarm"]  # fixtures


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
    process = start(swarm, name, **extra)
    time.sleep(5)
    faults.kill(swarm.lab, "manager1")
    try:
        said, _nothing = process.communicate(timeout=400)
    finally:
        faults.start(swarm.lab, "manager1")
    print(f"measured: {name} {'ended well' if process.returncode == 0 else 'failed'} without the leader")
    print("\n".join(line for line in said.splitlines() if "fatal: " in line or "UNREACHABLE" in line))
    assert process.returncode == 0 or "fatal: " in said or "UNREACHABLE" in said
    wait_until(lambda: all_managers_are_reachable(swarm), 120)
    again = play(swarm, name, **extra)
    assert again.succeeded, again.text
    if name in ("drain", "remove_node"):
        assert swarm.docker("worker1", "ps --quiet") == ""
    assert len(swarm.docker("manager2", "service ps -q -f desired-state=running web").split()) == 6


def all_managers_are_reachable(hosts: Hosts) -> bool:
    said = hosts.docker("manager2", "node ls --format '{{.ManagerStatus}}'", check=False).split()
    return said.count("Reachable") + said.count("Leader") == 3
