# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What swarm_leave does, for every state of a node, every role and every quorum."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import wait
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.leave import decide_leave
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.leave_duty import leave_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import BlankTransport, Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil

PEERS = ({"node_id": "n1", "addr": "192.0.2.1:2377"}, {"node_id": "n2", "addr": "192.0.2.2:2377"})


def member(state, role="", quorum=False, node_id="n1", peers=PEERS):
    return Membership(
        local_state=state,
        role=role,
        node_id=node_id,
        cluster_id="swarm1",
        has_quorum=quorum,
        remote_managers=peers,
    )


MANAGER = member("active", "manager", quorum=True)
LOCKED = member("locked", "manager")
LOST = member("active", "manager")


@pytest.mark.parametrize(
    ("state", "quorum", "steps"),
    [
        (Membership(), None, []),
        (member("active", "worker"), None, [("leave", False)]),
        (member("pending", "worker"), None, [("leave", True)]),
        (member("pending", "", node_id=""), None, [("leave", True)]),
        (member("error", "worker"), None, [("leave", True)]),
        (MANAGER, Quorum(3, 3), [("demote", None), ("leave", False)]),
        (MANAGER, Quorum(2, 2), [("demote", None), ("leave", False)]),
        (MANAGER, Quorum(5, 4), [("demote", None), ("leave", False)]),
    ],
)
@pytest.mark.parametrize("force", ["", "n1", "another"])
def test_what_the_swarm_can_do_without_leaves(state, quorum, steps, force):
    plan = decide_leave(state, quorum, force, "host1")
    assert [(step.action, step.payload) for step in plan] == steps


@pytest.mark.parametrize(
    ("state", "quorum", "why"),
    [
        (MANAGER, Quorum(1, 1), "the last manager"),
        (MANAGER, Quorum(3, 2), "1 of 2 managers would be reachable and 2 are needed"),
        (MANAGER, Quorum(5, 3), "2 of 4 managers would be reachable and 3 are needed"),
        (LOST, None, "no leader to ask"),
        (LOCKED, None, "no leader to ask"),
        (member("pending", "manager"), None, "no leader to ask"),
        (member("error", "manager"), None, "no leader to ask"),
        (member("error"), None, "cannot be told from here"),
        (member("pending"), None, "cannot be told from here"),
    ],
)
def test_what_may_cost_the_quorum_has_to_be_named(state, quorum, why):
    for force in ("", "true", "n2", "host1"):
        with pytest.raises(SwarmError, match=f"{why}.*Nothing was changed") as refusal:
            decide_leave(state, quorum, force, "host1")
        assert "force: 'n1'" in refusal.value.hint
    (step,) = decide_leave(state, quorum, "n1", "host1")
    assert (step.action, step.payload) == ("leave", True)
    assert why in step.reason


@pytest.mark.parametrize(("joining", "node_id", "may"), [(True, "", True), (False, "", False), (True, "n1", False)])
def test_a_join_that_never_succeeded_can_be_given_up(joining, node_id, may):
    state = member("error", node_id=node_id)
    if may:
        assert decide_leave(state, None, "", "host1", joining)
    else:
        with pytest.raises(SwarmError, match="cannot be told"):
            decide_leave(state, None, "", "host1", joining)


def test_a_node_that_does_not_know_its_id_is_named_by_its_engine():
    state = member("locked", "manager", node_id="")
    with pytest.raises(SwarmError, match="another node") as refusal:
        decide_leave(state, None, "n1", "host1")
    assert "force: 'host1'" in refusal.value.hint
    assert decide_leave(state, None, "host1", "host1")


def test_who_stays_is_warned():
    assert "192.0.2.2:2377" in decide_leave(LOST, None, "n1", "host1").warnings[0]
    assert "unknown from here" in decide_leave(member("locked", "manager", peers=()), None, "n1", "host1").warnings[0]
    alone = member("active", "manager", quorum=True, peers=PEERS[:1])
    assert decide_leave(alone, Quorum(1, 1), "n1", "host1").warnings == ()
    assert "Two managers" in decide_leave(MANAGER, Quorum(3, 3)).warnings[0]
    assert decide_leave(MANAGER, Quorum(4, 4)).warnings == ()


class Manager:
    """The transport of a manager of two. It needs two looks to become a worker, and refuses to leave once after it."""

    api_version = "1.41"

    def __init__(self, role="manager"):
        self.role = role
        self.state = "active"
        self.looks = 0
        self.refusals = 1
        self.requests = []

    def request(self, method, path, query=None, body=None, headers=None, timeout=None):
        self.requests.append((method, path))
        if path == "/info":
            return {"Name": "host1", "Swarm": self._swarm()}
        if path == "/nodes":
            return [{"ManagerStatus": {"Reachability": "reachable"}}] * 2
        if path == "/nodes/n1":
            return {"Version": {"Index": 7}, "Spec": {"Role": "manager", "Labels": {"a": "b"}}}
        if path == "/nodes/n1/update":
            assert body == {"Role": "worker", "Labels": {"a": "b"}}
            assert query == {"version": 7}
            self.looks = 2
            return None
        assert (method, path) == ("POST", "/swarm/leave")
        if self.refusals and not query["force"]:
            self.refusals -= 1
            raise NotAManager("You are attempting to leave the swarm on a node that is a manager.", 503)
        self.state = "inactive"
        return None

    def _swarm(self):
        if self.looks:
            self.looks -= 1
            if not self.looks:
                self.role = "worker"
        if self.state == "inactive":
            return {"LocalNodeState": "inactive"}
        found = {"LocalNodeState": "active", "NodeID": "n1", "ControlAvailable": self.role == "manager"}
        return {**found, "Cluster": {"ID": "swarm1"}} if self.role == "manager" else found


OPTIONS = {"docker_host": "tcp://192.0.2.1:2376", "force": None, "wait_timeout": 5}


def leave(engine, check_mode=False):
    duty = leave_duty(OPTIONS)
    plan, seen = fulfil(engine, duty, check_mode)
    return [step.action for step in plan], duty.result(seen)


def test_a_manager_is_demoted_and_leaves_when_the_engine_lets_it(monkeypatch):
    monkeypatch.setattr(wait.SystemClock, "sleep", lambda self, seconds: None)
    manager = Manager()
    planned, before = leave(Engine(manager), check_mode=True)
    assert manager.requests == [("GET", "/info"), ("GET", "/nodes")]
    done, after = leave(Engine(manager))
    assert done == planned == ["demote", "leave"]
    assert (after["local_state"], after["left_node_id"]) == ("inactive", "n1")
    assert set(after) == set(before)
    assert [path for method, path in manager.requests if method == "POST"] == [
        "/nodes/n1/update",
        "/swarm/leave",
        "/swarm/leave",
    ]
    again, result = leave(Engine(manager))
    assert (again, result["left_node_id"]) == ([], "")


@pytest.mark.parametrize(("until", "done"), [(10, ["demote", "leave"]), (1000, ["leave"])])
def test_while_another_leader_is_chosen_nobody_leaves_by_force(clock, until, done):
    """The leader was demoted just now, or lost; with the name of this node as `force`, as reset has it."""

    class Electing(Manager):
        def _swarm(self):
            found = super()._swarm()
            return found if clock["now"] > until else {**found, "Cluster": None}

    plan, _seen = fulfil(Engine(Electing()), leave_duty({**OPTIONS, "force": "n1"}), check_mode=False)
    assert [step.action for step in plan] == done


def test_a_manager_that_is_not_demoted_in_time_stays(clock):
    class Stubborn(Manager):
        def _swarm(self):
            self.looks = 0
            return super()._swarm()

    manager = Stubborn()
    with pytest.raises(SwarmError, match="is to be demoted and is still a manager"):
        leave(Engine(manager))
    assert ("POST", "/swarm/leave") not in manager.requests


def test_where_there_is_no_engine_there_is_nothing_to_leave():
    assert leave(Engine(BlankTransport()), check_mode=True)[0] == []
