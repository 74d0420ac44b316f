# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts that lose their place in the swarm and come back, and hosts that are copies of one another."""

from __future__ import annotations

import json

from tests.lab.wait import wait_until

from .conftest import Hosts

LABELS = {"swarm_node_labels": {"disk": "ssd", "flag": ""}}
SWARM = "/var/lib/docker/swarm"


def state_of(hosts: Hosts, node: str) -> str:
    return hosts.docker("manager2", f"node inspect --format '{{{{.Status.State}}}}' {node}")


def test_hosts_that_were_lost_and_rebuilt_leave_no_old_node(cluster: Hosts) -> None:
    """The first manager loses its disk; a worker leaves, and is not told to join again."""
    swarm = cluster.swarm("manager2")["Cluster"]["ID"]
    lost = [cluster.swarm(name)["NodeID"] for name in ("manager1", "worker1")]
    cluster.console("manager1", f"systemctl stop docker.socket docker; rm -rf {SWARM}; systemctl start docker")
    cluster.leave("worker1")
    wait_until(lambda: {state_of(cluster, node) for node in lost} == {"down"}, 150)
    assert len(cluster.nodes("manager2")) == 5

    done = cluster.play("--extra-vars", json.dumps(LABELS))
    assert done.succeeded, done.text
    nodes = cluster.nodes("manager2")
    assert set(nodes) == {cluster.swarm(name)["NodeID"] for name in cluster.names}
    assert not set(nodes) & set(lost)
    cluster.wait_for_managers("manager2", "manager1", "manager2", "manager3")
    assert {cluster.swarm(f"manager{number}")["Cluster"]["ID"] for number in (1, 2, 3)} == {swarm}
    assert all(node["Spec"]["Labels"] == LABELS["swarm_node_labels"] for node in nodes.values())
    again = cluster.play("--extra-vars", json.dumps(LABELS))
    assert again.succeeded, again.text
    assert again.changed == 0


def test_copies_of_one_node_are_named_and_nothing_is_changed(cluster: Hosts) -> None:
    for name in ("worker1", "worker2"):
        cluster.console(name, "systemctl stop docker.socket docker")
    original = cluster.console("worker1", f"tar -C {SWARM} -cz . | base64 -w0")
    cluster.console("worker2", f"rm -rf {SWARM}/*; printf %s '{original}' | base64 -d | tar -C {SWARM} -xz")
    for name in ("worker1", "worker2"):
        cluster.console(name, "systemctl start docker")
    copied = cluster.swarm("worker1")["NodeID"]
    assert cluster.swarm("worker2")["NodeID"] == copied
    before = cluster.specs("manager1")

    done = cluster.play("--extra-vars", json.dumps(LABELS))
    assert not done.succeeded
    assert f"worker1 and worker2 have the same NodeID {copied}" in done.text
    assert "Nothing was changed" in done.text
    assert cluster.specs("manager1") == before
