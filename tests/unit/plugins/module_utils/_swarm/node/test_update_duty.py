# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What node_update and node_remove wait for, and what they do when something happens in between.

The Engine here is a double whose state changes from one look to the next: elections, nodes that die at the wrong moment
and runs that were interrupted cannot be had on time.
"""

from __future__ import annotations

import copy

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import wait
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    NotAManager,
    NotFound,
    OutOfSequence,
    SwarmError,
    Timeout,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.removal import Removal
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.removal_duty import remove_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.update_duty import nodes_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import read_wishes
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, Unfinished


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Time passes only when somebody sleeps."""
    clock = {"now": 0.0}
    monkeypatch.setattr(wait.SystemClock, "now", lambda self: clock["now"])
    monkeypatch.setattr(wait.SystemClock, "sleep", lambda self, seconds: clock.update(now=clock["now"] + seconds))


def node(identity, reachability=None, state="ready", role=None, availability="active"):
    """A manager where there is a reachability."""
    found = {
        "ID": identity,
        "Version": {"Index": 1},
        "Description": {"Hostname": identity},
        "Spec": {"Role": role or ("manager" if reachability else "worker"), "Availability": availability, "Labels": {}},
        "Status": {"State": state},
    }
    return {**found, "ManagerStatus": {"Reachability": reachability}} if reachability else found


class Swarm:
    """The transport of the Engine of manager m1.

    `later` maps a number of looks at the nodes to what happens then: a function that gets the nodes, or an error that
    comes instead of an answer. Roles follow their specs at once, unless `slow` is set.
    """

    api_version = "1.41"

    def __init__(self, *nodes, later=None, tasks=(), slow=False):
        self.nodes = {found["ID"]: copy.deepcopy(found) for found in nodes}
        self.later = later or {}
        self.tasks = tasks
        self.slow = slow
        self.looks = 0
        self.requests = []
        self.conflicts = 0

    def request(self, method, path, query=None, body=None, headers=None, timeout=None):
        self.requests.append(f"{method} {path}")
        if path == "/info":
            return {"Swarm": {"LocalNodeState": "active", "ControlAvailable": True, "NodeID": "m1"}}
        if path == "/tasks":
            return self.tasks
        if path == "/services":
            return [{"ID": "s1", "Spec": {"Name": "web"}}]
        if path == "/nodes":
            self.looks += 1
            event = self.later.get(self.looks)
            if isinstance(event, Exception):
                raise event
            if event:
                event(self.nodes)
            return copy.deepcopy(list(self.nodes.values()))
        found = self.nodes.get(path.split("/")[2])
        if found is None:
            raise NotFound(f"node {path} not found", 404)
        if method == "GET":
            return copy.deepcopy(found)
        if method == "DELETE":
            del self.nodes[found["ID"]]
            return None
        return self.update(found, query, body)

    def update(self, found, query, body):
        if self.conflicts or query["version"] != found["Version"]["Index"]:
            self.conflicts -= 1
            found["Version"]["Index"] += 1
            found["Spec"]["Labels"]["of-another"] = "kept"
            raise OutOfSequence("update out of sequence", 500)
        found["Version"]["Index"] += 1
        found["Spec"] = copy.deepcopy(body)
        if not self.slow:
            set_role(self.nodes, found["ID"], body["Role"])

    @property
    def writes(self):
        return [request for request in self.requests if not request.startswith("GET")]


def set_role(nodes, identity, role):
    nodes[identity]["Spec"]["Role"] = role
    if role == "manager":
        nodes[identity]["ManagerStatus"] = {"Reachability": "reachable"}
    else:
        nodes[identity].pop("ManagerStatus", None)


def role(identity, name):
    return lambda nodes: set_role(nodes, identity, name)


def state(identity, name):
    return lambda nodes: nodes[identity]["Status"].update(State=name)


def update(swarm, wishes, drained=False, check_mode=False, ticket=None):
    duty = nodes_duty(read_wishes(wishes), check_mode, wait_timeout=20, drained=drained, ticket=ticket)
    plan, after = fulfil(Engine(swarm), duty, check_mode)
    return [step.action for step in plan], duty.result(after)


def remove(swarm, *references, check_mode=False, ticket=None, **options):
    duty = remove_duty(Removal(references, **options), 20, 20, check_mode, ticket)
    plan, after = fulfil(Engine(swarm), duty, check_mode)
    return [step.action for step in plan], duty.result(after)


def in_rounds(call):
    """(the lines of all rounds, the steps of all, the result of the last) of a function that gets a ticket."""
    lines, steps, ticket = [], [], {"shown": ""}
    for _round in range(20):
        try:
            actions, result = call(Ticket(**ticket))
        except Unfinished as pause:
            ticket = pause.facts["unfinished"]["ticket"]
            lines.append(f"{ticket['about']}: {pause.line}")
            steps += [step["action"] for step in pause.facts["plan"]]
        else:
            return lines, steps + actions, result
    raise AssertionError(f"the rounds have no end: {lines}")


NO_LEADER = NotAManager("The swarm does not have a leader.", 503)
THREE = (node("m1", "reachable"), node("m2", "reachable"), node("m3", "reachable"))
RUNNING = [{"ServiceID": "s1", "NodeID": "w1", "Status": {"State": "running"}}]


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


class NoManager(Swarm):
    """An Engine that cannot list nodes."""

    def __init__(self, **info):
        super().__init__()
        self.info = info

    def request(self, method, path, query=None, body=None, headers=None, timeout=None):
        self.requests.append(f"{method} {path}")
        if path == "/info":
            return {"Swarm": self.info}
        raise NotAManager("This node is not a swarm manager.", 503)


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
