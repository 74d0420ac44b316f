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

import pytest

from tests.integration.cluster.conftest import BIN, Hosts
from tests.operations.test_nodes import BUSYBOX, drained, five, play, spoken, swarm

__all__ = ["five", "swarm"]  # fixtures


def killed_after(hosts: Hosts, seconds: float, name: str, **extra: str) -> bool:
    """Start a playbook and kill it with all that it started; whether it was still running."""
    stated = [part for key, value in extra.items() for part in ("-e", f"{key}={value}")]
    command = [BIN / "ansible-playbook", f"apiary.swarm.{name}", "-i", str(hosts.lab.inventory_file), *stated]
    process = subprocess.Popen(
        command,
        env=hosts.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
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
