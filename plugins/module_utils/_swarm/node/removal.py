# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which nodes are removed from the swarm, and what comes before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum, advice, quorum_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.change import find_nodes
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import (
    answers,
    host_name,
    in_leaving_order,
    is_member,
    problems_of_leaving,
    state_of,
    title,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step

Node = Mapping[str, Any]

DRAIN, DEMOTE, REMOVE = "drain", "demote", "remove"


@dataclass(frozen=True)
class Removal:
    """`references` are NodeIDs and host names. With `force`, nodes that are up are removed too; with `drain`, not
    before their tasks are gone."""

    references: tuple[str, ...]
    force: bool = False
    drain: bool = True


def read_removal(references: Sequence[str], force: bool, drain: bool) -> Removal:
    """From the options. An empty name is a mistake, and not a node that is gone already."""
    if any(not reference.strip() for reference in references):
        raise SwarmError(f"nodes has an empty name: {list(references)!r}. Nothing was changed.", "Correct the options.")
    return Removal(tuple(dict.fromkeys(references)), force, drain)


def named(nodes: Sequence[Node], removal: Removal) -> list[Node]:
    """The nodes that are to go and are still there, in the order in which they go."""
    found = list(find_nodes(nodes, removal.references)[0].values())
    members = [node for node in found if is_member(node)]
    return [*in_leaving_order(members), *(node for node in found if not is_member(node))]


def is_settled(node: Node, removal: Removal) -> bool:
    """Whether its state says what to do with it.

    A node that leaves is ready until it has missed some heartbeats, and after a change of leaders every node is unknown
    for a while.
    """
    return state_of(node) == "down" or (removal.force and state_of(node) == "ready")


def decide_removal(nodes: Sequence[Node], removal: Removal, own_id: str, foresee_leaving: bool = False) -> Plan:
    """All drains first, then one node after the other. The payload of a step is the node.

    `own_id` is the manager that is asked. With `foresee_leaving` (check mode), nodes that are up are planned for as if
    they left; otherwise they are an error, unless they are to be removed by force.
    """
    leaving = named(nodes, removal)
    problems = [
        f"{title(node)} is the manager that was asked and cannot remove itself: ask another one"
        for node in leaving
        if node["ID"] == own_id
    ]
    problems += [
        f"{title(node)} is becoming a manager just now: wait until it is one"
        for node in leaving
        if _role(node) == "manager" and not is_member(node) and state_of(node) == "ready"
    ]
    members = [node for node in leaving if is_member(node)]
    problems += problems_of_leaving(quorum_of(nodes), members, "removed")
    waiting = [] if removal.force else [node for node in leaving if not is_settled(node, removal)]
    if waiting and not foresee_leaving:
        problems.append(f"{with_states(waiting)}: a node that has not left the swarm is removed by force only")
    if problems:
        raise SwarmError(
            "; ".join(problems) + ". Nothing was changed.",
            "Let it leave first (swarm_leave on the node), or set force." if waiting else "See docker node ls.",
        )
    drained = [node for node in leaving if removal.drain and _is_up(node, removal) and _availability(node) != "drain"]
    return Plan(
        (*map(_drain, drained), *(step for node in leaving for step in _demote_and_remove(node))),
        _warnings(waiting, [node for node in leaving if _is_up(node, removal)], members, nodes),
    )


def _warnings(waiting: list[Node], up: list[Node], members: list[Node], nodes: Sequence[Node]) -> tuple[str, ...]:
    warnings = []
    if waiting:
        warnings.append(f"{with_states(waiting)}: removed only when it has left the swarm.")
    if up:
        warnings.append(
            f"Removed while up: {_names(up)}. An Engine that is removed is not told and takes itself for a member: "
            f"let it leave, too (swarm_leave on the node)."
        )
    if members:
        quorum = quorum_of(nodes)
        left = Quorum(quorum.managers - len(members), quorum.reachable - sum(map(answers, members)))
        warnings += filter(None, [advice(left.managers)])
    return tuple(warnings)


def _drain(node: Node) -> Step:
    change = Change("availability", _availability(node), "drain")
    return Step(DRAIN, "node", _name(node), node["ID"], (change,), node)


def _demote_and_remove(node: Node) -> Iterable[Step]:
    # One that is not in the raft group cannot be demoted (swarmkit manager/controlapi/node.go).
    if is_member(node) and _role(node) == "manager":
        yield Step(DEMOTE, "node", _name(node), node["ID"], (Change("role", "manager", "worker"),), node)
    yield Step(REMOVE, "node", _name(node), f"{node['ID']}, {state_of(node)}", (), node)


def must_empty(node: Node, removal: Removal) -> bool:
    """Whether its tasks are waited for: it is up, and drained by this run or by one before it."""
    return removal.drain and _is_up(node, removal)


def _is_up(node: Node, removal: Removal) -> bool:
    return removal.force and state_of(node) == "ready"


def _name(node: Node) -> str:
    return host_name(node) or str(node["ID"])


def _names(nodes: Iterable[Node]) -> str:
    return ", ".join(map(title, nodes))


def with_states(nodes: Iterable[Node]) -> str:
    return ", ".join(f"{title(node)} is {state_of(node)}" for node in nodes)


def _role(node: Node) -> str:
    return (node.get("Spec") or {}).get("Role") or ""


def _availability(node: Node) -> str:
    return (node.get("Spec") or {}).get("Availability") or ""
