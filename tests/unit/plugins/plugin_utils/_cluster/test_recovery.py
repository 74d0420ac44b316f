# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a quorum is lost for good, who goes on, and what is left to do; what stands against a restore."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.recovery import (
    RestoreWish,
    check_confirmation,
    left_behind,
    plan_recovery,
    plan_restore,
)

PEERS = [{"node_id": f"n{number}", "addr": f"192.0.2.{number}:2377"} for number in (1, 2, 3)]
GONE = {"unreachable": True}
EMPTY = {"local_state": "inactive", "role": "", "node_id": "", "cluster_id": ""}
SILENT = {"local_state": "", "engine": {"problem": "no answer"}}


def node(number, reachability="reachable", state="ready", role="manager"):
    return {"id": f"n{number}", "role": role, "reachability": reachability, "state": state}


def live(number, nodes=None, cluster="c1"):
    nodes = [node(1), node(2), node(3), node(4, "", role="worker")] if nodes is None else nodes
    return {**left(number, cluster=cluster), "has_quorum": True, "nodes": nodes}


def left(number, state="active", cluster="c1", peers=PEERS):
    return {
        "local_state": state,
        "role": "manager",
        "node_id": f"n{number}",
        "cluster_id": cluster,
        "has_quorum": False,
        "remote_managers": peers,
    }


def plan(answers, positions=None, locks=(), lost=(), confirm=""):
    found = plan_recovery(answers, positions or {}, locks, lost)
    check_confirmation(found, confirm)
    return found


@pytest.mark.parametrize(
    "answers",
    [
        {"m1": live(1), "m2": live(2), "m3": live(3)},
        {"m1": live(1), "m2": live(2), "m3": GONE},
        {"m1": live(1), "m2": live(2), "m3": EMPTY},
        {"m1": left(1), "m2": live(2), "m3": live(3)},  # it has not found the leader yet, and takes part in the quorum
        {"m1": live(1, [node(1), node(2, ""), node(3, "", "down", "worker")]), "m2": EMPTY},  # just promoted
    ],
)
def test_while_there_is_a_quorum_nothing_is_done(answers):
    found = plan(answers)
    assert (found.is_needed, found.errors, found.join) == (False, [], [])


@pytest.mark.parametrize(
    ("answers", "lost"),
    [
        ({"m1": left(1), "m2": GONE, "m3": GONE}, ["m2", "m3"]),
        ({"m1": left(1, "pending"), "m2": EMPTY, "m3": SILENT}, ["m3"]),
        ({"m1": left(1), "m2": EMPTY, "m3": EMPTY}, []),
        ({"m1": left(1)}, ["192.0.2.2", "n3"]),
        ({"m1": left(1), "m2": GONE}, ["m2", "192.0.2.3:2377"]),
    ],
)
def test_the_only_manager_that_is_left_goes_on(answers, lost):
    found = plan(answers, lost=lost, confirm="n1")
    assert (found.at, found.node_id, found.force, found.errors) == ("m1", "n1", True, [])
    assert found.join == [host for host, answer in answers.items() if answer is EMPTY]


FIVE = [{"node_id": f"n{number}", "addr": f"192.0.2.{number}:2377"} for number in range(1, 6)]


@pytest.mark.parametrize(
    ("positions", "chosen"),
    [
        ({"m1": (2, 10), "m2": (2, 9)}, "m1"),
        ({"m1": (2, 10), "m2": (2, 11)}, "m2"),
        ({"m1": (2, 10), "m2": (3, 1)}, "m2"),
        ({"m1": (2, 10), "m2": (2, 10)}, "m1"),
        ({"m2": (1, 1)}, "m2"),
    ],
)
def test_the_one_with_the_newest_state_goes_on_and_the_other_joins_again(positions, chosen):
    answers = {"m1": left(1, peers=FIVE), "m2": left(2, peers=FIVE), "m3": GONE, "m4": GONE, "m5": GONE}
    found = plan(answers, positions, lost=["m3", "m4", "m5"], confirm=f"n{chosen[1]}")
    assert (found.at, found.errors) == (chosen, [])
    assert found.rejoin == [host for host in ("m1", "m2") if host != chosen]


@pytest.mark.parametrize(
    ("answers", "options", "words"),
    [
        ({"m1": left(1), "m2": GONE, "m3": GONE}, {"lost": ["m2"]}, "m3 did not answer"),
        ({"m1": left(1), "m2": SILENT, "m3": EMPTY}, {}, "m2 did not answer"),
        ({"m1": left(1)}, {}, "managers that none of these hosts is: n2 (192.0.2.2:2377), n3"),
        ({"m1": left(1), "m2": EMPTY}, {}, "managers that none of these hosts is"),
        ({"m1": left(1), "m2": left(2, "pending"), "m3": GONE}, {"lost": ["m3"]}, "2 of 3 managers run"),
        ({"m1": left(1), "m2": left(2, "locked"), "m3": EMPTY}, {}, "m2 must be unlocked first"),
        ({"m1": left(1), "m2": EMPTY, "m3": EMPTY}, {"locks": ["m1"]}, "autolock"),
        ({"m1": EMPTY, "m2": EMPTY}, {}, "Restore a backup"),
        ({"m1": left(1), "m2": left(2, cluster="c2")}, {}, "2 swarms"),
        ({"m1": live(1), "m2": live(2, cluster="c2")}, {}, "2 swarms"),
        ({"m1": left(1), "m2": EMPTY, "m3": EMPTY}, {}, "set swarm_recovery_confirm: n1."),
        ({"m1": left(1), "m2": EMPTY, "m3": EMPTY}, {"confirm": "c1"}, "it is 'c1'"),
        (
            {"m1": live(1, [node(1)]), "m2": live(2), "m3": live(3)},
            {},
            "m1 has a quorum without m2, m3, which have one",
        ),
    ],
)
def test_what_may_not_be_lost_is_left_alone(answers, options, words):
    assert words in " ".join(plan(answers, **{"confirm": "n1", **options} if "c2" in str(answers) else options).errors)


def test_what_an_interrupted_recovery_left_is_finished():
    nodes = [node(1), node(2, "", "ready"), node(3, "", "down"), node(4, "", role="worker")]
    answers = {"m1": live(1, nodes), "m2": left(2), "m3": EMPTY}
    assert "given the other managers back" in plan(answers).errors[0]
    found = plan(answers, confirm="n1")
    assert (found.at, found.force, found.rejoin, found.join) == ("m1", False, ["m2"], ["m3"])
    assert (found.remove, found.errors) == (["n2", "n3"], [])


@pytest.mark.parametrize(("others", "doubtful"), [({"m2": GONE}, True), ({"m2": live(2)}, False)])
def test_a_quorum_that_less_than_a_majority_tells_of_is_doubted(others, doubtful):
    answers = {"m1": {**live(1), "quorum": {"majority": 2}}, "m3": GONE, **others}
    assert plan(answers).doubtful is doubtful


def test_the_evidence_has_a_line_for_each_host():
    answers = {"m1": left(1), "m2": GONE, "m3": SILENT}
    words = "m1 is a manager of swarm c1 (state active, NodeID n1) without quorum"
    assert plan(answers, {"m1": (2, 7)}).evidence == [
        f"{words}; last entry of its log: term 2, number 7",
        "m2 was not reached, or failed before in this run",
        "m3: no answer",
    ]


def test_managers_that_are_up_are_not_left_behind_unless_known_to_be():
    nodes = [node(1), node(2, "", "ready"), node(3, "", "down"), node(4, "", "unknown"), node(5, "", "down", "worker")]
    assert left_behind(nodes) == ["n3", "n4"]
    assert left_behind(nodes, ["n2"]) == ["n2", "n3", "n4"]


MANIFEST = {"cluster_id": "c1", "node_id": "n1", "created": "then", "autolock": False, "managers": PEERS}
WISH = RestoreWish("m1", "c1")


@pytest.mark.parametrize(
    ("answers", "wish", "leave"),
    [
        ({"m1": EMPTY, "m2": EMPTY}, WISH, []),
        ({"m1": left(1), "m2": EMPTY}, WISH, []),
        ({"m1": EMPTY, "m2": GONE, "m3": SILENT}, RestoreWish("m1", "c1", ["m2", "m3"]), []),
        ({"m1": left(1), "m2": left(2), "m3": left(3, "locked")}, RestoreWish("m1", "c1", rejoin=True), ["m2", "m3"]),
    ],
)
def test_a_restore_where_nothing_lives(answers, wish, leave):
    found = plan_restore(answers, MANIFEST, wish, restored_before=False)
    assert (found.done, found.errors, found.leave) == (False, [], leave)


@pytest.mark.parametrize(
    ("answers", "wish", "words"),
    [
        ({"m1": EMPTY}, RestoreWish("m1"), "set swarm_restore_confirm: c1"),
        ({"m1": EMPTY}, RestoreWish("m9", "c1"), "none of the managers"),
        ({"m1": EMPTY, "m2": GONE}, WISH, "swarm_restore_lost_hosts"),
        ({"m1": EMPTY, "m2": SILENT}, WISH, "swarm_restore_lost_hosts"),
        ({"m1": EMPTY, "m2": live(2)}, WISH, "that swarm works"),
        ({"m1": EMPTY, "m2": left(2)}, WISH, "swarm_restore_rejoin"),
        ({"m1": EMPTY, "m2": left(2, cluster="c2")}, RestoreWish("m1", "c1", rejoin=True), "another swarm"),
    ],
)
def test_a_restore_beside_what_may_live_is_refused(answers, wish, words):
    (error,) = plan_restore(answers, MANIFEST, wish, restored_before=False).errors
    assert words in error


def test_autolock_is_refused_where_there_were_several_managers():
    locked = {**MANIFEST, "autolock": True}
    assert "autolock" in plan_restore({"m1": EMPTY}, locked, WISH, restored_before=False).errors[0]
    assert not plan_restore({"m1": EMPTY}, {**locked, "managers": PEERS[:1]}, WISH, restored_before=False).errors


def test_what_was_restored_before_needs_nothing_and_an_interrupted_one_goes_on():
    assert plan_restore({"m1": live(1), "m2": live(2)}, MANIFEST, RestoreWish("m1"), restored_before=True).done
    alone = live(1, [node(1), node(2, "", "down")])  # killed before the managers that it had were removed
    assert not plan_restore({"m1": alone, "m2": EMPTY}, MANIFEST, WISH, restored_before=True).done
    again = plan_restore({"m1": left(1, "pending"), "m2": EMPTY}, MANIFEST, WISH, restored_before=True)
    assert (again.done, again.errors) == (False, [])
