# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts make a swarm and which join it, for every state that they can be in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.hosts import (
    Autolock,
    Situation,
    plan_managers,
    plan_workers,
)
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report

BLANK = Report("", heard=True, local_state="inactive")
LIVE = Report(
    "",
    heard=True,
    local_state="active",
    role="manager",
    cluster_id="swarm1",
    has_quorum=True,
    manager_ids=frozenset(["id-m1", "id-m2", "id-m3"]),
)
LOST = replace(LIVE, has_quorum=False, error="no leader")
WORKER = replace(LIVE, role="worker", has_quorum=False)
FOREIGN = replace(WORKER, cluster_id="swarm2", manager_ids=frozenset(["id-x"]))
LOCKED = replace(LOST, local_state="locked", error="is encrypted")
PENDING = replace(LOST, local_state="pending", role="", cluster_id="", manager_ids=frozenset())
FAILED = replace(LOST, local_state="error", error="certificate has expired")
UNHEARD = Report("")
SILENT = Report("", heard=True, problem="Docker Engine cannot be reached.")
BARE = Report("", heard=True, installed=False, problem="No Docker Engine.")


def situation(role, reports, play=None, hosts=None, **kwargs):
    named = {
        host: replace(
            report, host=host, node_id=f"id-{host}" if report.is_member and not report.node_id else report.node_id
        )
        for host, report in reports.items()
    }
    hosts = hosts or [host for host in named if host.startswith(role[0])]
    return Situation(role, hosts, named, play if play is not None else list(named), **kwargs)


def managers(reports, autolock=None, **kwargs):
    return plan_managers(situation("manager", reports, **kwargs), autolock or Autolock())


def workers(reports, **kwargs):
    return plan_workers(situation("worker", reports, **kwargs))


@pytest.mark.parametrize("state", [BLANK, LIVE, WORKER, PENDING, LOST])
@pytest.mark.parametrize("place", ["m1", "m2", "m3"])
def test_a_live_manager_anywhere_means_that_no_swarm_is_made(place, state):
    plan = managers({**dict.fromkeys(["m1", "m2", "m3"], state), place: LIVE})
    assert not plan.errors
    assert not plan.init
    assert plan.cluster_id == "swarm1"
    assert plan.at == ("m1" if state is LIVE else place)
    joins = ["m1", "m2", "m3"] if state in (BLANK, PENDING) else []
    assert plan.join == [host for host in joins if host != place]


@pytest.mark.parametrize("state", [LOST, WORKER, FOREIGN, LOCKED, PENDING, FAILED])
@pytest.mark.parametrize("place", ["m1", "m2", "m3"])
def test_no_swarm_is_made_when_any_host_is_in_one_in_any_state(place, state):
    plan = managers({**dict.fromkeys(["m1", "m2", "m3"], BLANK), place: state})
    assert (plan.at, plan.init, plan.join) == ("", False, [])
    (error,) = plan.errors
    assert "No swarm is made" in error
    assert f"state {state.local_state}" in error
    assert place in error


def test_no_swarm_is_made_when_another_host_of_the_play_is_a_manager():
    plan = managers({"m1": BLANK, "w1": LIVE})
    assert (plan.at, plan.init, plan.join) == ("w1", False, ["m1"])
    plan = managers({"m1": BLANK, "w1": FOREIGN})
    assert "No swarm is made" in plan.errors[0]


@pytest.mark.parametrize("state", [UNHEARD, SILENT, BARE])
@pytest.mark.parametrize("place", ["m1", "m2", "m3"])
def test_a_declared_manager_that_was_not_asked_stops_a_new_swarm(place, state):
    reports = {**dict.fromkeys(["m1", "m2", "m3"], BLANK), place: state}
    others = [host for host in reports if host != place]
    plan = managers(reports)
    assert place in plan.errors[0]
    assert "swarm_manager_absent_hosts" in plan.errors[0]
    assert not plan.init

    plan = managers(reports, absent=[place])
    assert (plan.errors, plan.init, plan.at, plan.join) == ([], True, others[0], others[1:])


def test_absent_hosts_that_do_answer_count_as_what_they_are():
    plan = managers({"m1": BLANK, "m2": LIVE}, absent=["m2"])
    assert (plan.at, plan.init, plan.join) == ("m2", False, ["m1"])


def test_a_new_swarm_is_made_on_a_host_that_can_be_acted_upon():
    plan = managers({"m1": BLANK, "m2": BLANK, "m3": BLANK}, play=["m2", "m3"])
    assert (plan.at, plan.init, plan.join) == ("m2", True, ["m3"])
    assert "none of the hosts of this run" in managers({"m1": BLANK, "w1": BLANK}, play=["w1"]).errors[0]


def test_check_mode_plans_for_hosts_without_an_engine():
    reports = {"m1": BARE, "m2": BARE, "w1": BARE}
    assert managers(reports).errors
    plan = managers(reports, check_mode=True)
    assert (plan.errors, plan.at, plan.init, plan.join) == ([], "m1", True, ["m2"])
    plan = workers(reports, check_mode=True)
    assert (plan.errors, plan.at, plan.join) == ([], "m1", ["w1"])
    assert managers({"m1": SILENT, "m2": BARE}, check_mode=True).errors


def test_only_hosts_of_the_play_join():
    plan = managers({"m1": LIVE, "m2": BLANK, "m3": BLANK}, play=["m3"])
    assert (plan.at, plan.join) == ("m1", ["m3"])


def test_a_manager_of_the_play_is_spoken_to_before_others():
    assert managers({"m1": LIVE, "m2": LIVE, "m3": BLANK}, play=["m2", "m3"]).at == "m2"
    assert managers({"w0": LIVE, "m2": LIVE}).at == "m2"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (FOREIGN, "not of swarm swarm1 (manager m1, NodeID id-m1)"),
        (LOCKED, "swarm_manager_unlock_key_file"),
        (FAILED, "certificate has expired"),
        (SILENT, "cannot be reached"),
        (BARE, "No Docker Engine"),
        (UNHEARD, "was not reached"),
    ],
)
def test_one_host_that_cannot_take_part_stops_all_and_is_named(state, words):
    for host, plan in (
        ("m2", managers({"m1": LIVE, "m2": state, "m3": BLANK})),
        ("w1", workers({"m1": LIVE, "w1": state, "w2": BLANK})),
    ):
        (error,) = plan.errors
        assert error.startswith(host)
        assert words in error
        if state is FOREIGN:
            assert "swarm swarm2" in error
            assert f"NodeID id-{host}" in error


def test_who_cannot_tell_its_swarm_is_known_by_its_managers():
    unknown = replace(WORKER, cluster_id="")
    assert workers({"m1": LIVE, "w1": unknown}).errors == []
    assert workers({"m1": LIVE, "w1": replace(unknown, manager_ids=frozenset(["id-x"]))}).errors
    assert workers({"m1": LIVE, "w1": replace(unknown, manager_ids=frozenset())}).errors


def test_workers_join_and_members_stay():
    plan = workers({"m1": LIVE, "w1": BLANK, "w2": WORKER, "w3": PENDING, "w4": BLANK, "w5": LIVE})
    assert (plan.errors, plan.at, plan.join) == ([], "m1", ["w1", "w3", "w4"])


@pytest.mark.parametrize("state", [BLANK, LOST, UNHEARD, SILENT, WORKER])
def test_without_a_live_manager_no_worker_joins(state):
    plan = workers({"m1": state, "w1": BLANK})
    assert (plan.at, plan.join) == ("", [])
    assert "No manager was found" in plan.errors[0]
    assert "m1" in plan.errors[0]


def test_managers_of_two_swarms_are_an_error():
    plan = managers({"m1": LIVE, "m2": replace(LIVE, cluster_id="swarm2"), "m3": BLANK})
    (error,) = plan.errors
    assert "swarm1 (m1); swarm2 (m2)" in error
    assert plan.join == []


def test_copies_of_one_node_are_an_error():
    copy = replace(WORKER, node_id="id-copy")
    (error,) = workers({"m1": LIVE, "w1": copy, "w2": copy}).errors
    assert "w1 and w2 have the same NodeID id-copy" in error


@pytest.mark.parametrize(
    ("wished", "warned"),
    [("", False), ("eth0", False), ("192.0.2.1", False), ("192.0.2.1:2377", False), ("192.0.2.2", True)],
)
def test_another_address_than_the_wished_one_is_warned_of(wished, warned):
    host = replace(WORKER, node_address="192.0.2.1", advertise_addr=wished)
    assert bool(workers({"m1": LIVE, "w1": host}).warnings) is warned


def test_even_numbers_of_managers_are_warned_of():
    assert "Two managers" in managers({"m1": LIVE, "m2": LIVE}).warnings[0]
    assert managers({"m1": LIVE}).warnings == []


@pytest.mark.parametrize("wished", [None, False, True])
@pytest.mark.parametrize("state", [BLANK, replace(LIVE, autolock=False), replace(LIVE, autolock=True)])
@pytest.mark.parametrize(
    ("keeper", "words"),
    [
        ({}, "Set swarm_manager_unlock_key_file"),
        ({"key_file": "/keys/swarm"}, ""),
        ({"key_file": "/keys/swarm", "vault": True}, "/keys/swarm is encrypted by Ansible Vault"),
    ],
)
def test_autolock_is_turned_on_only_where_the_key_will_be_kept(wished, state, keeper, words):
    plan = managers({"m1": state}, autolock=Autolock(wished, **keeper))
    assert plan.autolock is (bool(state.autolock) if wished is None else wished)
    if wished and not state.autolock and words:
        (error,) = plan.errors
        assert words in error
    else:
        assert plan.errors == []


def test_all_live_managers_can_be_spoken_to():
    assert managers({"m1": BLANK, "m2": LIVE, "m3": LIVE}).managers == ["m2", "m3"]
    assert managers({"m1": BLANK, "m2": BLANK}).managers == ["m1"]
    assert workers({"m1": LOST, "m2": LIVE, "m3": LIVE, "w1": BLANK}).managers == ["m2", "m3"]


def test_who_is_locked_is_told_how_to_give_the_key():
    assert "swarm_manager_unlock_key" in managers({"m1": LOCKED, "m2": LOCKED}).errors[0]
    assert "unlock_key" not in managers({"m1": LOST, "m2": LOST}).errors[0]


def test_check_mode_goes_on_when_a_manager_is_to_be_unlocked():
    plan = managers({"m1": replace(LOCKED, to_unlock=True), "m2": LIVE, "m3": BLANK}, check_mode=True)
    assert (plan.errors, plan.at, plan.join) == ([], "m2", ["m3"])
    assert "m1" in plan.warnings[0]
    assert managers({"m1": replace(LOCKED, to_unlock=True), "m2": BLANK}, check_mode=True).errors
