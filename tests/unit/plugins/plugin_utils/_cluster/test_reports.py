# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts reported, out of the variables of a run; and the filters over them."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.filter.cluster import FilterModule
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import answer_of, collect

INACTIVE = {"local_state": "inactive", "engine": {"installed": True, "problem": ""}, "remote_managers": []}
MANAGER = {
    "local_state": "active",
    "role": "manager",
    "node_id": "id1",
    "cluster_id": "swarm1",
    "has_quorum": True,
    "remote_managers": [{"node_id": "id1", "addr": "192.0.2.1:2377"}],
}
SKIPPED = {"changed": False, "skipped": True}


@pytest.mark.parametrize(
    ("variables", "state"),
    [
        ({}, ""),
        ({"__swarm_manager_status": SKIPPED}, ""),
        ({"__swarm_manager_status": INACTIVE}, "inactive"),
        ({"__swarm_nodes_status": INACTIVE}, "inactive"),
        ({"__swarm_worker_status": INACTIVE, "__swarm_worker_join": SKIPPED}, "inactive"),
        ({"__swarm_worker_status": INACTIVE, "__swarm_worker_join": MANAGER}, "active"),
        ({"__swarm_manager_status": INACTIVE, "__swarm_manager_join": {**MANAGER, "failed": True}}, "inactive"),
        # The result of swarm_init is with all hosts of the play, and is about one.
        ({"__swarm_manager_plan": {"at": "h1"}, "__swarm_manager_init": MANAGER}, "active"),
        ({"__swarm_manager_plan": {"at": "h2"}, "__swarm_manager_init": MANAGER}, ""),
    ],
)
def test_the_last_word_of_a_host_counts(variables, state):
    assert collect({"h1": variables}, ["h1"], [])["h1"].local_state == state


def test_a_host_outside_of_the_play_was_asked_by_another():
    asked = {"results": [{**MANAGER, "__swarm_worker_host": "m1"}, {"unreachable": True, "__swarm_worker_host": "m2"}]}
    reports = collect({"w1": {"__swarm_worker_asked": asked}, "m1": {}, "m2": {}}, ["m1", "m2"], ["w1"])
    assert reports["m1"].is_live_manager
    assert reports["m1"].manager_ids == {"id1"}
    assert not reports["m2"].heard


def test_a_host_that_is_not_in_the_inventory_was_not_heard():
    assert not collect({}, ["m9"], [])["m9"].heard


def test_what_an_unlocked_manager_said_counts_more_than_what_it_said_before():
    locked = {**MANAGER, "local_state": "locked", "has_quorum": False, "cluster_id": ""}
    unlocked = {"__swarm_manager_status": locked, "__swarm_manager_unlocked": MANAGER}
    assert collect({"h1": unlocked}, ["h1"], [])["h1"].is_live_manager
    assert not collect({"h1": {**unlocked, "__swarm_manager_unlocked": SKIPPED}}, ["h1"], [])["h1"].is_live_manager


@pytest.mark.parametrize("changed", [True, False])
def test_in_check_mode_a_manager_is_still_locked_and_is_to_be_unlocked(changed):
    locked = {**MANAGER, "local_state": "locked", "has_quorum": False, "changed": False}
    said = {
        "__swarm_manager_status": locked,
        "__swarm_manager_unlock": {**locked, "changed": changed},
        "__swarm_manager_unlocked": locked,
    }
    assert collect({"h1": said}, ["h1"], [])["h1"].to_unlock is changed


def test_name_nodes_and_autolock_are_part_of_a_report():
    said = {
        **MANAGER,
        "engine": {"installed": True, "name": "host1"},
        "nodes": [{"id": "id1"}],
        "swarm": {"settings": {"autolock": True}},
    }
    report = collect({"h1": {"__swarm_nodes_status": said}}, ["h1"], [])["h1"]
    assert (report.name, report.nodes, report.autolock) == ("host1", ({"id": "id1"},), True)
    blank = collect({"h1": {"__swarm_nodes_status": {**INACTIVE, "swarm": {"settings": {}}}}}, ["h1"], [])["h1"]
    assert (blank.name, blank.nodes, blank.autolock) == ("", (), None)


def test_the_wished_address_is_part_of_a_report():
    assert collect({"h1": {"swarm_node_advertise_addr": "eth1"}}, ["h1"], [])["h1"].advertise_addr == "eth1"


def test_filters():
    filters = FilterModule().filters()
    hostvars = {
        "m1": {"__swarm_manager_status": MANAGER},
        "m2": {"__swarm_manager_status": INACTIVE},
        "w1": {"__swarm_worker_status": INACTIVE, "swarm_node_labels": {"a": "1"}},
        "w2": {},
    }
    play = ["m1", "m2", "w1"]
    assert filters["plan_managers"](["m1", "m2"], hostvars, play, "m1")["join"] == ["m2"]
    assert filters["plan_workers"](["w1"], hostvars, ["m1", "m2"], play, "m1")["join"] == ["w1"]
    assert filters["plan_nodes"](["m1"], hostvars, ["m1"], [], play, "m1")["nodes"] == {"id1": {"role": "manager"}}
    assert filters["hosts_to_ask"](["w1", "w2"], hostvars, play) == ["w2"]
    assert filters["hosts_to_ask"]([], hostvars, play, managers=["m1", "m3"]) == []
    assert filters["hosts_to_ask"]([], hostvars, play, managers=["m2", "m3"]) == ["m3"]


@pytest.mark.parametrize("decided_by", ["m1", "w1"])
@pytest.mark.parametrize("second", [{"__swarm_worker_status": INACTIVE}, {}])
def test_nothing_is_decided_where_hosts_do_not_wait_for_one_another(second, decided_by):
    """They do when it is the first host that decides, and all hosts of the play have reported."""
    filters = FilterModule().filters()
    hostvars = {"m1": {"__swarm_manager_status": MANAGER}, "w1": second}
    play = ["m1", "w1"]
    plans = [
        filters["plan_managers"](["m1"], hostvars, play, decided_by),
        filters["plan_workers"](["w1"], hostvars, ["m1"], play, decided_by),
        filters["plan_nodes"](["m1"], hostvars, ["m1"], [], play, decided_by),
    ]
    if second and decided_by == "m1":
        assert [plan["errors"] for plan in plans] == [[], [], []]
    else:
        for plan in plans:
            (error,) = plan["errors"]
            assert 'Set "strategy: linear" in the play.' in error
            assert not plan["at"]


@pytest.mark.parametrize(
    ("results", "answer"),
    [
        ([], {}),
        ([{"unreachable": True, "msg": "no route"}], {}),
        ([{"unreachable": True}, MANAGER], MANAGER),
        # Who answered without a quorum was asked before the next one, and is the answer when nobody has one.
        ([{"has_quorum": False}, MANAGER, SKIPPED], MANAGER),
        ([{"has_quorum": False}, {"unreachable": True}], {"has_quorum": False}),
    ],
)
def test_the_answer_is_that_of_the_last_manager_that_gave_one(results, answer):
    assert answer_of(results) == answer
