# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which nodes are removed: every state, role and availability, alone and one after the other."""

from __future__ import annotations

from itertools import product

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.removal import (
    Removal,
    decide_removal,
    is_settled,
    must_empty,
    named,
    read_removal,
)

STATES = ("unknown", "down", "ready", "disconnected")
AVAILABILITIES = ("active", "pause", "drain")
# Role in the spec, and reachability where it is in the raft group.
PLACES = {
    "worker": ("worker", None),
    "manager": ("manager", "reachable"),
    "lost manager": ("manager", "unreachable"),
    "manager of unknown reachability": ("manager", "unknown"),
    "being promoted": ("manager", None),
    "being demoted": ("worker", "reachable"),
}


def node(identity, role="worker", reachability=None, state="ready", availability="active", name=None):
    found = {
        "ID": identity,
        "Description": {"Hostname": name or identity},
        "Spec": {"Role": role, "Availability": availability},
        "Status": {"State": state},
    }
    return {**found, "ManagerStatus": {"Reachability": reachability}} if reachability else found


def manager(identity, reachability="reachable", **kwargs):
    return node(identity, "manager", reachability, **kwargs)


THREE = [manager("m1"), manager("m2"), manager("m3")]
LOST = manager("lost", "unreachable", state="down")


def plan(nodes, references, foresee_leaving=False, own_id="m1", **options):
    return decide_removal(nodes, Removal(tuple(references), **options), own_id, foresee_leaving)


def shown(found):
    return [(step.action, step.name) for step in found]


@pytest.mark.parametrize(
    ("state", "place", "availability", "force", "drain"),
    list(product(STATES, PLACES, AVAILABILITIES, (False, True), (False, True))),
)
def test_one_node_of_every_kind(state, place, availability, force, drain):
    role, reachability = PLACES[place]
    nodes = [*THREE, node("x", role, reachability, state, availability)]
    ready = state == "ready"
    if place == "being promoted" and ready:
        with pytest.raises(SwarmError, match="becoming a manager just now"):
            plan(nodes, ["x"], force=force, drain=drain)
        return
    if state != "down" and not force:
        with pytest.raises(
            SwarmError, match=rf"x \(x\) is {state}: .*by force only. Nothing was changed. Let it leave"
        ):
            plan(nodes, ["x"], drain=drain)
        # In check mode it may be that the node would have left by now.
        foreseen = plan(nodes, ["x"], foresee_leaving=True, drain=drain)
        assert [action for action, _name in shown(foreseen)][-1] == "remove"
        assert any("removed only when it has left the swarm" in warning for warning in foreseen.warnings)
        return
    expected = []
    if ready and drain and availability != "drain":
        expected.append("drain")
    if place not in ("worker", "being promoted", "being demoted"):
        expected.append("demote")
    found = plan(nodes, ["x"], force=force, drain=drain)
    assert shown(found) == [(action, "x") for action in (*expected, "remove")]
    assert all(step.payload is nodes[-1] for step in found)
    assert any("Removed while up: x (x)" in warning for warning in found.warnings) is ready


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("force", [False, True])
def test_what_is_certain_and_what_is_emptied(state, force):
    removal = Removal(("x",), force)
    assert is_settled(node("x", state=state), removal) is (state == "down" or (force and state == "ready"))
    assert must_empty(node("x", state=state), removal) is (force and state == "ready")
    assert not must_empty(node("x", state=state), Removal(("x",), force, drain=False))


def test_all_are_drained_before_the_first_goes_and_lost_managers_go_first():
    nodes = [*THREE, manager("m4"), LOST, node("w1"), node("w2", state="down")]
    assert shown(plan(nodes, ["w1", "m3", "lost", "w2"], force=True)) == [
        ("drain", "m3"),
        ("drain", "w1"),
        ("demote", "lost"),
        ("remove", "lost"),
        ("demote", "m3"),
        ("remove", "m3"),
        ("remove", "w1"),
        ("remove", "w2"),
    ]


def test_the_plan_says_what_changes():
    steps = [step.as_dict() for step in plan(THREE, ["m2"], force=True)]
    assert [(step["action"], step["reason"], step["changes"]) for step in steps] == [
        ("drain", "m2", [{"path": "availability", "before": "active", "after": "drain"}]),
        ("demote", "m2", [{"path": "role", "before": "manager", "after": "worker"}]),
        ("remove", "m2, ready", []),
    ]


@pytest.mark.parametrize("state", STATES)
def test_nodes_that_are_gone_already_need_nothing(state):
    nodes = [*THREE, node("w1", state=state)]
    assert not plan(nodes, ["w7", "w8"])
    assert not plan(nodes, [])
    assert not plan([], ["w1"])


@pytest.mark.parametrize(
    ("nodes", "references", "complaint"),
    [
        (THREE, ["m1"], "m1 (m1) is the manager that was asked and cannot remove itself: ask another one"),
        ([manager("m2")], ["m2"], "m2 (m2) is the last manager and cannot be removed"),
        ([manager("m1"), manager("m2"), LOST], ["m2"], "without m2 (m2), 1 of 2 managers would be reachable"),
        # One after the other: the first may go, the second may not.
        (
            [*THREE, LOST, manager("lost2", "unreachable")],
            ["m2"],
            "without m2 (m2), 2 of 4 managers would be reachable and 3 are needed",
        ),
        # Who is being demoted leaves the raft group too.
        ([manager("m1"), node("m2", "worker", "reachable"), LOST], ["m2"], "without m2 (m2), 1 of 2"),
    ],
)
@pytest.mark.parametrize("foresee_leaving", [False, True])
def test_what_cannot_be_is_refused_in_check_mode_too(nodes, references, complaint, foresee_leaving):
    with pytest.raises(SwarmError, match="Nothing was changed") as refusal:
        plan(nodes, references, foresee_leaving=foresee_leaving, force=True)
    assert complaint in refusal.value.message


def test_lost_managers_make_room_for_others_in_the_same_call():
    nodes = [*THREE, LOST, manager("lost2", "unreachable", state="down")]
    found = plan(nodes, ["m2", "lost2", "lost"], force=True)
    assert [step.name for step in found if step.action == "remove"] == ["lost2", "lost", "m2"]
    assert any("Two managers tolerate no failure" in warning for warning in found.warnings)


def test_all_problems_are_told_at_once():
    with pytest.raises(SwarmError) as refusal:
        plan([*THREE, node("w1")], ["m1", "w1"], own_id="m1")
    assert "m1 (m1) is the manager that was asked" in refusal.value.message
    assert "m1 (m1) is ready, w1 (w1) is ready: a node that has not left" in refusal.value.message


def test_names_are_found_as_everywhere():
    nodes = [*THREE, node("old", name="alpha", state="down"), node("new", name="alpha")]
    with pytest.raises(SwarmError, match=r"2 nodes have the host name alpha: old \(down\), new \(ready\)"):
        plan(nodes, ["alpha"])
    assert [step.payload["ID"] for step in plan(nodes, ["old"])] == ["old"]
    assert [found["ID"] for found in named(nodes, Removal(("new", "m3")))] == ["m3", "new"]


@pytest.mark.parametrize("references", [[""], ["w1", " "]])
def test_an_empty_name_is_a_mistake(references):
    with pytest.raises(SwarmError, match=r"nodes has an empty name: .* Nothing was changed"):
        read_removal(references, force=False, drain=True)


def test_a_name_that_is_there_twice_counts_once():
    assert read_removal(["w1", "w2", "w1"], force=True, drain=False) == Removal(("w1", "w2"), True, False)
