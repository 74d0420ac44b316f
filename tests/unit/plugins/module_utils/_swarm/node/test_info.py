# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of nodes."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import ca_digest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.info import by_node, choose, details, in_order


def node(identity, name):
    return {"ID": identity, "Description": {"Hostname": name}}


NODES = [node("id3", "gamma"), node("new", "alpha"), node("id2", "old"), node("old", "alpha"), node("joining", "")]


@pytest.mark.parametrize(
    ("references", "chosen", "missing"),
    [
        (["gamma", "id2"], ["id3", "id2"], []),
        (["gamma", "id3"], ["id3"], []),
        (["alpha"], ["new", "old"], []),
        # The NodeID counts first, although another node has this host name.
        (["old"], ["old"], []),
        (["nobody", "id3", "none", "nobody"], ["id3"], ["nobody", "none"]),
        ([""], [], [""]),
        ([], [], []),
    ],
)
def test_nodes_are_chosen_and_the_missing_ones_named(references, chosen, missing):
    found, unknown = choose(NODES, references)
    assert ([item["ID"] for item in found], unknown) == (chosen, missing)


def test_all_nodes_are_in_order():
    assert [item["ID"] for item in in_order(NODES)] == ["joining", "new", "old", "id3", "id2"]


def test_details_have_one_shape_however_little_is_known():
    known = {
        "ID": "id1",
        "CreatedAt": "2026-01-01T00:00:00Z",
        "UpdatedAt": "2026-01-02T00:00:00Z",
        "Spec": {"Role": "manager", "Availability": "active", "Labels": {"flag": ""}},
        "Description": {
            "Hostname": "alpha",
            "Platform": {"OS": "linux", "Architecture": "x86_64"},
            "Resources": {"NanoCPUs": 2, "MemoryBytes": 3},
            "Engine": {"EngineVersion": "26.1", "Labels": {"disk": "ssd"}},
            "TLSInfo": {"TrustRoot": "root"},
        },
        "Status": {"State": "down", "Message": "heartbeat failure", "Addr": "192.0.2.1"},
        "ManagerStatus": {"Leader": True, "Reachability": "reachable", "Addr": "192.0.2.1:2377"},
    }
    tasks = [
        {"ID": "t2", "NodeID": "id1", "ServiceID": "s1", "Slot": 2, "Status": {"State": "failed", "Err": "exit 1"}},
        {"ID": "t1", "NodeID": "id1", "ServiceID": "s1", "Slot": 1, "DesiredState": "running"},
        {"ID": "t3", "NodeID": "id1", "ServiceID": "gone"},
        {"ID": "t4", "NodeID": "id2", "ServiceID": "s1"},
    ]
    told = details(known, by_node(tasks, [{"ID": "s1", "Spec": {"Name": "web"}}])["id1"])
    blank = {"error": "", "slot": 0, "state": "", "desired_state": ""}
    assert told.pop("tasks") == [
        {**blank, "id": "t3", "service": "gone"},
        {**blank, "id": "t1", "service": "web", "slot": 1, "desired_state": "running"},
        {**blank, "id": "t2", "service": "web", "slot": 2, "state": "failed", "error": "exit 1"},
    ]
    assert told == {
        "id": "id1",
        "name": "alpha",
        "role": "manager",
        "availability": "active",
        "labels": {"flag": ""},
        "state": "down",
        "address": "192.0.2.1",
        "engine_version": "26.1",
        "leader": True,
        "reachability": "reachable",
        "message": "heartbeat failure",
        "manager_addr": "192.0.2.1:2377",
        "os": "linux",
        "architecture": "x86_64",
        "nano_cpus": 2,
        "memory_bytes": 3,
        "engine_labels": {"disk": "ssd"},
        "root_ca_digest": ca_digest("root"),
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-02T00:00:00Z",
    }
    assert {key: type(value) for key, value in details({"ID": "id1"}).items()} == {
        **{key: type(value) for key, value in told.items()},
        "tasks": list,
    }
