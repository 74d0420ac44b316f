# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels of nodes on real Engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from .conftest import Hosts


def test_labels_with_empty_values_come_and_go(cluster: Hosts) -> None:
    node = cluster.swarm("worker1")["NodeID"]

    def labels() -> object:
        return cluster.nodes("manager1")[node]["Spec"]["Labels"]

    add = {"nodes": {node: {"flag": "", "zone": "a"}, "worker2": {"zone": "b"}}}
    assert cluster.module("manager1", "node_label", add, "--check")["changed"]
    assert labels() == {}
    assert cluster.module("manager1", "node_label", add)["changed"]
    assert labels() == {"flag": "", "zone": "a"}
    assert cluster.module("manager1", "node_label", add)["changed"] is False
    assert cluster.module("manager1", "node_label", {"node": node, "remove": ["flag"]})["changed"]
    assert labels() == {"zone": "a"}
    assert cluster.module("manager1", "node_label", {"node": node, "mode": "replace"})["changed"]
    assert labels() == {}


def test_the_same_name_twice_is_ambiguous(cluster: Hosts) -> None:
    old = cluster.swarm("worker1")["NodeID"]
    cluster.leave("worker1")
    cluster.join("worker1")
    new = cluster.swarm("worker1")["NodeID"]
    answer = cluster.module("manager1", "node_label", {"node": "worker1", "labels": {"a": "1"}})
    assert old in answer["msg"]
    assert new in answer["msg"]
    assert cluster.module("manager1", "node_label", {"node": new, "labels": {"a": "1"}})["changed"]
    assert cluster.nodes("manager1")[new]["Spec"]["Labels"] == {"a": "1"}


def test_six_at_once_lose_nothing(cluster: Hosts) -> None:
    def label(number: int) -> dict[str, object]:
        manager = f"manager{number % 3 + 1}"
        return cluster.module(manager, "node_label", {"node": "worker1", "labels": {f"key{number}": str(number)}})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(label, range(6)))
    assert all(answer.get("changed") for answer in answers), answers
    labels = cluster.nodes("manager1")[cluster.swarm("worker1")["NodeID"]]["Spec"]["Labels"]
    assert labels == {f"key{number}": str(number) for number in range(6)}
