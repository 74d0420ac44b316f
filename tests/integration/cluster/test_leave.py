# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""swarm_leave on real Engines: who may leave, and what the others make of it."""

from __future__ import annotations

from tests.lab.wait import wait_until

from .conftest import Hosts
from .engines import four_times, stopped


def test_who_leaves_and_who_has_to_be_named(cluster: Hosts) -> None:
    def members() -> list[tuple[str, str]]:
        return sorted((node["ID"], node["Spec"]["Role"]) for node in cluster.nodes("manager1").values())

    worker = cluster.swarm("worker1")["NodeID"]
    left = cluster.module("worker1", "swarm_leave", {})
    assert left["left_node_id"] == worker
    assert cluster.swarm("worker1")["LocalNodeState"] == "inactive"

    # One of three managers demotes itself first, so that two are left of two and not two of three.
    manager = cluster.swarm("manager3")["NodeID"]
    left = four_times(cluster, "manager3", "swarm_leave", {}, members)
    assert [step["action"] for step in left["plan"]] == ["demote", "leave"]
    assert (manager, "worker") in members()
    cluster.wait_for_managers("manager1", "manager1", "manager2")

    # The other of two is down: without this one nobody could go on.
    own = cluster.swarm("manager1")["NodeID"]
    with stopped(cluster, "manager2"):
        wait_until(lambda: "ID" not in cluster.docker("manager1", "node ls", check=False))
        refused = cluster.module("manager1", "swarm_leave", {"force": "manager1"})
        assert "no leader to ask" in refused["msg"]
        assert f"force: '{own}'" in refused["msg"]
        assert cluster.swarm("manager1")["LocalNodeState"] == "active"
    wait_until(lambda: "ID" in cluster.docker("manager1", "node ls", check=False))

    # Two of two: the one that stays is the last, and it alone has to be named.
    assert cluster.module("manager2", "swarm_leave", {})["changed"]
    last = cluster.module("manager1", "swarm_leave", {})
    assert "the last manager" in last["msg"]
    assert cluster.swarm("manager1")["NodeID"] == own
    ended = cluster.module("manager1", "swarm_leave", {"force": own})
    assert ended["changed"]
    assert "would be gone" in ended["plan"][0]["reason"]
    assert cluster.swarm("manager1")["LocalNodeState"] == "inactive"
