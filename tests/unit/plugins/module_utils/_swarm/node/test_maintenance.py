# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which availability nodes get when maintenance begins and ends, and what is waited for."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, SwarmError, Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.maintenance import (
    BEGUN,
    ENDED,
    decide_maintenance,
    unfinished,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.maintenance_duty import maintenance_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import MAINTENANCE, NodeWish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, Unfinished

pytestmark = pytest.mark.usefixtures("clock")


def node(availability, kept=None, state="ready", labels=None, identity="n1"):
    labels = {**(labels or {}), **({MAINTENANCE: kept} if kept else {})}
    return {
        "ID": identity,
        "Version": {"Index": 7},
        "Description": {"Hostname": f"host-{identity}"},
        "Spec": {"Role": "worker", "Availability": availability, "Labels": labels, "Name": "stays"},
        "Status": {"State": state},
    }


def after(state, given):
    """The availability and the label that are written; None when nothing is."""
    steps = list(decide_maintenance([given], ["n1"], state))
    if not steps:
        return None
    (step,) = steps
    spec = step.payload[1]
    assert spec["Name"] == "stays"
    assert {key: value for key, value in spec["Labels"].items() if key != MAINTENANCE} == {"zone": "a"}
    return spec["Availability"], spec["Labels"].get(MAINTENANCE)


@pytest.mark.parametrize(
    ("state", "availability", "kept", "expected"),
    [
        (BEGUN, "active", None, ("drain", "active")),
        (BEGUN, "pause", None, ("drain", "pause")),
        (BEGUN, "drain", None, None),  # on purpose
        (BEGUN, "drain", "active", None),  # an interrupted run did it
        (BEGUN, "drain", "pause", None),
        (BEGUN, "active", "pause", ("drain", "active")),  # somebody has decided otherwise since
        (BEGUN, "active", "active", ("drain", "active")),
        (ENDED, "active", None, None),
        (ENDED, "drain", None, None),
        (ENDED, "pause", None, None),
        (ENDED, "drain", "active", ("active", None)),
        (ENDED, "drain", "pause", ("pause", None)),
        (ENDED, "active", "pause", ("active", None)),
        (ENDED, "pause", "active", ("pause", None)),
        (ENDED, "drain", "nonsense", ("drain", None)),
    ],
)
def test_what_is_written(state, availability, kept, expected):
    assert after(state, node(availability, kept, labels={"zone": "a"})) == expected


def test_both_are_done_in_one_write_for_each_node():
    nodes = [node("active", identity="a"), node("drain", identity="b"), node("active", identity="c")]
    plan = decide_maintenance(nodes, ["c", "host-a", "b"], BEGUN)
    assert [step.name for step in plan] == ["host-c", "host-a"]
    assert [str(change) for change in next(iter(plan)).changes] == [
        "availability: active -> drain",
        f"labels.{MAINTENANCE}: (absent) -> active",
    ]


@pytest.mark.parametrize("state", ["down", "unknown", "disconnected"])
def test_a_node_that_is_away_is_not_given_tasks_again(state):
    with pytest.raises(SwarmError, match=f"host-n1 .n1. is {state}"):
        decide_maintenance([node("drain", "active", state)], ["n1"], ENDED)
    assert not decide_maintenance([node("drain", None, state)], ["n1"], ENDED)
    assert decide_maintenance([node("active", None, state)], ["n1"], BEGUN)


def test_an_unknown_node_is_an_error():
    with pytest.raises(SwarmError, match="no node gone"):
        decide_maintenance([node("active")], ["gone", "n1"], BEGUN)


def test_who_has_the_label_is_unfinished():
    nodes = [node("drain", "active", identity="a"), node("drain", identity="b"), node("active", "pause", identity="c")]
    assert [found["ID"] for found in unfinished(nodes)] == ["a", "c"]


def test_the_label_outlives_the_replacement_of_others():
    present = {MAINTENANCE: "active", "zone": "a"}
    assert NodeWish(labels={"ssd": ""}, replace=True).new_labels(present) == {MAINTENANCE: "active", "ssd": ""}
    named = NodeWish(labels={}, replace=True, remove_labels=frozenset({MAINTENANCE}))
    assert named.new_labels(present) == {}


class Swarm:
    """The transport of a manager's Engine; `looks` are its answers about the node, the last one for good."""

    api_version = "1.41"

    def __init__(self, *looks, tasks=(), role="manager"):
        self.looks, self.tasks = list(looks), list(tasks)
        self.written = []
        self.manager = role == "manager"

    def request(self, method, path, query=None, body=None, headers=None, timeout=None):
        if path == "/info":
            return {"Swarm": {"LocalNodeState": "active", "ControlAvailable": self.manager, "NodeID": "m1"}}
        if path == "/services":
            return [{"ID": "s1", "Spec": {"Name": "backup"}}]
        if path == "/tasks":
            return self.tasks.pop(0) if len(self.tasks) > 1 else self.tasks[0]
        if method == "POST":
            self.written.append((body["Availability"], query["version"]))
            return None
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, Exception):
            raise look
        return [copy.deepcopy(look)]


def fulfilled(swarm, state, timeout=60, check_mode=False, ticket=None):
    duty = maintenance_duty(["n1"], state, timeout, check_mode, ticket)
    plan, seen = fulfil(Engine(swarm), duty, check_mode)
    return bool(plan), duty.result(seen)["nodes"][0]["availability"]


TASK = {"NodeID": "n1", "ServiceID": "s1", "Status": {"State": "running"}}
NO_LEADER = NotAManager("The swarm does not have a leader.", 503)


def test_tasks_are_waited_for():
    swarm = Swarm(node("active"), tasks=[[TASK], [TASK], []])
    assert fulfilled(swarm, BEGUN) == (True, "drain")
    assert swarm.written == [("drain", 7)]


def test_what_is_waited_for_is_told_and_nothing_is_written_twice():
    swarm = Swarm(node("active"), node("drain", "active"), tasks=[[TASK]] * 12 + [[]])
    with pytest.raises(Unfinished, match="still running: backup on host-n1") as pause:
        fulfilled(swarm, BEGUN, ticket=Ticket(shown=""))
    assert pause.value.facts["changed"] is True
    ticket = pause.value.facts["unfinished"]["ticket"]
    assert (ticket["about"], ticket["waited"] >= 1) == ("drain", True)
    assert fulfilled(swarm, BEGUN, ticket=Ticket(**ticket)) == (False, "drain")
    assert swarm.written == [("drain", 7)]


def test_in_check_mode_nothing_is_waited_for(clock):
    assert fulfilled(Swarm(node("active"), tasks=[[TASK]]), BEGUN, check_mode=True, ticket=Ticket(shown=""))[0]
    assert clock["now"] == 0


def test_what_does_not_leave_is_named():
    swarm = Swarm(node("active"), tasks=[[TASK]])
    with pytest.raises(Timeout, match="backup on host-n1") as end:
        fulfilled(swarm, BEGUN)
    assert end.value.facts["changed"] is True


def test_tasks_are_waited_for_on_a_node_that_was_drained_before():
    with pytest.raises(Timeout, match="backup on host-n1"):
        fulfilled(Swarm(node("drain"), tasks=[[TASK]]), BEGUN)


def test_a_node_that_comes_back_is_waited_for():
    swarm = Swarm(node("drain", "active", "down"), node("drain", "active", "unknown"), node("drain", "active"))
    assert fulfilled(swarm, ENDED) == (True, "active")
    assert swarm.written == [("active", 7)]


def test_a_node_that_stays_away_is_an_error(clock):
    with pytest.raises(SwarmError, match="is down"):
        fulfilled(Swarm(node("drain", "active", "down")), ENDED)
    assert clock["now"] == 60


def test_a_node_without_the_label_is_not_waited_for(clock):
    assert fulfilled(Swarm(node("drain", state="down")), ENDED) == (False, "drain")
    assert clock["now"] == 0


def test_managers_choose_a_leader_meanwhile():
    assert fulfilled(Swarm(NO_LEADER, NO_LEADER, node("drain", "active")), ENDED) == (True, "active")


def test_a_worker_is_told_at_once(clock):
    with pytest.raises(NotAManager, match="Only a manager knows the nodes"):
        fulfilled(Swarm(NotAManager("This node is not a swarm manager.", 503), role="worker"), ENDED)
    assert clock["now"] == 0


def test_check_mode_waits_for_nothing(clock):
    assert fulfilled(Swarm(node("active")), BEGUN, check_mode=True) == (True, "active")
    with pytest.raises(SwarmError, match="is down"):
        fulfilled(Swarm(node("drain", "active", "down")), ENDED, check_mode=True)
    assert clock["now"] == 0
