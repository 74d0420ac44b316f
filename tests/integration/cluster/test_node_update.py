# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles and availability of nodes on real Engines."""

from __future__ import annotations

from tests.lab.wait import wait_until

from .conftest import Hosts

BUSYBOX = "registry:5000/busybox:1"


def by_name(hosts: Hosts, manager: str) -> dict[str, dict[str, object]]:
    return {node["Description"]["Hostname"]: node for node in hosts.nodes(manager).values()}


def test_roles_change_and_the_quorum_is_kept(cluster: Hosts) -> None:
    wishes = {"worker1": {"role": "manager"}, "manager3": {"role": "worker", "availability": "drain"}}
    before = cluster.specs("manager1")
    planned = cluster.module("manager1", "node_update", {"nodes": wishes}, "--check")
    assert [step["action"] for step in planned["plan"]] == ["promote", "demote"]
    assert cluster.specs("manager1") == before
    done = cluster.module("manager1", "node_update", {"nodes": wishes, "wait_drained": True})
    assert done["plan"] == planned["plan"], done
    cluster.wait_for_managers("manager1", "manager1", "manager2", "worker1")
    nodes = by_name(cluster, "manager1")
    assert "ManagerStatus" not in nodes["manager3"]
    assert nodes["manager3"]["Spec"] == {"Labels": {}, "Role": "worker", "Availability": "drain"}
    again = cluster.module("manager1", "node_update", {"nodes": wishes})
    assert again["changed"] is False
    assert set(again) - {"warnings"} == set(done) - {"warnings"}
    assert cluster.module("manager1", "node_update", {"nodes": wishes}, "--check")["changed"] is False

    # The leader goes, by another manager, and comes again when it may not have registered with the new leader yet.
    leader = {"manager1": {"role": "worker"}}
    assert cluster.module("manager2", "node_update", {"nodes": leader})["quorum"]["managers"] == 2
    nodes = by_name(cluster, "manager2")
    assert "ManagerStatus" not in nodes["manager1"]
    assert cluster.module("manager2", "node_update", {"nodes": leader})["changed"] is False
    assert cluster.module("manager2", "node_update", {"nodes": {"manager1": {"role": "manager"}}})["changed"]
    cluster.wait_for_managers("manager2", "manager1", "manager2", "worker1")

    # Down to two, and no further: in check mode as well.
    before = cluster.specs("manager2")
    all_of_them = {name: {"role": "worker"} for name in ("manager2", "worker1", "manager1")}
    for arguments in ((), ("--check",)):
        refused = cluster.module("manager2", "node_update", {"nodes": all_of_them}, *arguments)
        assert "is the last manager and cannot be demoted" in refused["msg"]
        assert "cannot demote itself: ask another one" in refused["msg"]
    assert cluster.specs("manager2") == before
    unknown = cluster.module("manager1", "node_update", {"nodes": {"nobody": {}, "none": {}}})
    assert unknown["msg"].startswith("The swarm has no node nobody, none.")


def test_drained_nodes_are_empty_and_nodes_that_are_down_are_told(cluster: Hosts) -> None:
    cluster.docker("manager1", f"service create --detach --mode global --name web {BUSYBOX} httpd -f -p 8080 -h /www")
    deaf = "sh -c 'trap : TERM; while :; do sleep 1; done'"
    cluster.docker(
        "manager1",
        "service create --detach=false --name slow --stop-grace-period 30s"
        f" --constraint node.hostname==worker1 {BUSYBOX} {deaf}",
    )
    cluster.docker("worker2", "swarm leave")
    drain = {"nodes": {"worker1": {"availability": "drain"}}, "wait_drained": True}
    late = cluster.module("manager1", "node_update", {**drain, "wait_timeout": 3})
    assert late["failed"]
    assert late["changed"]
    assert "still running: slow on worker1" in late["msg"]
    assert by_name(cluster, "manager1")["worker1"]["Spec"]["Availability"] == "drain"  # type: ignore[index]
    assert cluster.docker("worker1", "ps --quiet") != ""
    again = cluster.module("manager1", "node_update", drain)
    assert again["changed"] is False, again
    assert cluster.docker("worker1", "ps --quiet") == ""

    wait_until(lambda: "Down" in cluster.docker("manager1", "node ls --filter name=worker2"))
    refused = cluster.module("manager1", "node_update", {"nodes": {"worker2": {"role": "manager"}}}, "--check")
    assert "is down and cannot become a manager" in refused["msg"]
    # Everything else can be changed, and nothing is waited for.
    down = {"worker2": {"labels": {"gone": ""}, "availability": "drain"}}
    assert cluster.module("manager1", "node_update", {"nodes": down, "wait_drained": True})["changed"]
    assert by_name(cluster, "manager1")["worker2"]["Spec"] == {
        "Labels": {"gone": ""},
        "Role": "worker",
        "Availability": "drain",
    }
