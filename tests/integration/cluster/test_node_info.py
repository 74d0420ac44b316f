# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of nodes, compared with what the docker CLI says."""

from __future__ import annotations

from .conftest import Hosts


def test_nodes_their_tasks_and_those_that_are_missing(cluster: Hosts) -> None:
    real = cluster.nodes("manager1")
    own, worker = (cluster.swarm(name)["NodeID"] for name in ("manager1", "worker1"))
    cluster.docker("manager1", f"node update --label-add flag --label-add zone=a {worker}")
    cluster.docker(
        "manager1",
        "service create --detach=false --mode global --name web --constraint node.role==worker"
        " registry:5000/busybox:1 sleep 3600",
    )

    every = cluster.module("manager2", "node_info", {})
    assert [node["name"] for node in every["nodes"]] == cluster.names
    assert (every["changed"], every["missing"], every["quorum"]["managers"]) == (False, [], 3)
    for node in every["nodes"]:
        seen = real[node["id"]]
        assert node["role"] == seen["Spec"]["Role"]
        assert node["address"] == cluster.lab.host(node["name"]).address
        assert node["engine_version"] == seen["Description"]["Engine"]["EngineVersion"]
        assert node["memory_bytes"] == seen["Description"]["Resources"]["MemoryBytes"]
        assert node["leader"] is (node["name"] == "manager1")
        assert node["tasks"] == []

    digest = cluster.module("worker1", "swarm_info", {})["root_ca_digest"]
    assert {node["root_ca_digest"] for node in every["nodes"]} == {digest}

    some = cluster.module(
        "manager1", "node_info", {"nodes": [worker, "nobody", "worker2"], "self": True, "tasks": True}
    )
    assert [node["id"] for node in some["nodes"]][::2] == [worker, own]
    assert some["missing"] == ["nobody"]
    assert some["nodes"][0]["labels"] == {"flag": "", "zone": "a"}
    tasks = [[(task["service"], task["state"]) for task in node["tasks"]] for node in some["nodes"]]
    assert tasks == [[("web", "running")], [("web", "running")], []]

    assert "this Engine is a worker of a swarm" in cluster.module("worker1", "node_info", {})["msg"]
