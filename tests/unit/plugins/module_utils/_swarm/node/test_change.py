# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels, availability and roles of many nodes in one plan."""

from __future__ import annotations

from itertools import product

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.change import (
    decide_nodes,
    find_nodes,
    manager_addrs,
    view,
    with_specs,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import NodeWish, label_wishes, read_wishes


def node(
    identity, name=None, role="worker", labels=None, availability="active", state="ready", reachability="reachable"
):
    found = {
        "ID": identity,
        "Version": {"Index": 3},
        "Description": {"Hostname": name or identity, "Engine": {"EngineVersion": "26.1"}},
        "Spec": {"Labels": labels or {}, "Role": role, "Availability": availability},
        "Status": {"State": state, "Addr": "192.0.2.1"},
    }
    if role == "manager":
        found["ManagerStatus"] = {"Reachability": reachability, "Addr": f"{identity}:2377", "Leader": identity == "m1"}
    return found


THREE = [node("m1", role="manager"), node("m2", role="manager"), node("m3", role="manager")]
WORKERS = [node("w1", labels={"zone": "a", "flag": ""}), node("w2")]


def plan(nodes, wishes, **kwargs):
    return decide_nodes(
        nodes, read_wishes(wishes, **{k: kwargs.pop(k) for k in ("labels_mode",) if k in kwargs}), **kwargs
    )


def shown(found):
    return [(step.action, step.name, *map(str, step.changes)) for step in found]


@pytest.mark.parametrize(
    ("present", "wish", "expected"),
    [
        ({}, NodeWish(), {}),
        ({"a": "1"}, NodeWish(labels={}), {"a": "1"}),
        ({"a": "1"}, NodeWish(labels={}, replace=True), {}),
        ({"a": "1"}, NodeWish(replace=True), {"a": "1"}),
        ({"a": "1"}, NodeWish(labels={"b": ""}), {"a": "1", "b": ""}),
        ({"a": "1"}, NodeWish(labels={"a": ""}), {"a": ""}),
        ({"a": "", "b": "2"}, NodeWish(remove_labels=frozenset(["a", "c"])), {"b": "2"}),
        ({"a": "1", "b": "2"}, NodeWish(labels={"c": "3"}, replace=True), {"c": "3"}),
        ({"a": "1"}, NodeWish(labels={"b": "2"}, remove_labels=frozenset("a")), {"b": "2"}),
    ],
)
def test_labels(present, wish, expected):
    assert wish.new_labels(present) == expected


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), ("", ""), (None, ""), (1, "1"), (0, "0"), (True, "true"), (False, "false")]
)
def test_values_of_labels_become_strings(value, text):
    assert read_wishes({"w1": {"labels": {"key": value}}})["w1"].labels == {"key": text}


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"labels": {"v": 1.10}}, "nodes[w1].labels.v must be a string, not 1.1"),
        ({"labels": {"v": ["a"]}}, "nodes[w1].labels.v must be a string"),
        ({"labels": ["a"]}, "nodes[w1].labels must be a dictionary"),
        ({"labels": {"": "a"}}, "a label without a name"),
        ({"lables": {}}, "unknown key 'lables'"),
        ({"availability": "drained"}, "nodes[w1].availability must be one of active, pause, drain, not 'drained'"),
        ({"role": "leader"}, "nodes[w1].role must be one of manager, worker, not 'leader'"),
        ({"remove_labels": "a"}, "nodes[w1].remove_labels must be a list"),
        ({"labels": {"a": 1}, "remove_labels": ["a"]}, "label a is both"),
        ("drain", "nodes[w1] must be a dictionary, not 'drain'"),
    ],
)
def test_bad_wishes_are_named(wish, complaint):
    with pytest.raises(SwarmError, match="Nothing was changed") as refusal:
        read_wishes({"w1": wish})
    assert complaint in refusal.value.message


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"nodes": {"w1": {"a": 1}}}, {"w1": NodeWish(labels={"a": "1"})}),
        ({"node": "w1", "labels": {"a": ""}}, {"w1": NodeWish(labels={"a": ""})}),
        ({"node": "w1", "mode": "replace"}, {"w1": NodeWish(labels={}, replace=True)}),
        ({"node": "w1", "remove": ["a"]}, {"w1": NodeWish(remove_labels=frozenset("a"))}),
        # Naming what is to go does not mean that all else is to go too.
        (
            {"node": "w1", "remove": ["a"], "mode": "replace"},
            {"w1": NodeWish(replace=True, remove_labels=frozenset("a"))},
        ),
    ],
)
def test_options_of_node_label(options, expected):
    assert (
        label_wishes({"nodes": None, "node": None, "labels": {}, "mode": "merge", "remove": [], **options}) == expected
    )


def test_nodes_are_found_by_id_first_and_by_name():
    nodes = [node("id1", "alpha"), node("id2", "id1"), node("id3", "gamma")]
    found, unknown = find_nodes(nodes, ["id1", "gamma", "delta"])
    assert {reference: item["ID"] for reference, item in found.items()} == {"id1": "id1", "gamma": "id3"}
    assert unknown == ["delta"]


def test_a_name_of_two_nodes_is_an_error_that_lists_them():
    nodes = [node("old", "alpha", state="down"), node("new", "alpha")]
    with pytest.raises(SwarmError, match=r"2 nodes have the host name alpha: old \(down\), new \(ready\)"):
        find_nodes(nodes, ["alpha"])
    assert find_nodes(nodes, ["new"])[0]["new"]["ID"] == "new"


def test_a_node_named_twice_is_an_error():
    with pytest.raises(SwarmError, match="id1 and alpha are the same node"):
        find_nodes([node("id1", "alpha")], ["id1", "alpha"])


def test_nothing_differs_and_nothing_is_planned():
    wishes = {"w1": {"labels": {"flag": "", "zone": "a"}, "availability": "active", "role": "worker"}, "w2": {}}
    assert not plan([*THREE, *WORKERS], wishes)
    assert not plan([*THREE, *WORKERS], wishes, labels_mode="replace")


def test_one_write_for_each_node_that_differs():
    wishes = {"w1": {"labels": {"zone": "b"}, "availability": "drain"}, "w2": {"labels": {"zone": ""}}, "m1": {}}
    found = plan([*THREE, *WORKERS], wishes)
    assert shown(found) == [
        ("update", "w1", "availability: active -> drain", "labels.zone: a -> b"),
        ("update", "w2", 'labels.zone: (absent) -> ""'),
    ]
    assert found.steps[0].payload[1] == {
        "Labels": {"zone": "b", "flag": ""},
        "Availability": "drain",
        "Role": "worker",
    }
    after = with_specs([*THREE, *WORKERS], found)
    assert not plan(after, wishes)
    assert WORKERS[0]["Spec"]["Availability"] == "active"


def test_unknown_nodes_are_one_error_or_foreseen():
    wishes = {"w1": {"labels": {"a": "1"}}, "w8": {"labels": {"a": "1"}}, "w9": {"labels": {}}}
    with pytest.raises(SwarmError, match=r"no node w8, w9. Nothing was changed"):
        plan(WORKERS, wishes)
    found = plan(WORKERS, wishes, foresee_unknown=True)
    assert shown(found) == [("update", "w1", "labels.a: (absent) -> 1"), ("update", "w8", "labels.a: (absent) -> 1")]
    assert "w8, w9" in found.warnings[0]


def test_managers_come_before_others_go():
    wishes = {"m3": {"role": "worker"}, "w2": {"labels": {"a": "1"}}, "w1": {"role": "manager"}}
    found = plan([*THREE, *WORKERS], wishes)
    assert [(step.action, step.name) for step in found] == [("promote", "w1"), ("update", "w2"), ("demote", "m3")]


@pytest.mark.parametrize(
    ("nodes", "wishes", "complaint"),
    [
        ([node("m1", role="manager")], {"m1": {"role": "worker"}}, "m1 (m1) is the last manager"),
        (THREE, {n: {"role": "worker"} for n in ("m1", "m2", "m3")}, "m3 (m3) is the last manager"),
        (
            [*THREE[:2], node("m3", role="manager", reachability="unreachable")],
            {"m2": {"role": "worker"}},
            "without m2 (m2), 1 of 2 managers would be reachable and 2 are needed",
        ),
        (
            [*THREE, node("w1", state="down")],
            {"w1": {"role": "manager"}},
            "w1 (w1) is down and cannot become a manager",
        ),
    ],
)
def test_role_changes_that_cannot_work_are_refused(nodes, wishes, complaint):
    with pytest.raises(SwarmError, match="Nothing was changed") as refusal:
        plan(nodes, wishes)
    assert complaint in refusal.value.message


def test_the_manager_that_is_asked_does_not_demote_itself():
    with pytest.raises(SwarmError, match="cannot demote itself"):
        plan(THREE, {"m1": {"role": "worker"}}, own_id="m1")


@pytest.mark.parametrize(
    ("nodes", "wishes", "actions"),
    [
        # An unreachable manager may go: the others are the majority after it as before.
        ([*THREE[:2], node("m3", role="manager", reachability="unreachable")], {"m3": {"role": "worker"}}, ["demote"]),
        (THREE[:2], {"m2": {"role": "worker"}}, ["demote"]),
        (
            [node("m1", role="manager"), node("w1")],
            {"m1": {"role": "worker"}, "w1": {"role": "manager"}},
            ["promote", "demote"],
        ),
    ],
)
def test_role_changes_that_can_work(nodes, wishes, actions):
    assert [step.action for step in plan(nodes, wishes)] == actions


STATES = ("unknown", "down", "ready", "disconnected")
REACHABILITIES = ("reachable", "unreachable", "unknown", None)  # None: not (yet, or no more) in the raft group
AVAILABILITIES = ("active", "pause", "drain")


@pytest.mark.parametrize(
    ("state", "role", "reachability", "wished"),
    list(product(STATES, ("manager", "worker"), REACHABILITIES, (None, "manager", "worker"))),
)
@pytest.mark.parametrize("present", AVAILABILITIES)
def test_one_node_of_every_kind_and_every_wish(state, role, reachability, present, wished):
    other = node("x", role=role, availability=present, state=state)
    other.pop("ManagerStatus", None)
    if reachability:
        other["ManagerStatus"] = {"Reachability": reachability}
    for availability in (None, *AVAILABILITIES):
        wish = {"x": {"role": wished, "availability": availability}}
        changes = [f"availability: {present} -> {availability}"] if availability not in (None, present) else []
        changes += [f"role: {role} -> {wished}"] if wished not in (None, role) else []
        # Only who becomes a manager must be up: a node that is down can be drained, labelled and demoted.
        if wished == "manager" and role == "worker" and state != "ready":
            with pytest.raises(SwarmError, match=rf"x \(x\) is {state} and cannot become a manager. Nothing was"):
                plan([*THREE, other], wish)
            continue
        found = plan([*THREE, other], wish)
        action = {"manager": "promote", "worker": "demote"}[wished] if wished not in (None, role) else "update"
        assert shown(found) == ([(action, "x", *changes)] if changes else [])


@pytest.mark.parametrize("managers", range(1, 8))
def test_as_many_managers_go_as_leave_a_majority(managers):
    """Of each number of managers, with each number of them lost, and each number that is to go."""
    for lost, reachable_go, lost_go in product(range(managers), repeat=3):
        up = [node(f"m{number}", role="manager") for number in range(managers - lost)]
        down = [node(f"d{number}", role="manager", reachability="unreachable") for number in range(lost)]
        if lost_go > lost or reachable_go > len(up):
            continue
        wishes = {found["ID"]: {"role": "worker"} for found in (*up[:reachable_go], *down[:lost_go])}
        # Lost ones go first; after each step the rest must be a majority of itself.
        steps = [(managers - done, len(up)) for done in range(1, lost_go + 1)]
        steps += [(managers - lost_go - done, len(up) - done) for done in range(1, reachable_go + 1)]
        if all(reachable > left / 2 for left, reachable in steps):
            names = [step.name for step in plan([*up, *down], wishes)]
            assert names == [*list(wishes)[reachable_go:], *list(wishes)[:reachable_go]]
        else:
            with pytest.raises(SwarmError, match=r"are needed|is the last manager"):
                plan([*up, *down], wishes)


def test_a_node_without_a_name_is_not_what_an_empty_name_means():
    nameless = {**node("x"), "Description": None}
    assert find_nodes([*THREE, nameless], [""]) == ({}, [""])
    assert find_nodes([*THREE, nameless], ["x"])[0]["x"] is nameless


def test_an_even_number_of_managers_is_warned_of():
    assert "Two managers" in plan([*THREE[:1], *WORKERS], {"w1": {"role": "manager"}}).warnings[0]


def test_views_and_addresses():
    assert view(THREE[0]) == {
        "id": "m1",
        "name": "m1",
        "role": "manager",
        "availability": "active",
        "labels": {},
        "state": "ready",
        "address": "m1",
        "engine_version": "26.1",
        "leader": True,
        "reachability": "reachable",
    }
    assert view(WORKERS[0])["address"] == "192.0.2.1"
    gone = node("m3", role="manager", reachability="unreachable")
    assert manager_addrs([*THREE[:2], gone, *WORKERS]) == ["m1:2377", "m2:2377"]
