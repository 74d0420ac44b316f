# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles and availability of nodes on real Engines."""

from __future__ import annotations

from .conftest import Hosts


def test_roles_and_drain(cluster: Hosts) -> None:
    wishes = {"worker1": {"role": "manager"}, "manager3": {"role": "worker", "availability": "drain"}}
    planned = cluster.module("manager1", "node_update", {"nodes": wishes}, "--check")
    assert [step["action"] for step in planned["plan"]] == ["promote", "demote"]
    done = cluster.module("manager1", "node_update", {"nodes": wishes, "wait_drained": True})
    assert done["changed"], done
    nodes = {node["Description"]["Hostname"]: node for node in cluster.nodes("manager1").values()}
    assert nodes["worker1"]["ManagerStatus"]["Reachability"] == "reachable"
    assert "ManagerStatus" not in nodes["manager3"]
    assert nodes["manager3"]["Spec"]["Availability"] == "drain"
    assert cluster.module("manager1", "node_update", {"nodes": wishes})["changed"] is False
    refused = cluster.module(
        "manager1", "node_update", {"nodes": {name: {"role": "worker"} for name in ("manager2", "worker1", "manager1")}}
    )
    assert "is the last manager" in refused["msg"]
    assert cluster.module("manager1", "node_update", {"nodes": {"nobody": {}, "none": {}}})["msg"].startswith(
        "The swarm has no node nobody, none."
    )
