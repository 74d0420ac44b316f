# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing nodes: what node_remove does to the Engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import quorum_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.change import find_nodes, view
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.removal import (
    DEMOTE,
    DRAIN,
    REMOVE,
    Removal,
    decide_removal,
    is_settled,
    must_empty,
    named,
    with_states,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import is_member
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.waits import (
    STATES,
    first_look,
    look_until,
    node_now,
    wait_for_demotion,
    wait_for_tasks,
    wait_until_one_may_go,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Leaving:
    """All nodes of the swarm, the NodeID of the manager that was asked, and which nodes go or have gone."""

    nodes: tuple[Node, ...] = ()
    own_id: str = ""
    leaving: tuple[Node, ...] = ()
    absent: tuple[str, ...] = ()


def remove_duty(
    removal: Removal, wait_timeout: float, down_timeout: float, check_mode: bool, ticket: Ticket | None = None
) -> Duty[Leaving]:
    """Drain all, then one node after the other: demote, wait until it has left the raft group, remove."""
    removing = Removing(removal, wait_timeout, down_timeout, check_mode, ticket or Ticket())
    return Duty(
        read=removing.read,
        decide=lambda state: decide_removal(state.nodes, removal, state.own_id, foresee_leaving=check_mode),
        perform=removing.perform,
        settle=removing.settle,
        confirm=removing.confirm,
        result=lambda state: {
            "nodes": [view(node) for node in state.leaving],
            "absent": list(state.absent),
            "quorum": quorum_of(state.nodes).as_dict(),
        },
    )


@dataclass
class Removing:
    """One run. `emptied` says that the tasks of all nodes were waited for.

    Rounds end in the two waits that come before the first node goes: for the states of nodes, and for their tasks. Then
    each node takes seconds.
    """

    removal: Removal
    wait_timeout: float
    down_timeout: float
    check_mode: bool
    ticket: Ticket
    emptied: bool = False

    def read(self, engine: Engine) -> Leaving:
        nodes = first_look(engine, self.check_mode, self.ticket)
        if not named(nodes, self.removal):
            return self._state(nodes, "")
        own_id = membership_of(engine.info()).node_id
        # What is refused anyway is not waited for.
        decide_removal(nodes, self.removal, own_id, foresee_leaving=True)
        certain = self.check_mode or self.ticket.about not in ("", STATES)  # it was waited for in an earlier round
        return self._state(nodes if certain else self._settled(engine, nodes), own_id)

    def _state(self, nodes: Sequence[Node], own_id: str) -> Leaving:
        _found, unknown = find_nodes(nodes, self.removal.references)
        return Leaving(tuple(nodes), own_id, tuple(named(nodes, self.removal)), tuple(unknown))

    def _settled(self, engine: Engine, nodes: Sequence[Node]) -> Sequence[Node]:
        """The nodes when all that are to go are up or down for certain, or time is over."""
        return look_until(
            engine,
            nodes,
            lambda found: not self._uncertain(found),
            self.down_timeout,
            self.ticket,
            lambda found: f"not certain yet: {with_states(self._uncertain(found))}",
        )

    def _uncertain(self, nodes: Sequence[Node]) -> list[Node]:
        return [node for node in named(nodes, self.removal) if not is_settled(node, self.removal)]

    def perform(self, engine: Engine, step: Step) -> None:
        node = step.payload
        if step.action == DRAIN:
            self._write(engine, node, Availability="drain")
        elif step.action == DEMOTE:
            self._empty(engine)
            wait_until_one_may_go(engine, node, self.wait_timeout)
            self._write(engine, node, Role="worker")
        elif step.action == REMOVE:
            self._empty(engine)
            if is_member(node):
                wait_for_demotion(engine, node, self.wait_timeout)
            engine.remove_node(node["ID"], force=self.removal.force)

    def confirm(self, engine: Engine, step: Step) -> None:
        if step.action == DEMOTE:
            wait_for_demotion(engine, step.payload, self.wait_timeout)

    def _write(self, engine: Engine, node: Node, **fields: str) -> None:
        """Each write is made from the node as it is now, because this run may have written to it before."""
        current = node_now(engine, node)
        if current is not None:
            engine.update_node(node["ID"], current["Version"]["Index"], {**current["Spec"], **fields})

    def _empty(self, engine: Engine) -> None:
        """Once in a run, before the first node goes; only nodes that are up can be emptied, and go by force only."""
        if self.emptied or not (self.removal.force and self.removal.drain):
            return
        nodes = named(list(engine.nodes()), self.removal)
        emptied = [node for node in nodes if must_empty(node, self.removal)]
        wait_for_tasks(engine, emptied, self.wait_timeout, self.ticket)
        self.emptied = True

    def settle(self, engine: Engine, state: Leaving, plan: Plan) -> Leaving:
        removed = tuple(step.payload for step in plan if step.action == REMOVE)
        return replace(state, nodes=tuple(engine.nodes()) if plan else state.nodes, leaving=removed)
