# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Engine whose nodes change while node_update and node_remove look at them.

The Engine here is a double whose state changes from one look to the next: elections, nodes that die at the wrong moment
and runs that were interrupted cannot be had on time.
"""

from __future__ import annotations

import copy

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    NotAManager,
    NotFound,
    OutOfSequence,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.removal import Removal
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.removal_duty import remove_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.update_duty import nodes_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import read_wishes
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, Unfinished


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
