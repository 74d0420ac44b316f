# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The maintenance of nodes: what node_maintenance does to the Engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.change import view, with_specs
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.maintenance import (
    BEGUN,
    decide_maintenance,
    named,
    unfinished,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import state_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.waits import (
    ELECTION,
    listed_patiently,
    look_until,
    wait_for_tasks,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket

Node = Mapping[str, Any]


def maintenance_duty(
    references: Sequence[str], state: str, wait_timeout: float, check_mode: bool, ticket: Ticket | None = None
) -> Duty[Sequence[Node]]:
    """One request for all nodes, one write for each that differs, then a wait until their tasks are gone."""

    def read(engine: Engine) -> Sequence[Node]:
        nodes = listed_patiently(engine, 0 if check_mode else min(wait_timeout, ELECTION))
        if check_mode:
            return nodes

        def is_known(seen: Sequence[Node]) -> bool:
            """A new leader calls nodes unknown until they have registered; who comes back is down for a while."""
            meant = named(seen, references)
            waited = meant if state == BEGUN else unfinished(meant)
            settled = ("ready", "down") if state == BEGUN else ("ready",)
            return all(state_of(node) in settled for node in waited)

        return look_until(engine, nodes, is_known, wait_timeout)

    def settle(engine: Engine, nodes: Sequence[Node], plan: Plan) -> Sequence[Node]:
        after = with_specs(nodes, plan)
        if state == BEGUN:
            wait_for_tasks(engine, named(after, references), wait_timeout, ticket)
        return after

    def perform(engine: Engine, step: Step) -> None:
        node, spec = step.payload
        engine.update_node(node["ID"], node["Version"]["Index"], spec)

    return Duty(
        read=read,
        decide=lambda nodes: decide_maintenance(nodes, references, state),
        perform=perform,
        settle=settle,
        result=lambda nodes: {"nodes": [view(node) for node in named(nodes, references)]},
    )
