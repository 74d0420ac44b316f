# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What swarm_info asks of an Engine, and what it says where there is none."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import report
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineUnreachable

from .scripted import Swarm, node

pytestmark = pytest.mark.usefixtures("clock")

INFO = {
    "docker_host": "tcp://192.0.2.1:2376",
    "nodes": False,
    "join_tokens": False,
    "unlock_key": False,
    "quorum_timeout": 0,
}


@pytest.mark.parametrize("absent", [True, False])
def test_info_of_a_host_without_an_engine_has_the_same_shape(monkeypatch, absent):
    def unreachable(options):
        raise EngineUnreachable("No Docker Engine.", absent=absent)

    monkeypatch.setattr(report, "connect", unreachable)
    nothing = report.report(INFO)
    assert nothing["engine"]["reachable"] is False
    assert nothing["engine"]["installed"] is not absent
    assert nothing["local_state"] == ""

    live = Swarm(
        "active", ControlAvailable=True, NodeID="n1", Cluster={"ID": "swarm1", "Spec": {}}, nodes=[node(1, "manager")]
    )
    monkeypatch.setattr(report, "connect", lambda options: Engine(live))
    manager = report.report({**INFO, "nodes": True})
    assert set(manager) == set(nothing)
    assert manager["quorum"] == {"managers": 1, "reachable": 1, "majority": 1, "can_lose": 0, "holds": True}
    assert manager["join_tokens"] == {"manager": "", "worker": ""}

    monkeypatch.setattr(report, "connect", lambda options: Engine(Swarm("active", NodeID="n1")))
    assert set(report.report(INFO)) == set(nothing)


class Election(Swarm):
    """A manager that has no leader for the first `without` looks."""

    def __init__(self, without):
        super().__init__("active", ControlAvailable=True, NodeID="n1", nodes=[node(1, "manager")])
        self.without = without

    def request(self, method, path, query=None, body=None, headers=None):
        if path == "/info":
            self.without -= 1
            if self.without < 0:
                self.swarm["Cluster"] = {"ID": "swarm1", "Spec": {}}
        return super().request(method, path, query, body, headers)


@pytest.mark.parametrize(
    ("without", "timeout", "has_quorum", "looks"),
    [(0, 30, True, 1), (3, 30, True, 4), (3, 0, False, 1), (10**6, 3, False, 23)],
)
def test_info_waits_for_a_leader_as_long_as_it_may(monkeypatch, without, timeout, has_quorum, looks):
    managers = Election(without)
    monkeypatch.setattr(report, "connect", lambda options: Engine(managers))
    answer = report.report({**INFO, "quorum_timeout": timeout})
    assert answer["has_quorum"] is has_quorum
    assert managers.requests.count(("GET", "/info")) == looks


@pytest.mark.parametrize("state", ["inactive", "pending", "locked"])
def test_info_waits_for_no_leader_where_there_cannot_be_one(monkeypatch, state):
    node = Swarm(state)
    monkeypatch.setattr(report, "connect", lambda options: Engine(node))
    report.report({**INFO, "quorum_timeout": 30})
    assert node.requests == [("GET", "/info")]
