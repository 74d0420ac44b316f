# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing nodes: what node_update and node_label do to the Engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.membership import membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node_wishes import NodeWish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.nodes import (
    DEMOTE,
    PROMOTE,
    decide_nodes,
    find_nodes,
    host_name,
    view,
    with_specs,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.quorum import is_reachable, quorum_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import poll

Node = Mapping[str, Any]

# States in which a task does not run any more (swarmkit api/types.proto).
ENDED = ("complete", "shutdown", "failed", "rejected", "remove", "orphaned")


@dataclass(frozen=True)
class Nodes:
    """All nodes of the swarm, and the NodeID of the manager that was asked (only looked up where it matters)."""

    nodes: tuple[Node, ...]
    own_id: str = ""


def nodes_duty(wishes: Mapping[str, NodeWish], check_mode: bool, wait_timeout: float, drained: bool) -> Duty[Nodes]:
    """One request for all nodes, then one write for each that differs.

    Role changes are made one after the other, each when the one before has come true: promoted managers are reachable,
    demoted ones have left the raft group. With `drained`, nodes that are to be drained are waited for until none of
    their tasks is left.
    """

    def perform(engine: Engine, step: Step) -> None:
        node, spec = step.payload
        if step.action == DEMOTE:
            _wait_for_managers(engine, wait_timeout)
        engine.update_node(node["ID"], node["Version"]["Index"], spec)
        if step.action in (PROMOTE, DEMOTE):
            _wait_for_role(engine, node, step.action == PROMOTE, wait_timeout)

    def settle(engine: Engine, state: Nodes, plan: Plan) -> Nodes:
        after: Sequence[Node] = with_specs(state.nodes, plan)
        if drained:
            found, _unknown = find_nodes(after, list(wishes))
            emptied = [node for reference, node in found.items() if wishes[reference].availability == "drain"]
            _wait_for_tasks(engine, emptied, wait_timeout)
        if any(step.action in (PROMOTE, DEMOTE) for step in plan):
            after = engine.nodes()
        return Nodes(tuple(after), state.own_id)

    def result(state: Nodes) -> dict[str, Any]:
        found, _unknown = find_nodes(state.nodes, list(wishes))
        return {"nodes": [view(node) for node in found.values()], "quorum": quorum_of(state.nodes).as_dict()}

    return Duty(
        read=lambda engine: _read(engine, wishes, check_mode),
        decide=lambda state: decide_nodes(state.nodes, wishes, state.own_id, foresee_unknown=check_mode),
        perform=perform,
        settle=settle,
        result=result,
    )


def _read(engine: Engine, wishes: Mapping[str, NodeWish], check_mode: bool) -> Nodes:
    try:
        nodes = tuple(engine.nodes())
    except NotAManager:
        # Where the swarm itself is only planned, there are no nodes yet.
        if check_mode and membership_of(engine.info()).local_state == states.INACTIVE:
            return Nodes(())
        raise
    found, _unknown = find_nodes(nodes, list(wishes))
    demotes = any(wishes[ref].role == "worker" and node.get("ManagerStatus") for ref, node in found.items())
    return Nodes(nodes, membership_of(engine.info()).node_id if demotes else "")


def _wait_for_managers(engine: Engine, timeout: float) -> None:
    """Until every manager is reachable that will be: the ones that were promoted just now, above all."""
    poll(
        engine.nodes,
        lambda nodes: (
            quorum_of(nodes).holds
            and all(node.get("ManagerStatus") for node in nodes if node["Spec"].get("Role") == "manager")
        ),
        timeout,
        lambda nodes: "not all managers have joined the raft group.",
    )


def _wait_for_role(engine: Engine, node: Node, manager: bool, timeout: float) -> None:
    """A role changes some time after it was asked for: the node gets a certificate and joins or leaves the raft."""

    def reached(seen: Node) -> bool:
        status = seen.get("ManagerStatus") or {}
        return is_reachable(status) if manager else not status

    poll(
        lambda: engine.node(node["ID"]),
        reached,
        timeout,
        lambda seen: (
            f"node {host_name(node)} ({node['ID']}) is {(seen.get('Status') or {}).get('State')} and "
            f"{'not yet a reachable' if manager else 'still a'} manager ({seen.get('ManagerStatus')})."
        ),
    )


def _wait_for_tasks(engine: Engine, nodes: list[Node], timeout: float) -> None:
    """Until no task is left on nodes that are up; what ran on a node that is down cannot be stopped."""
    ids = [node["ID"] for node in nodes if (node.get("Status") or {}).get("State") == "ready"]
    if not ids:
        return
    names = {node["ID"]: host_name(node) for node in nodes}

    def running() -> list[Mapping[str, Any]]:
        tasks = engine.tasks({"node": ids})
        return [task for task in tasks if (task.get("Status") or {}).get("State") not in ENDED]

    poll(
        running,
        lambda tasks: not tasks,
        timeout,
        lambda tasks: (
            "still running: "
            + ", ".join(
                sorted(f"{task.get('ServiceID')} on {names.get(task.get('NodeID', ''), '?')}" for task in tasks)
            )
        ),
    )
