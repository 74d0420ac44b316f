# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What swarm_init, swarm_join, swarm_info, node_update and node_label ask of an Engine and in which order.

The Engine here is a double: managers that do not answer, conflicts in between and a thousand nodes are hard to have.
"""

from __future__ import annotations

import copy

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import wait
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import report
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.init_duty import init_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.join_duty import has_joined, join_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import View
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import BlankTransport, Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    EngineUnreachable,
    NotAManager,
    NotFound,
    OutOfSequence,
    SwarmError,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.update_duty import nodes_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import read_wishes
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Unfinished

TOKEN = "SWMTKN-1-" + "0" * 50 + "-" + "s" * 25
JOIN = {
    "docker_host": "tcp://192.0.2.1:2376",
    "remote_addrs": ["192.0.2.2", "192.0.2.3"],
    "join_token": TOKEN,
    "role": None,
    "wait_timeout": 1,
}
INIT = {"docker_host": "tcp://192.0.2.1:2376", "on_drift": "warn", "wait_timeout": 1}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Time passes only when somebody sleeps."""
    clock = {"now": 0.0}
    monkeypatch.setattr(wait.SystemClock, "now", lambda self: clock["now"])
    monkeypatch.setattr(wait.SystemClock, "sleep", lambda self, seconds: clock.update(now=clock["now"] + seconds))


class Swarm:
    """The transport of an Engine, with scripted answers to joins; it keeps a list of requests."""

    api_version = "1.41"

    def __init__(self, state="inactive", joins=(), nodes=(), **swarm):
        self.swarm = {"LocalNodeState": state, "NodeID": "", **swarm}
        self.joins = list(joins)
        self.nodes = {node["ID"]: copy.deepcopy(node) for node in nodes}
        self.requests = []
        self.conflicts = 0
        self.refused = ""

    def request(self, method, path, query=None, body=None, headers=None):
        self.requests.append((method, path))
        if path == "/info":
            return {"Swarm": self.swarm}
        if path == "/swarm/join":
            return self._join(body)
        if path == "/swarm/leave":
            self.swarm = {"LocalNodeState": "inactive", "NodeID": ""}
            return None
        if path == "/swarm/init":
            self.swarm = {
                "LocalNodeState": "active",
                "NodeID": "n1",
                "ControlAvailable": True,
                "Cluster": {"ID": "swarm1", "Spec": {} if self.refused else body["Spec"]},
            }
            if self.refused:
                raise EngineError(self.refused, 500)
            return "n1"
        if path.startswith("/nodes"):
            return self._nodes(path, query, body)
        raise AssertionError(f"unexpected {method} {path}")

    def _join(self, body):
        outcome = self.joins.pop(0)
        self.joined_through = body["RemoteAddrs"]
        if outcome == "refused":
            raise EngineError("connection refused", 500)
        if outcome == "silent":
            self.swarm = {"LocalNodeState": "pending", "NodeID": ""}
            raise NotAManager("Timeout was reached before node joined.", 503)
        if outcome == "slow":
            self.swarm = {"LocalNodeState": "pending", "NodeID": "n2"}
            raise NotAManager("Timeout was reached before node joined.", 503)
        self.swarm = {"LocalNodeState": "active", "NodeID": "n2", **outcome}

    def _nodes(self, path, query, body):
        if path == "/nodes":
            if self.swarm["LocalNodeState"] != "active":
                raise NotAManager("This node is not a swarm manager.", 503)
            return list(copy.deepcopy(self.nodes).values())
        if not path.endswith("/update"):
            if path.split("/")[2] not in self.nodes:
                raise NotFound("node not found", 404)
            return copy.deepcopy(self.nodes[path.split("/")[2]])
        node = self.nodes[path.split("/")[2]]
        if self.conflicts or query["version"] != node["Version"]["Index"]:
            self.conflicts -= 1
            node["Version"]["Index"] += 1
            node["Spec"]["Labels"]["of-another"] = "kept"
            raise OutOfSequence("update out of sequence", 500)
        node["Version"]["Index"] += 1
        node["Spec"] = body
        if body["Role"] == "manager":
            node["ManagerStatus"] = {"Reachability": "reachable"}
        else:
            node.pop("ManagerStatus", None)
        return None

    def writes(self):
        return [path for method, path in self.requests if method != "GET"]


WORKER = {"ControlAvailable": False}
MANAGER = {"ControlAvailable": True, "Cluster": {"ID": "swarm1"}}


def join(transport, check_mode=False, **options):
    return fulfil(Engine(transport), join_duty({**JOIN, **options}, check_mode), check_mode)


def test_the_second_manager_is_tried_when_the_first_refuses():
    transport = Swarm(joins=["refused", WORKER])
    plan, member = join(transport)
    assert plan
    assert transport.joined_through == ["192.0.2.3:2377"]
    assert (member.local_state, member.role, member.node_id) == ("active", "worker", "n2")
    assert transport.writes() == ["/swarm/join", "/swarm/join"]


def test_an_attempt_that_nobody_answers_is_broken_off_before_the_next():
    transport = Swarm(joins=["silent", WORKER])
    join(transport)
    assert transport.writes() == ["/swarm/join", "/swarm/leave", "/swarm/join"]


def test_an_attempt_that_got_a_node_id_is_waited_for_and_not_broken_off():
    transport = Swarm(joins=["slow"])
    with pytest.raises(SwarmError, match=r"Timed out after 1 s: this node is a node of a swarm \(state pending"):
        join(transport)
    assert transport.writes() == ["/swarm/join"]


def test_no_manager_at_all_leaves_the_node_as_it_was():
    transport = Swarm(joins=["silent", "refused"])
    with pytest.raises(
        SwarmError, match=r"192.0.2.2:2377: Timeout was reached.*192.0.2.3:2377: connection refused"
    ) as error:
        join(transport)
    assert transport.swarm["LocalNodeState"] == "inactive"
    assert error.value.facts["changed"] is False
    assert TOKEN not in str(error.value)


def test_the_token_of_the_other_role_is_found_out_after_the_join():
    with pytest.raises(SwarmError, match="not a worker") as error:
        join(Swarm(joins=[MANAGER], nodes=[node(2, "manager")]), role="worker")
    assert "Nothing was changed" not in str(error.value)
    assert error.value.facts["changed"] is True


def test_a_worker_that_should_be_a_manager_is_found_out_at_the_end():
    with pytest.raises(SwarmError, match=r"not a manager.*node_update"):
        join(Swarm(joins=[WORKER]), role="manager")


@pytest.mark.parametrize(
    ("certified", "role", "over"),
    [("worker", "manager", True), ("manager", "manager", False), ("", "manager", False), ("worker", "worker", True)],
)
def test_a_certificate_tells_the_role_before_the_engine_does(certified, role, over):
    assert has_joined(View(Membership("active", "worker"), certified_role=certified), role) is over


def test_a_manager_has_joined_when_the_managers_know_it():
    transport = Swarm(joins=[MANAGER])
    with pytest.raises(SwarmError, match="Timed out"):
        join(transport, role="manager")
    transport = Swarm(joins=[MANAGER], nodes=[node(2, "manager")])
    assert join(transport, role="manager")[1].is_live_manager
    assert ("GET", "/nodes/n2") in transport.requests


def test_a_join_that_takes_long_is_shown_and_goes_on_in_the_next_round():
    transport = Swarm(joins=[MANAGER])
    with pytest.raises(Unfinished, match="this node is a manager") as pause:
        join(transport, role="manager", wait_timeout=60, ticket={"shown": ""})
    assert pause.value.facts["changed"] is True
    ticket = pause.value.facts["unfinished"]["ticket"]
    assert 5 <= ticket["waited"] < 7
    transport.nodes = {"n2": node(2, "manager")}
    plan, member = join(transport, role="manager", wait_timeout=60, ticket=ticket)
    assert not plan
    assert member.is_live_manager
    assert transport.writes() == ["/swarm/join"]


def test_a_node_that_left_between_two_rounds_is_an_error_and_does_not_join_again():
    transport = Swarm()
    with pytest.raises(SwarmError, match=r"The join failed.*in no swarm"):
        join(transport, ticket={"about": "join", "waited": 5, "shown": "x"})
    assert transport.writes() == []


@pytest.mark.parametrize("state", ["error", "locked"])
def test_a_join_that_ends_badly_is_an_error(state):
    with pytest.raises(SwarmError, match=f"The join failed.*state {state}.*broken"):
        join(Swarm(joins=[{"LocalNodeState": state, "Error": "broken"}]))


def test_a_node_that_is_pending_is_waited_for_and_not_touched():
    transport = Swarm("pending")
    with pytest.raises(SwarmError, match="Timed out"):
        join(transport)
    assert transport.writes() == []


def test_a_member_is_asked_once_and_left_alone():
    transport = Swarm("active", NodeID="n1")
    assert not join(transport)[0]
    assert transport.requests == [("GET", "/info")]


def test_join_in_check_mode_writes_nothing_and_needs_no_swarm():
    transport = Swarm()
    assert join(transport, check_mode=True, join_token="", remote_addrs=[])[0]
    assert transport.requests == [("GET", "/info")]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"remote_addrs": []}, "remote_addrs is empty"),
        ({"join_token": ""}, "join_token is empty"),
        ({"join_token": "SWMTKN-1-nonsense"}, "not a swarm join token"),
        ({"remote_addrs": ["192.0.2.256"]}, "192.0.2.256"),
        ({"advertise_addr": "192.0.2.256"}, "192.0.2.256"),
    ],
)
def test_bad_options_are_refused_before_anything_is_asked(options, complaint):
    with pytest.raises(SwarmError, match="Nothing was changed") as error:
        join_duty({**JOIN, **options}, check_mode=False)
    assert complaint in str(error.value)


def test_init_and_init_again():
    transport = Swarm()
    duty = init_duty({**INIT, "autolock": True})
    plan, view = fulfil(Engine(transport), duty, check_mode=False)
    first = duty.result(view)
    assert [step.action for step in plan] == ["init"]
    transport.requests.clear()
    plan, view = fulfil(Engine(transport), duty, check_mode=False)
    assert not plan
    assert transport.requests == [("GET", "/info")]
    assert duty.result(view) == first
    assert first["swarm"]["settings"]["autolock"] is True


def test_a_swarm_that_was_made_without_its_settings_is_no_swarm_that_was_not_made():
    transport = Swarm()
    transport.refused = "error updating cluster settings: CA certificate expires too soon"
    with pytest.raises(SwarmError, match=r"made a swarm, but refused its settings.*too soon") as error:
        fulfil(Engine(transport), init_duty({**INIT, "task_history_limit": 9}), check_mode=False)
    assert "Nothing was changed" not in str(error.value)
    assert error.value.facts["changed"] is True
    plan, _view = fulfil(Engine(transport), init_duty({**INIT, "task_history_limit": 9}), check_mode=True)
    assert [str(change) for step in plan for change in step.changes] == ["task_history_limit: null -> 9"]


def test_init_in_check_mode_has_the_same_shape():
    duty = init_duty(INIT)
    plan, view = fulfil(Engine(BlankTransport()), duty, check_mode=True)
    _plan, real = fulfil(Engine(Swarm()), duty, check_mode=False)
    assert [step.action for step in plan] == ["init"]
    assert set(duty.result(view)) == set(duty.result(real))
    assert set(duty.result(view)["swarm"]) == set(duty.result(real)["swarm"])


def node(number, role="worker"):
    found = {
        "ID": f"n{number}",
        "Version": {"Index": 1},
        "Description": {"Hostname": f"host{number}"},
        "Spec": {"Role": role, "Availability": "active", "Labels": {}},
        "Status": {"State": "ready"},
    }
    return {**found, "ManagerStatus": {"Reachability": "reachable"}} if role == "manager" else found


def update(transport, wishes, check_mode=False):
    duty = nodes_duty(read_wishes(wishes), check_mode, wait_timeout=1, drained=False)
    plan, state = fulfil(Engine(transport), duty, check_mode)
    return plan, duty.result(state)


def test_a_thousand_nodes_are_one_request_and_one_write_for_each_that_differs():
    transport = Swarm("active", nodes=[node(number) for number in range(1000)])
    wishes = {f"n{number}": {"labels": {"zone": "a"}} for number in range(1000)}
    for number in range(990):
        transport.nodes[f"n{number}"]["Spec"]["Labels"] = {"zone": "a"}
    plan, result = update(transport, wishes)
    assert len(plan.steps) == len(transport.writes()) == 10
    assert transport.requests[0] == ("GET", "/nodes")
    assert len(transport.requests) == 11
    assert all(found["labels"] == {"zone": "a"} for found in result["nodes"])

    transport.requests.clear()
    assert not update(transport, wishes)[0]
    assert transport.requests == [("GET", "/nodes")]


def test_what_someone_else_wrote_in_between_is_kept():
    transport = Swarm("active", nodes=[node(1)])
    transport.conflicts = 2
    update(transport, {"host1": {"labels": {"zone": "a"}}})
    assert transport.nodes["n1"]["Spec"]["Labels"] == {"zone": "a", "of-another": "kept"}


def test_roles_change_one_after_the_other():
    transport = Swarm("active", NodeID="n1", nodes=[node(1, "manager"), node(2, "manager"), node(3)])
    plan, result = update(transport, {"n2": {"role": "worker"}, "n3": {"role": "manager"}})
    assert [(step.action, step.name) for step in plan] == [("promote", "host3"), ("demote", "host2")]
    assert transport.writes() == ["/nodes/n3/update", "/nodes/n2/update"]
    assert {found["id"]: found["role"] for found in result["nodes"]} == {"n2": "worker", "n3": "manager"}
    assert result["quorum"]["managers"] == 2


def test_nodes_of_a_swarm_that_is_only_planned():
    wishes = {"host1": {"labels": {"a": "1"}}}
    for transport in (Swarm("inactive"), BlankTransport()):
        plan, result = update(transport, wishes, check_mode=True)
        assert [step.name for step in plan] == ["host1"]
        assert result["nodes"] == []
    with pytest.raises(NotAManager):
        update(Swarm("inactive"), wishes)
    with pytest.raises(NotAManager):
        update(Swarm("pending"), wishes, check_mode=True)


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
