# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A quorum that is lost for good: swarm_init makes no second swarm of it, and recovers it when it is told to."""

from __future__ import annotations

from tests.lab.wait import wait_until

from .conftest import Hosts
from .engines import four_times, stopped


def test_two_of_three_managers_are_lost(cluster: Hosts) -> None:
    cluster.docker(
        "manager1",
        "service create --detach --name kept --constraint node.hostname==worker1 registry:5000/busybox:1 sleep 100000",
    )
    wait_until(lambda: cluster.docker("worker1", "ps --quiet") != "")
    container = cluster.docker("worker1", "ps --quiet --no-trunc")
    before = cluster.swarm("manager1")
    own = before["NodeID"]

    def managers() -> list[str]:
        return [peer["NodeID"] for peer in cluster.swarm("manager1")["RemoteManagers"]]

    with stopped(cluster, "manager2", "manager3"):
        wait_until(lambda: "ID" not in cluster.docker("manager1", "node ls", check=False))
        for options, words in (
            ({}, "no quorum"),
            ({"force_new_cluster": "manager1", "wait_timeout": 1}, f"give its own NodeID: '{own}'"),
        ):
            refused = cluster.module("manager1", "swarm_init", options)
            assert words in refused["msg"]
            assert "Nothing was changed" in refused["msg"]
        wrong = cluster.module("worker1", "swarm_init", {"force_new_cluster": cluster.swarm("worker1")["NodeID"]})
        assert "Only a manager" in wrong["msg"]
        assert len(managers()) == 3

        recover = {"force_new_cluster": own, "wait_timeout": 15}
        done = four_times(cluster, "manager1", "swarm_init", recover, managers)
        assert done["has_quorum"] is True
        after = cluster.swarm("manager1")
        assert managers() == [own]
        assert after["NodeAddr"] == before["NodeAddr"]
        for kept in ("ID", "Spec", "TLSInfo", "DataPathPort"):
            assert after["Cluster"][kept] == before["Cluster"][kept]
        assert cluster.docker("manager1", "service ls --format '{{.Name}}'") == "kept"
        assert cluster.docker("worker1", "ps --quiet --no-trunc") == container
