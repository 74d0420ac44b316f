# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What node_update waits for, and what it does when something happens in between."""

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
    Swarm,
    node,
    role,
    state,
    update,
)

pytestmark = pytest.mark.usefixtures("clock")


def test_a_demotion_outlives_the_election_of_another_leader():
    swarm = Swarm(*THREE, later={2: NO_LEADER, 4: NO_LEADER, 5: NO_LEADER, 6: role("m2", "worker")}, slow=True)
    actions, result = update(swarm, {"m2": {"role": "worker"}})
    assert actions == ["demote"]
    assert result["quorum"]["managers"] == 2
    assert swarm.looks == 7  # what was read, two before the demotion, three after it, and the result


def test_a_demotion_is_over_when_the_others_are_a_majority_again():
    def reachability(word):
        return lambda nodes: nodes["m3"]["ManagerStatus"].update(Reachability=word)

    swarm = Swarm(*THREE, later={3: reachability("unreachable"), 6: reachability("reachable")})
    assert update(swarm, {"m2": {"role": "worker"}})[1]["quorum"]["holds"]
    assert swarm.looks == 7


def test_a_demotion_that_does_not_come_true_is_told_with_what_was_seen():
    with pytest.raises(Timeout, match=r"after 20 s: node m2 \(m2\) is ready and still a manager") as problem:
        update(Swarm(*THREE, slow=True), {"m2": {"role": "worker"}})
    assert problem.value.facts["changed"] is True


def test_nobody_is_demoted_while_the_others_are_no_majority():
    """The quorum was there when the plan was made."""
    lost = {2: lambda nodes: nodes["m3"]["ManagerStatus"].update(Reachability="unreachable")}
    swarm = Swarm(*THREE, later=lost)
    with pytest.raises(Timeout, match=r"without m2 \(m2\), 1 of 2 managers are reachable and 2 are needed") as problem:
        update(swarm, {"m2": {"role": "worker"}})
    assert swarm.writes == []
    assert problem.value.facts["changed"] is False


def test_nobody_is_demoted_before_those_who_were_promoted_have_joined():
    swarm = Swarm(*THREE, node("w1", role="manager"), later={3: role("w1", "manager")})
    assert update(swarm, {"m3": {"role": "worker"}})[0] == ["demote"]
    # A promotion that will never come true, because the node is down, holds up nothing.
    stuck = Swarm(*THREE, node("w1", role="manager", state="down"))
    assert update(stuck, {"m3": {"role": "worker"}})[0] == ["demote"]


def test_a_demotion_that_an_interrupted_run_began_is_waited_for():
    swarm = Swarm(*THREE, node("x", "reachable", role="worker"), later={3: role("x", "worker")})
    actions, result = update(swarm, {"x": {"role": "worker"}})
    assert (actions, swarm.writes) == ([], [])
    assert result["nodes"][0]["reachability"] == ""


def test_a_promotion_that_an_interrupted_run_began_is_waited_for():
    swarm = Swarm(*THREE, node("x", role="manager"))
    with pytest.raises(Timeout, match=r"x \(x\) is ready and not yet a reachable manager"):
        update(swarm, {"x": {"role": "manager"}})
    assert swarm.writes == []


def test_a_lost_manager_that_is_to_be_one_is_not_waited_for():
    swarm = Swarm(*THREE, node("m4", "unreachable", state="down"))
    assert update(swarm, {"m4": {"role": "manager"}})[0] == []
    assert swarm.requests == ["GET /nodes"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_nodes_that_a_new_leader_does_not_know_yet_are_waited_for(check_mode):
    swarm = Swarm(*THREE, node("w1", state="unknown"), later={4: state("w1", "ready")})
    assert update(swarm, {"w1": {"role": "manager"}}, check_mode=check_mode)[0] == ["promote"]
    forever = Swarm(*THREE, node("w1", state="unknown"))
    with pytest.raises(SwarmError, match=r"w1 \(w1\) is unknown and cannot become a manager. Nothing was changed"):
        update(forever, {"w1": {"role": "manager"}}, check_mode=check_mode)
    assert forever.writes == []
    # Nobody needs to know it for anything else.
    labelled = Swarm(*THREE, node("w1", state="unknown"))
    update(labelled, {"w1": {"labels": {"a": "1"}, "availability": "drain"}}, check_mode=check_mode)
    assert labelled.looks == 1


def test_a_drained_node_that_dies_is_not_waited_for():
    swarm = Swarm(*THREE, node("w1"), later={3: state("w1", "down")}, tasks=RUNNING)
    assert update(swarm, {"w1": {"availability": "drain"}}, drained=True)[0] == ["update"]
    with pytest.raises(Timeout, match=r"still running: web on w1\."):
        update(Swarm(*THREE, node("w1"), tasks=RUNNING), {"w1": {"availability": "drain"}}, drained=True)


def test_tasks_are_waited_for_while_managers_choose_a_leader():
    no_leader = NotAManager("The swarm does not have a leader.", 503)
    swarm = Swarm(*THREE, node("w1"), later={3: no_leader, 4: state("w1", "down")}, tasks=RUNNING)
    assert update(swarm, {"w1": {"availability": "drain"}}, drained=True)[0] == ["update"]
