# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes that are removed from a swarm on real Engines: alive, dead, gone already."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.lab import faults

from .conftest import Hosts

BUSYBOX = "registry:5000/busybox:1 sleep 3600"


def names(hosts: Hosts, manager: str = "manager1") -> list[str]:
    """Host names of all nodes, by the docker CLI."""
    return sorted(hosts.docker(manager, "node ls --format '{{.Hostname}}'").split())


def test_nodes_that_are_up_are_drained_demoted_and_removed(cluster: Hosts) -> None:
    cluster.docker("manager1", f"service create --detach --mode global --name web {BUSYBOX}")
    gone = {"nodes": ["worker1", "manager3", "never-was"], "force": True}
    before = cluster.nodes("manager1")

    planned = cluster.module("manager1", "node_remove", gone, "--check")
    assert [(step["action"], step["name"]) for step in planned["plan"]] == [
        ("drain", "manager3"),
        ("drain", "worker1"),
        ("demote", "manager3"),
        ("remove", "manager3"),
        ("remove", "worker1"),
    ]
    assert cluster.nodes("manager1").keys() == before.keys()

    unforced = cluster.module("manager1", "node_remove", {**gone, "force": False, "down_timeout": 1})
    assert "is ready: a node that has not left" in unforced["msg"]
    assert names(cluster) == ["manager1", "manager2", "manager3", "worker1", "worker2"]

    done = cluster.module("manager1", "node_remove", gone)
    assert done["plan"] == planned["plan"], done
    assert (done["absent"], done["quorum"]["managers"]) == (["never-was"], 2)
    assert names(cluster) == ["manager1", "manager2", "worker2"]
    for host in ("manager3", "worker1"):
        # Its Engine is not told that it was removed, but nothing of the swarm was left running there.
        assert cluster.docker(host, "ps --quiet") == ""

    again = cluster.module("manager1", "node_remove", gone)
    assert (again["changed"], again["absent"]) == (False, gone["nodes"])
    assert set(again) - {"warnings"} == set(done) - {"warnings"}
    assert cluster.module("manager1", "node_remove", gone, "--check")["plan"] == []

    for arguments in ((), ("--check",)):
        refused = cluster.module("manager1", "node_remove", {"nodes": ["manager1"], "force": True}, *arguments)
        assert "cannot remove itself" in refused["msg"]
    cluster.docker("manager1", "node demote manager2")
    # What is wished is written at once, and carried out by and by.
    cluster.wait_for_managers("manager1", "manager1")
    last = cluster.module("manager1", "node_remove", {"nodes": ["manager1", "worker2"], "force": True})
    assert "is the last manager and cannot be removed" in last["msg"]
    assert names(cluster) == ["manager1", "manager2", "worker2"]


def test_nodes_that_died_or_left_are_removed_without_force(cluster: Hosts) -> None:
    """A manager and a worker that lost their power, and one that left a moment ago."""
    cluster.docker("manager1", f"service create --detach --mode global --name web {BUSYBOX}")
    dead = {"nodes": ["manager3", "worker1", "worker2"], "down_timeout": 60}
    try:
        for host in ("manager3", "worker1"):
            faults.kill(cluster.lab, host)
        cluster.docker("worker2", "swarm leave")
        # In check mode the manager that is asked does not wait until it is sure that they are down.
        planned = cluster.module("manager1", "node_remove", dead, "--check")
        assert [(step["action"], step["name"]) for step in planned["plan"]] == [
            ("demote", "manager3"),
            ("remove", "manager3"),
            ("remove", "worker1"),
            ("remove", "worker2"),
        ]
        done = cluster.module("manager1", "node_remove", dead)
        assert done["changed"], done
        assert {node["state"] for node in done["nodes"]} == {"down"}
        assert names(cluster) == ["manager1", "manager2"]
        # Of two managers neither can go by losing the other: with one of them dead, nothing can be changed.
        assert done["quorum"] == {"managers": 2, "reachable": 2, "majority": 2, "can_lose": 0, "holds": True}
        assert cluster.module("manager1", "node_remove", dead)["changed"] is False
    finally:
        with ThreadPoolExecutor(2) as pool:  # an Engine that was removed takes a while to start
            list(pool.map(partial(faults.start, cluster.lab), ("manager3", "worker1")))
