# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wishes of hosts become wishes of nodes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.hosts import Situation
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.nodes import plan_nodes
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report

MANAGER = Report(
    "m1",
    heard=True,
    local_state="active",
    role="manager",
    node_id="id-m1",
    cluster_id="swarm1",
    has_quorum=True,
    manager_ids=frozenset(["id-m1"]),
)
WORKER = replace(MANAGER, host="w1", role="worker", node_id="id-w1", has_quorum=False)


def plan(reports, wishes, managers=("m1",), workers=("w1",), play=("m1", "w1"), check_mode=False):
    situation = Situation("manager", list(managers), {r.host: r for r in reports}, list(play), (), check_mode)
    return plan_nodes(situation, wishes, list(managers), list(workers))


def test_nodes_are_named_by_their_ids_and_lists_decide_their_roles():
    found = plan([MANAGER, WORKER], {"m1": {"availability": "drain"}, "w1": {"labels": {"a": ""}}})
    assert found.at == "m1"
    assert found.nodes == {
        "id-m1": {"availability": "drain", "role": "manager"},
        "id-w1": {"labels": {"a": ""}, "role": "worker"},
    }
    assert (found.errors, found.warnings) == ([], [])


def test_a_host_in_neither_list_keeps_its_role():
    assert plan([MANAGER, WORKER], {"w1": {}}, workers=()).nodes == {"id-w1": {}}


def test_a_manager_that_stays_one_is_spoken_to():
    leaving = replace(MANAGER, host="m0", node_id="id-m0")
    found = plan([leaving, MANAGER], {"m0": {}}, workers=["m0"], play=["m0", "m1"])
    assert found.at == "m1"
    assert found.nodes == {"id-m0": {"role": "worker"}}


@pytest.mark.parametrize("state", [Report("w1"), Report("w1", heard=True, problem="down")])
def test_hosts_that_were_not_reached_are_left_out_with_a_warning(state):
    found = plan([MANAGER, state], {"m1": {}, "w1": {"labels": {"a": "1"}}})
    assert list(found.nodes) == ["id-m1"]
    assert found.errors == []
    assert found.warnings[0].startswith("w1")


def test_hosts_that_are_still_to_join_are_named_by_their_own_names_in_check_mode():
    blank = Report("w1", heard=True, local_state="inactive")
    wishes = {"w1": {"labels": {"a": "1"}, "availability": "drain"}}
    assert plan([MANAGER, blank], wishes, check_mode=True).nodes == {"w1": {"labels": {"a": "1"}}}
    assert plan([MANAGER, blank], wishes).nodes == {}
    bare = [replace(blank, host="m1"), blank]
    assert plan(bare, wishes, check_mode=True).at == "m1"
    assert "No manager was found" in plan(bare, wishes).errors[0]


def test_a_host_of_another_swarm_is_an_error():
    foreign = replace(WORKER, cluster_id="swarm2")
    assert "swarm2" in plan([MANAGER, foreign], {"w1": {}}).errors[0]


def test_a_host_in_both_lists_is_an_error():
    assert "m1 cannot be both" in plan([MANAGER], {"m1": {}}, workers=["m1"]).errors[0]


def test_all_managers_that_can_be_spoken_to_are_named_and_old_nodes_are_removed():
    old = {"id": "id-old", "name": "host1", "address": "192.0.2.1", "state": "down", "reachability": ""}
    again = replace(WORKER, name="host1", node_address="192.0.2.1")
    found = plan([replace(MANAGER, nodes=(old,)), again], {"w1": {}})
    assert (found.at, found.managers, found.remove) == ("m1", ["m1"], ["id-old"])
    assert list(found.nodes) == ["id-w1"]


def test_a_manager_that_joined_just_now_does_not_know_the_old_nodes():
    old = {"id": "id-old", "name": "host1", "address": "192.0.2.1", "state": "down", "reachability": "unreachable"}
    joined = replace(MANAGER, name="host1", node_address="192.0.2.1")
    other = replace(MANAGER, host="m2", node_id="id-m2", nodes=(old,))
    found = plan([joined, other], {"m1": {}, "m2": {}}, managers=["m1", "m2"], play=["m1", "m2"])
    assert (found.at, found.remove) == ("m1", ["id-old"])
