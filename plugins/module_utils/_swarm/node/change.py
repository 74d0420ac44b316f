# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to change on nodes: many of them in one plan, with one write for each that differs."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import split
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import (
    Quorum,
    advice,
    is_reachable,
    quorum_of,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import (
    answers,
    host_name,
    is_member,
    problems_of_leaving,
    state_of,
    title,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import NodeWish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step, changes_between

Node = Mapping[str, Any]

PROMOTE, UPDATE, DEMOTE = "promote", "update", "demote"
_ORDER = (PROMOTE, UPDATE, DEMOTE)  # managers come before others go


def view(node: Node) -> dict[str, Any]:
    """A node as modules return it.

    The address of a manager is the one it advertises: as the state of the leader, the Engine tells 0.0.0.0.
    """
    spec, status = node.get("Spec") or {}, node.get("Status") or {}
    manager = node.get("ManagerStatus") or {}
    return {
        "id": node["ID"],
        "name": host_name(node),
        "role": spec.get("Role") or "",
        "availability": spec.get("Availability") or "",
        "labels": dict(spec.get("Labels") or {}),
        "state": status.get("State") or "",
        "address": split(manager.get("Addr") or "")[0] or status.get("Addr") or "",
        "engine_version": ((node.get("Description") or {}).get("Engine") or {}).get("EngineVersion") or "",
        "leader": bool(manager.get("Leader")),
        "reachability": manager.get("Reachability") or "",
    }


def manager_addrs(nodes: Iterable[Node]) -> list[str]:
    """Where nodes can join: the addresses, with port, of the managers that are reachable now."""
    managers = [node.get("ManagerStatus") or {} for node in nodes]
    return [status["Addr"] for status in managers if is_reachable(status) and status.get("Addr")]


def find_nodes(nodes: Sequence[Node], references: Sequence[str]) -> tuple[dict[str, Node], list[str]]:
    """The node of each reference, and the references that no node answers to.

    A NodeID counts before a host name. A host name that several nodes have is an error: a node that left and joined
    again leaves its old entry behind.
    """
    by_id = {node["ID"]: node for node in nodes}
    by_name: dict[str, list[Node]] = {}
    for node in nodes:
        by_name.setdefault(host_name(node), []).append(node)
    found: dict[str, Node] = {}
    unknown: list[str] = []
    problems: list[str] = []
    for reference in references:
        named = by_name.get(reference, []) if reference else []  # a node that has just joined has no name yet
        if reference in by_id:
            found[reference] = by_id[reference]
        elif len(named) == 1:
            found[reference] = named[0]
        elif named:
            ids = ", ".join(f"{node['ID']} ({(node.get('Status') or {}).get('State')})" for node in named)
            problems.append(f"{len(named)} nodes have the host name {reference}: {ids}")
        else:
            unknown.append(reference)
    problems += _named_twice(found)
    if problems:
        raise SwarmError("; ".join(problems) + ". Nothing was changed.", "Name each node once, by its NodeID.")
    return found, unknown


def _named_twice(found: Mapping[str, Node]) -> list[str]:
    references: dict[str, list[str]] = {}
    for reference, node in found.items():
        references.setdefault(node["ID"], []).append(reference)
    return [f"{' and '.join(names)} are the same node" for names in references.values() if len(names) > 1]


def decide_nodes(
    nodes: Sequence[Node], wishes: Mapping[str, NodeWish], own_id: str = "", foresee_unknown: bool = False
) -> Plan:
    """The plan for all wishes: promotions, then other updates, then demotions.

    `own_id` is the manager that is asked. With `foresee_unknown` (check mode) nodes that do not exist yet are planned
    for with a warning; otherwise they are an error that names them all.
    """
    found, unknown = find_nodes(nodes, list(wishes))
    if unknown and not foresee_unknown:
        raise SwarmError(
            f"The swarm has no node {', '.join(unknown)}. Nothing was changed.",
            "Nodes are named by their NodeID or their host name (docker node ls).",
        )
    steps = [step for reference, node in found.items() if (step := node_step(node, wishes[reference])) is not None]
    steps.sort(key=_in_order)
    warnings = _check_roles(nodes, steps, own_id)
    if unknown:
        foreseen = [_foreseen_step(reference, wishes[reference]) for reference in unknown]
        steps += [step for step in foreseen if step.changes]
        warnings.append(f"Not in the swarm yet: {', '.join(unknown)}. Planned as if they had joined.")
    return Plan(tuple(steps), tuple(warnings))


def _in_order(step: Step) -> tuple[int, bool]:
    """Managers that are lost are demoted first, as in in_leaving_order."""
    return _ORDER.index(step.action), step.action == DEMOTE and answers(step.payload[0])


def node_step(node: Node, wish: NodeWish) -> Step | None:
    """The one write that a node needs; its payload is `(node, new spec)`."""
    spec = node.get("Spec") or {}
    new = copy.deepcopy(dict(spec))
    new["Labels"] = wish.new_labels(spec.get("Labels") or {})
    new["Availability"] = wish.availability or spec.get("Availability")
    new["Role"] = wish.role or spec.get("Role")
    changes = changes_between(_visible(spec), _visible(new))
    if not changes:
        return None
    action = UPDATE
    if new["Role"] != spec.get("Role"):
        action = PROMOTE if new["Role"] == "manager" else DEMOTE
    return Step(action, "node", host_name(node) or node["ID"], node["ID"], changes, (node, new))


def _visible(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "labels": dict(spec.get("Labels") or {}),
        "availability": spec.get("Availability"),
        "role": spec.get("Role"),
    }


def _foreseen_step(reference: str, wish: NodeWish) -> Step:
    wished = {"labels": wish.new_labels({}), "availability": wish.availability}
    before: dict[str, Any] = {"labels": {}}
    return Step(
        UPDATE,
        "node",
        reference,
        "not in the swarm yet",
        changes_between(before, {key: value for key, value in wished.items() if value is not None}),
    )


def _check_roles(nodes: Sequence[Node], steps: Sequence[Step], own_id: str) -> list[str]:
    """Refuse role changes that cannot work or would cost the quorum; warn of what is unwise."""
    promoted = [step.payload[0] for step in steps if step.action == PROMOTE]
    demoted = [step.payload[0] for step in steps if step.action == DEMOTE]
    if not promoted and not demoted:
        return []
    problems = [
        f"{title(node)} is {state_of(node)} and cannot become a manager"
        for node in promoted
        if state_of(node) != "ready"
    ]
    problems += [
        f"{title(node)} is the manager that was asked and cannot demote itself: ask another one"
        for node in demoted
        if node["ID"] == own_id
    ]
    quorum = quorum_of(nodes)
    quorum = Quorum(quorum.managers + len(promoted), quorum.reachable + len(promoted))
    members = [node for node in demoted if is_member(node)]
    problems += problems_of_leaving(quorum, members, "demoted")
    if problems:
        raise SwarmError("; ".join(problems) + ". Nothing was changed.", "See docker node ls for the managers.")
    warning = advice(quorum.managers - len(members))
    return [warning] if warning else []


def with_specs(nodes: Sequence[Node], plan: Plan) -> list[Node]:
    """The nodes as they are after the plan's writes."""
    written = {step.payload[0]["ID"]: step.payload[1] for step in plan if step.payload}
    return [{**node, "Spec": written[node["ID"]]} if node["ID"] in written else node for node in nodes]
