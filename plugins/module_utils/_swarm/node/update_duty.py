# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing nodes: what node_update and node_label do to the Engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import quorum_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.change import (
    DEMOTE,
    PROMOTE,
    decide_nodes,
    find_nodes,
    view,
    with_specs,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import is_member, state_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.waits import (
    first_look,
    look_until,
    wait_for_demotion,
    wait_for_promotion,
    wait_for_tasks,
    wait_until_one_may_go,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import NodeWish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket

Node = Mapping[str, Any]

# Seconds. A new leader calls nodes unknown until they have registered with it, or missed their heartbeats.
STATES_ARE_KNOWN = 60


@dataclass(frozen=True)
class Nodes:
    """All nodes of the swarm, and the NodeID of the manager that was asked (only looked up where it matters)."""

    nodes: tuple[Node, ...]
    own_id: str = ""


def nodes_duty(
    wishes: Mapping[str, NodeWish],
    check_mode: bool,
    wait_timeout: float,
    drained: bool,
    ticket: Ticket | None = None,
) -> Duty[Nodes]:
    """One request for all nodes, then one write for each that differs.

    Role changes are made one after the other, each when the one before has come true: promoted managers are reachable,
    demoted ones have left the raft group. With `drained`, nodes that are to be drained are waited for until none of
    their tasks is left.
    """

    def perform(engine: Engine, step: Step) -> None:
        node, spec = step.payload
        if step.action == DEMOTE:
            wait_until_one_may_go(engine, node, wait_timeout)
        engine.update_node(node["ID"], node["Version"]["Index"], spec)

    def confirm(engine: Engine, step: Step) -> None:
        node, _spec = step.payload
        if step.action == DEMOTE:
            wait_for_demotion(engine, node, wait_timeout)
        elif step.action == PROMOTE:
            wait_for_promotion(engine, node, wait_timeout)

    def settle(engine: Engine, state: Nodes, plan: Plan) -> Nodes:
        after: Sequence[Node] = with_specs(state.nodes, plan)
        found, _unknown = find_nodes(after, list(wishes))
        changed = {step.payload[0]["ID"] for step in plan}
        begun = [node for reference, node in found.items() if wishes[reference].role and node["ID"] not in changed]
        waited = _finish(engine, begun, wait_timeout)
        if drained:
            emptied = [node for reference, node in found.items() if wishes[reference].availability == "drain"]
            wait_for_tasks(engine, emptied, wait_timeout, ticket)
        if waited or any(step.action in (PROMOTE, DEMOTE) for step in plan):
            after = engine.nodes()
        return Nodes(tuple(after), state.own_id)

    def result(state: Nodes) -> dict[str, Any]:
        found, _unknown = find_nodes(state.nodes, list(wishes))
        return {"nodes": [view(node) for node in found.values()], "quorum": quorum_of(state.nodes).as_dict()}

    return Duty(
        read=lambda engine: _read(
            engine, wishes, first_look(engine, check_mode, ticket or Ticket()), wait_timeout, drained
        ),
        decide=lambda state: decide_nodes(state.nodes, wishes, state.own_id, foresee_unknown=check_mode),
        perform=perform,
        settle=settle,
        result=result,
        confirm=confirm,
    )


def _finish(engine: Engine, nodes: Sequence[Node], timeout: float) -> bool:
    """Wait for role changes that were begun before this run; whether there were any.

    A manager that cannot be reached is none: it was promoted long ago, and who only states its role does not say that
    it must be up.
    """
    promoted = [
        node for node in nodes if _role(node) == "manager" and not is_member(node) and state_of(node) == "ready"
    ]
    demoted = [node for node in nodes if _role(node) == "worker" and is_member(node)]
    for node in promoted:
        wait_for_promotion(engine, node, timeout)
    for node in demoted:
        wait_for_demotion(engine, node, timeout)
    return bool(promoted or demoted)


def _role(node: Node) -> str:
    return str(node["Spec"].get("Role"))


def _read(
    engine: Engine,
    wishes: Mapping[str, NodeWish],
    seen: Sequence[Node],
    wait_timeout: float,
    drained: bool,
) -> Nodes:
    def must_be_known(nodes: Sequence[Node]) -> list[Node]:
        """Who is to become a manager must be up; who is to be emptied must not be missed."""
        found, _unknown = find_nodes(nodes, list(wishes))
        return [
            node
            for reference, node in found.items()
            if (wishes[reference].role == "manager" and _role(node) != "manager")
            or (drained and wishes[reference].availability == "drain")
        ]

    nodes = look_until(
        engine,
        seen,
        lambda nodes: all(state_of(node) in ("ready", "down") for node in must_be_known(nodes)),
        min(wait_timeout, STATES_ARE_KNOWN),
    )
    found, _unknown = find_nodes(nodes, list(wishes))
    demotes = any(wishes[ref].role == "worker" and is_member(node) for ref, node in found.items())
    return Nodes(tuple(nodes), membership_of(engine.info()).node_id if demotes else "")
