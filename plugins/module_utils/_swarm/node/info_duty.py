# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at nodes: what node_info asks of the Engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import quorum_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.info import by_node, choose, details, in_order
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.waits import list_nodes
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Listed:
    """All nodes, those that were asked for, the references that no node answers to, and what runs there."""

    nodes: Sequence[Object]
    chosen: Sequence[Object]
    missing: Sequence[str] = ()
    tasks: Sequence[Object] = ()
    services: Sequence[Object] = ()


def info_duty(references: Sequence[str], own: bool, tasks: bool, check_mode: bool) -> Duty[Listed]:
    """One list of nodes, however many are asked for; with `tasks` two more. There is never anything to do.

    With `own`, the manager that is asked is one of those that are asked for.
    """

    def read(engine: Engine) -> Listed:
        nodes = list_nodes(engine, check_mode)
        asked = [*references, *([membership_of(engine.info()).node_id] if own and nodes else [])]
        chosen, missing = choose(nodes, asked) if references or own else (in_order(nodes), [])
        if not (tasks and chosen):
            return Listed(nodes, chosen, missing)
        filters = {"node": [node["ID"] for node in chosen]} if asked else None
        return Listed(nodes, chosen, missing, engine.tasks(filters), engine.services())

    def result(listed: Listed) -> dict[str, Any]:
        placed = by_node(listed.tasks, listed.services)
        return {
            "nodes": [details(node, placed.get(node["ID"], ())) for node in listed.chosen],
            "missing": list(listed.missing),
            "quorum": quorum_of(listed.nodes).as_dict(),
        }

    return Duty(read=read, decide=lambda listed: Plan(), perform=lambda engine, step: None, result=result)
