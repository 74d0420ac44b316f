# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts that are out of reach when the roles begin, and a leader that is lost while they run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.lab import faults
from tests.lab.wait import wait_until

from .conftest import BIN, HERE, Hosts


@pytest.fixture
def growing(cluster: Hosts, tmp_path: Path) -> Iterator[tuple[Hosts, str]]:
    """Two hosts are to join: worker1 as the fourth manager, worker2 as a worker. The leader is manager1."""
    for name in ("worker1", "worker2"):
        cluster.leave(name)
    inventory = cluster.inventory()
    groups = inventory["all"]["children"]
    groups["swarm_managers"]["hosts"]["worker1"] = groups["swarm_workers"]["hosts"].pop("worker1")
    path = tmp_path / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory))
    yield cluster, str(path)
    faults.start(cluster.lab, "manager1")


def test_the_leader_is_lost_while_hosts_join(growing: tuple[Hosts, str]) -> None:
    hosts, inventory = growing
    swarm = hosts.swarm("manager1")["Cluster"]["ID"]
    run = subprocess.Popen(
        [BIN / "ansible-playbook", "--inventory", inventory, str(HERE / "cluster.yml")],
        env=hosts.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.stdout
    text = ""
    for line in run.stdout:
        text += line
        if line.startswith("TASK [apiary.swarm.swarm_manager : Join"):
            faults.kill(hosts.lab, "manager1")
    assert run.wait() == 0, text
    assert [hosts.swarm(name)["Cluster"]["ID"] for name in ("manager2", "manager3", "worker1")] == [swarm] * 3
    new = hosts.swarm("worker1")["NodeID"]
    wait_until(lambda: hosts.nodes("manager2")[new]["ManagerStatus"]["Reachability"] == "reachable")
    nodes = hosts.nodes("manager2")
    assert nodes[hosts.swarm("worker2")["NodeID"]]["Spec"]["Role"] == "worker"


def test_who_is_out_of_reach_does_not_stop_the_others(cluster: Hosts) -> None:
    cluster.leave("worker2")
    before = cluster.nodes("manager1")
    for name in ("manager3", "worker1"):
        faults.cut(cluster.lab, name)
    try:
        done = cluster.play("--extra-vars", '{"swarm_node_labels": {"disk": "ssd"}}')
    finally:
        for name in ("manager3", "worker1"):
            faults.heal(cluster.lab, name)
    assert not done.succeeded  # Ansible says so of hosts that it did not reach
    assert "failed=1" not in done.text
    for name in ("manager3", "worker1"):
        assert f"{name} was not reached, or failed before in this run; its labels" in done.words
    joined = cluster.swarm("worker2")["NodeID"]
    # A manager that comes back has stood for election meanwhile: the leader gives way, and another one is chosen.
    wait_until(lambda: set(cluster.nodes("manager1")) - set(before) == {joined}, 90)

    def labelled() -> set[str]:
        nodes = cluster.nodes("manager1")
        return {identity for identity, node in nodes.items() if node["Spec"]["Labels"] == {"disk": "ssd"}}

    reached = {joined, *(cluster.swarm(name)["NodeID"] for name in ("manager1", "manager2"))}
    wait_until(lambda: labelled() == reached)
