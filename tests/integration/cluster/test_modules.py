# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules swarm_init, swarm_join and swarm_info on real Engines."""

from __future__ import annotations

import json

from tests.lab.wait import wait_until

from .conftest import Hosts
from .engines import four_times

# Whatever swarm_init can set, each unlike the Engine's default, and where the Engine shows it.
ALL = {
    "advertise_addr": "eth0",
    "listen_addr": "eth0:2377",
    "data_path_addr": "eth0",
    "data_path_port": 7789,
    "default_addr_pool": ["10.44.0.0/16"],
    "subnet_size": 26,
    "availability": "drain",
    "autolock": True,
    "task_history_limit": 9,
    "snapshot_interval": 5000,
    "keep_old_snapshots": 1,
    "log_entries_for_slow_followers": 400,
    "election_tick": 12,
    "heartbeat_tick": 2,
    "dispatcher_heartbeat": "6s",
    "node_cert_expiry": "720h",
    "labels": {"env": "prod", "flag": ""},
}
SPEC = {
    "Name": "default",
    "Labels": {"env": "prod", "flag": ""},
    "Orchestration": {"TaskHistoryRetentionLimit": 9},
    "Raft": {
        "SnapshotInterval": 5000,
        "KeepOldSnapshots": 1,
        "LogEntriesForSlowFollowers": 400,
        "ElectionTick": 12,
        "HeartbeatTick": 2,
    },
    "Dispatcher": {"HeartbeatPeriod": 6_000_000_000},
    "CAConfig": {"NodeCertExpiry": 2_592_000_000_000_000},
    "TaskDefaults": {},
    "EncryptionConfig": {"AutoLockManagers": True},
}


def test_swarm_init_changes_one_setting_and_leaves_all_others(hosts: Hosts) -> None:
    planned = hosts.module("manager1", "swarm_init", ALL, "--check")
    assert planned["changed"]
    assert {change["path"] for change in planned["plan"][0]["changes"]} == set(ALL)
    assert hosts.swarm("manager1")["LocalNodeState"] == "inactive"
    made = hosts.module("manager1", "swarm_init", ALL)
    assert made["changed"], made
    assert made["plan"] == planned["plan"]
    swarm = hosts.swarm("manager1")
    assert swarm["NodeAddr"] == hosts.lab.host("manager1").address
    cluster = swarm["Cluster"]
    assert cluster["Spec"] == SPEC
    assert (cluster["DataPathPort"], cluster["DefaultAddrPool"], cluster["SubnetSize"]) == (7789, ["10.44.0.0/16"], 26)
    assert hosts.nodes("manager1")[swarm["NodeID"]]["Spec"]["Availability"] == "drain"
    kept = json.loads(hosts.console("manager1", "cat /var/lib/docker/swarm/docker-state.json"))
    assert kept["ListenAddr"] == f"{swarm['NodeAddr']}:2377"
    assert kept["DataPathAddr"] == swarm["NodeAddr"]

    key = hosts.docker("manager1", "swarm unlock-key -q")
    assert hosts.module("manager1", "swarm_init", {"election_tick": 20}, "--check")["changed"]
    assert hosts.swarm("manager1")["Cluster"] == cluster
    assert hosts.module("manager1", "swarm_init", {"election_tick": 20})["changed"]
    assert hosts.swarm("manager1")["Cluster"]["Spec"] == {**SPEC, "Raft": {**SPEC["Raft"], "ElectionTick": 20}}
    assert hosts.docker("manager1", "swarm unlock-key -q") == key

    again = hosts.module("manager1", "swarm_init", {**ALL, "election_tick": 20, "force_new_cluster": swarm["NodeID"]})
    assert again["changed"] is False
    assert set(again) - {"warnings"} == set(made) - {"warnings"}
    assert "SWMTKN" not in str(made)
    assert key not in str(made)
    others = {
        "data_path_port": 4789,
        "default_addr_pool": ["10.0.0.0/8"],
        "subnet_size": 24,
        "advertise_addr": "192.0.2.9",
        "log_driver": {"name": "json-file"},
    }
    drift = hosts.module("manager1", "swarm_init", {**others, "task_history_limit": 1})
    assert {item["option"] for item in drift["drift"]} == set(others)
    assert hosts.swarm("manager1")["Cluster"]["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] == 1
    refused = hosts.module("manager1", "swarm_init", {**others, "task_history_limit": 2, "on_drift": "fail"})
    assert "data_path_port is 7789, not 4789" in refused["msg"]
    assert hosts.swarm("manager1")["Cluster"]["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] == 1


def test_external_cas_come_and_go(hosts: Hosts) -> None:
    hosts.docker("manager1", "swarm init --task-history-limit 9")
    before = hosts.swarm("manager1")["Cluster"]["Spec"]

    def stored() -> object:
        return hosts.swarm("manager1")["Cluster"]["Spec"]

    authority = {"url": "https://192.0.2.1/sign", "options": {"profile": "node"}}
    four_times(hosts, "manager1", "swarm_init", {"external_cas": [authority]}, stored)
    after = hosts.swarm("manager1")["Cluster"]["Spec"]
    (found,) = after["CAConfig"].pop("ExternalCAs")
    assert (found["Protocol"], found["URL"]) == ("cfssl", authority["url"])
    assert found["Options"] == authority["options"]
    assert after == before
    four_times(hosts, "manager1", "swarm_init", {"external_cas": []}, stored)
    assert hosts.swarm("manager1")["Cluster"]["Spec"] == before


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
        cluster.leave(name)
    # A leader goes on for some seconds until it notices that it is alone.
    wait_until(lambda: "ID" not in cluster.docker("manager1", "node ls", check=False))
    alone = cluster.module("manager1", "swarm_info", {})
    assert (alone["role"], alone["has_quorum"], alone["cluster_id"]) == ("manager", False, swarm)
    assert alone["error"]
