# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules swarm_init, swarm_join and swarm_info on real Engines."""

from __future__ import annotations

import time

from .conftest import Hosts


def test_swarm_init_changes_one_setting_and_leaves_all_others(hosts: Hosts) -> None:
    first = {
        "task_history_limit": 9,
        "labels": {"env": "prod", "flag": ""},
        "autolock": True,
        "node_cert_expiry": "720h",
    }
    planned = hosts.module("manager1", "swarm_init", first, "--check")
    assert planned["changed"]
    assert hosts.swarm("manager1")["LocalNodeState"] == "inactive"
    made = hosts.module("manager1", "swarm_init", first)
    assert made["changed"]
    assert made["plan"] == planned["plan"]
    before = hosts.swarm("manager1")["Cluster"]["Spec"]
    assert before["EncryptionConfig"]["AutoLockManagers"] is True

    assert hosts.module("manager1", "swarm_init", {"election_tick": 20}, "--check")["changed"]
    assert hosts.swarm("manager1")["Cluster"]["Spec"] == before
    assert hosts.module("manager1", "swarm_init", {"election_tick": 20})["changed"]
    after = hosts.swarm("manager1")["Cluster"]["Spec"]
    assert after["Raft"].pop("ElectionTick") == 20
    assert before["Raft"].pop("ElectionTick") == 10
    assert after == before

    again = hosts.module("manager1", "swarm_init", {**first, "election_tick": 20})
    assert again["changed"] is False
    assert set(again) - {"warnings"} == set(made) - {"warnings"}
    drift = hosts.module("manager1", "swarm_init", {"data_path_port": 7789, "on_drift": "fail"})
    assert "data_path_port is 4789, not 7789" in drift["msg"]


def test_a_worker_is_not_initialised(cluster: Hosts) -> None:
    before = cluster.swarm("worker1")
    answer = cluster.module("worker1", "swarm_init", {})
    assert "a worker of swarm" in answer["msg"]
    assert cluster.swarm("worker1") == before


def test_swarm_join_tries_managers_in_turn(hosts: Hosts) -> None:
    hosts.docker("manager1", "swarm init")
    token = hosts.docker("manager1", "swarm join-token -q worker")
    options = {
        "join_token": token,
        "remote_addrs": [hosts.lab.host(name).address for name in ("manager2", "manager1")],
        "role": "worker",
    }
    assert hosts.module("worker1", "swarm_join", options, "--check")["changed"]
    assert hosts.swarm("worker1")["LocalNodeState"] == "inactive"
    joined = hosts.module("worker1", "swarm_join", options)
    assert joined["changed"], joined
    assert joined["cluster_id"] == hosts.swarm("manager1")["Cluster"]["ID"]
    assert joined["node_id"] == hosts.swarm("worker1")["NodeID"]
    assert hosts.module("worker1", "swarm_join", options)["changed"] is False
    assert "not a manager" in hosts.module("worker1", "swarm_join", {**options, "role": "manager"})["msg"]

    hosts.docker("manager2", "swarm init")
    foreign = hosts.docker("manager2", "swarm join-token -q worker")
    refused = hosts.module("worker1", "swarm_join", {**options, "join_token": foreign})
    assert joined["cluster_id"] in refused["msg"]
    assert foreign not in str(refused)


def test_a_join_that_nobody_answers_leaves_the_node_as_it_was(hosts: Hosts) -> None:
    hosts.docker("manager1", "swarm init")
    token = hosts.docker("manager1", "swarm join-token -q worker")
    nobody = hosts.lab.subnet.rsplit(".", 1)[0] + ".250"
    answer = hosts.module("worker1", "swarm_join", {"join_token": token, "remote_addrs": [nobody]})
    assert nobody in answer["msg"]
    assert hosts.swarm("worker1")["LocalNodeState"] == "inactive"


def test_swarm_info_without_quorum_and_on_workers(cluster: Hosts) -> None:
    swarm = cluster.swarm("manager1")["Cluster"]["ID"]
    worker = cluster.module("worker1", "swarm_info", {"join_tokens": True})
    assert (worker["role"], worker["cluster_id"], worker["quorum"]["holds"]) == ("worker", swarm, False)
    manager = cluster.module("manager1", "swarm_info", {"join_tokens": True, "nodes": True})
    assert manager["join_tokens"]["worker"] == cluster.docker("manager1", "swarm join-token -q worker")
    assert manager["root_ca_digest"] == worker["root_ca_digest"]
    assert {node["id"] for node in manager["nodes"]} == set(cluster.nodes("manager1"))
    for name in ("manager2", "manager3"):
        cluster.docker(name, "swarm leave --force")
    deadline = time.monotonic() + 60
    while "ID" in cluster.docker("manager1", "node ls", check=False) and time.monotonic() < deadline:
        time.sleep(1)  # a leader goes on for some seconds until it notices that it is alone
    alone = cluster.module("manager1", "swarm_info", {})
    assert (alone["role"], alone["has_quorum"], alone["cluster_id"]) == ("manager", False, swarm)
    assert alone["error"]
