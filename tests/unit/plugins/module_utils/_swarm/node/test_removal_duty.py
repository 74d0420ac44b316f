# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What node_remove waits for, and what it does when something happens in between; and what both modules do alike."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    NotAManager,
    SwarmError,
    Timeout,
)

from .changing import (
    NO_LEADER,
    RUNNING,
    THREE,
    NoManager,
    Swarm,
    in_rounds,
    node,
    remove,
    role,
    state,
    update,
)

pytestmark = pytest.mark.usefixtures("clock")


def test_a_node_that_has_left_is_removed_when_it_is_down():
    swarm = Swarm(*THREE, node("w1"), later={5: state("w1", "down")})
    assert remove(swarm, "w1")[0] == ["remove"]
    assert (swarm.looks, swarm.writes) == (6, ["DELETE /nodes/w1"])


def test_until_nodes_are_down_it_is_told_which_are_not():
    swarm = Swarm(*THREE, node("w1"), later={15: state("w1", "down")})
    lines, steps, result = in_rounds(lambda ticket: remove(swarm, "w1", "gone", ticket=ticket))
    assert lines == ["states of nodes: not certain yet: w1 (w1) is ready"]
    assert (steps, result["absent"], swarm.writes) == (["remove"], ["gone"], ["DELETE /nodes/w1"])
    never = Swarm(*THREE, node("w1"))
    with pytest.raises(SwarmError, match=r"w1 \(w1\) is ready: .* removed by force only"):
        in_rounds(lambda ticket: remove(never, "w1", ticket=ticket))


def test_until_tasks_have_left_it_is_told_which_are_there_and_nothing_is_done_twice():
    swarm = Swarm(*THREE, node("w1"), tasks=RUNNING)
    swarm.later[20] = lambda nodes: setattr(swarm, "tasks", [])
    lines, steps, result = in_rounds(lambda ticket: remove(swarm, "w1", "m3", force=True, ticket=ticket))
    assert lines == ["drain: still running: web on w1"]
    assert steps == ["drain", "drain", "demote", "remove", "remove"]
    assert [item["name"] for item in result["nodes"]] == ["m3", "w1"]
    assert len(swarm.writes) == 5


def test_nodes_whose_state_stays_unknown_do_not_begin_the_wait_anew():
    """By force, the tasks of the others are waited for when the time for the states is over."""
    swarm = Swarm(*THREE, node("w1"), node("w2", state="unknown"), tasks=RUNNING)
    with pytest.raises(Timeout, match=r"after 20 s: still running: web on w1\."):
        in_rounds(lambda ticket: remove(swarm, "w1", "w2", force=True, ticket=ticket))


@pytest.mark.parametrize(
    "work",
    [
        lambda swarm, ticket: update(swarm, {"w1": {"availability": "drain"}}, drained=True, ticket=ticket),
        lambda swarm, ticket: remove(swarm, "w1", force=True, ticket=ticket),
    ],
    ids=["update", "remove"],
)
def test_another_round_may_begin_while_managers_choose_a_leader(work):
    swarm = Swarm(*THREE, node("w1"), tasks=RUNNING)

    def call(ticket):
        if ticket.waited:
            swarm.later.update({swarm.looks + number: NO_LEADER for number in range(1, 9)})
            swarm.tasks = []
        return work(swarm, ticket)

    assert in_rounds(call)[0] == ["drain: still running: web on w1"]


def test_a_node_that_has_not_left_is_refused_after_a_while_and_planned_for_in_check_mode():
    swarm = Swarm(*THREE, node("w1"))
    with pytest.raises(SwarmError, match=r"w1 \(w1\) is ready: .* Nothing was changed") as problem:
        remove(swarm, "w1")
    assert (swarm.writes, problem.value.facts["changed"]) == ([], False)
    assert swarm.looks > 5
    planned = Swarm(*THREE, node("w1"))
    assert remove(planned, "w1", check_mode=True)[0] == ["remove"]
    assert planned.looks == 1


def test_what_is_refused_anyway_is_not_waited_for():
    swarm = Swarm(*THREE, node("w1"))
    with pytest.raises(SwarmError, match="cannot remove itself"):
        remove(swarm, "w1", "m1")
    assert swarm.requests == ["GET /nodes", "GET /info"]


def test_nothing_is_demoted_or_removed_while_tasks_are_running():
    swarm = Swarm(*THREE, node("w1"), tasks=RUNNING)
    with pytest.raises(Timeout, match=r"still running: web on w1\.") as problem:
        remove(swarm, "w1", "m3", force=True)
    assert swarm.writes == ["POST /nodes/m3/update", "POST /nodes/w1/update"]
    assert [step["action"] for step in problem.value.facts["plan"]] == ["drain", "drain"]
    # The next run goes on where this one was.
    swarm.requests.clear()
    swarm.tasks = []
    assert remove(swarm, "w1", "m3", force=True)[0] == ["demote", "remove", "remove"]
    assert swarm.writes == ["POST /nodes/m3/update", "DELETE /nodes/m3", "DELETE /nodes/w1"]
    assert swarm.nodes.keys() == {"m1", "m2"}


def test_nodes_are_removed_with_their_tasks_when_that_is_wished():
    swarm = Swarm(*THREE, node("w1"), tasks=RUNNING)
    assert remove(swarm, "w1", force=True, drain=False)[0] == ["remove"]
    assert swarm.writes == ["DELETE /nodes/w1"]


def test_a_node_that_dies_while_it_is_emptied_is_removed_all_the_same():
    swarm = Swarm(*THREE, node("w1"), later={4: state("w1", "down")}, tasks=RUNNING)
    assert remove(swarm, "w1", force=True)[0] == ["drain", "remove"]


def test_a_manager_that_is_being_demoted_is_removed_when_it_has_left_the_others():
    swarm = Swarm(*THREE, node("x", "unreachable", "down", role="worker"), later={5: role("x", "worker")})
    assert remove(swarm, "x")[0] == ["remove"]
    assert swarm.looks == 6
    forever = Swarm(*THREE, node("x", "unreachable", "down", role="worker"))
    with pytest.raises(Timeout, match="still a manager"):
        remove(forever, "x")
    assert forever.writes == []


def test_a_node_that_somebody_else_removes_in_between_is_as_it_should_be():
    swarm = Swarm(*THREE, node("w1", state="down"), node("w2"), later={2: lambda nodes: nodes.pop("w2")})
    actions, result = remove(swarm, "w1", "w2", force=True)
    assert actions == ["drain", "remove", "remove"]
    assert swarm.nodes.keys() == {"m1", "m2", "m3"}
    assert result["quorum"]["managers"] == 3


def test_what_someone_else_wrote_in_between_is_kept():
    swarm = Swarm(*THREE, node("w1"), tasks=RUNNING)
    swarm.conflicts = 2
    with pytest.raises(Timeout):
        remove(swarm, "w1", force=True)
    assert swarm.nodes["w1"]["Spec"]["Labels"] == {"of-another": "kept"}
    assert swarm.nodes["w1"]["Spec"]["Availability"] == "drain"


def test_force_tells_the_dead_from_the_living_after_an_election():
    swarm = Swarm(*THREE, node("w1", state="unknown"), node("w2", state="unknown"), tasks=RUNNING)
    swarm.later = {3: state("w1", "down"), 4: state("w2", "ready")}
    assert remove(swarm, "w1", "w2", force=True)[0] == ["drain", "remove", "remove"]
    assert swarm.writes[0] == "POST /nodes/w2/update"
    # A state that stays unknown is no reason to keep a node against all force.
    assert remove(Swarm(*THREE, node("w1", state="unknown")), "w1", force=True)[0] == ["remove"]


@pytest.mark.parametrize(
    ("info", "complaint"),
    [
        ({"LocalNodeState": "inactive"}, "this Engine is in no swarm"),
        ({"LocalNodeState": "active", "NodeID": "w1"}, "this Engine is a worker of a swarm (state active, NodeID w1)"),
        ({"LocalNodeState": "locked", "NodeID": "m1"}, "a manager of a swarm (state locked, NodeID m1)"),
        (
            {"LocalNodeState": "active", "NodeID": "m1", "ControlAvailable": True},
            "The managers of the swarm do not answer: This node is not a swarm manager. Nothing was changed. Have they",
        ),
    ],
)
@pytest.mark.parametrize("run", [lambda swarm: remove(swarm, "w1"), lambda swarm: update(swarm, {"w1": {}})])
def test_engines_that_do_not_know_the_nodes_are_told_what_they_are(run, info, complaint):
    with pytest.raises(NotAManager, match=r"Nothing was changed\.") as problem:
        run(NoManager(**info))
    assert complaint in str(problem.value)
