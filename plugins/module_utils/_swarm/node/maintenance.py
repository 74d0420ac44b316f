# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking nodes out of service for a while, and putting them back as they were.

What a node's availability was is written into a label of the node, in the same write as the new one. So whoever goes on
after an interrupted run knows it, and a node that was drained on purpose stays drained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.change import find_nodes, node_step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import state_of, title
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import (
    AVAILABILITIES,
    MAINTENANCE,
    NodeWish,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan

Node = Mapping[str, Any]

BEGUN, ENDED = "begun", "ended"
DRAIN = "drain"


def decide_maintenance(nodes: Sequence[Node], references: Sequence[str], state: str) -> Plan:
    """The plan for the nodes that are named; raises SwarmError for those that cannot take tasks again yet."""
    found = named(nodes, references)
    if state == ENDED:
        _check_ready(found)
    wish_of = _begun if state == BEGUN else _ended
    steps = [node_step(node, wish_of(node)) for node in found]
    return Plan(tuple(step for step in steps if step is not None))


def named(nodes: Sequence[Node], references: Sequence[str]) -> list[Node]:
    found, unknown = find_nodes(nodes, references)
    if unknown:
        raise SwarmError(
            f"The swarm has no node {', '.join(unknown)}. Nothing was changed.",
            "Nodes are named by their NodeID or their host name (docker node ls).",
        )
    return list(found.values())


def unfinished(nodes: Iterable[Node]) -> list[Node]:
    """The nodes whose maintenance was begun and not ended."""
    return [node for node in nodes if _kept(node)]


def _begun(node: Node) -> NodeWish:
    """A node that is drained already stays as it is. Somebody may have set it to something else since the label was
    written, and that is what counts then.
    """
    if _availability(node) == DRAIN:
        return NodeWish()
    return NodeWish(labels={MAINTENANCE: _availability(node)}, availability=DRAIN)


def _ended(node: Node) -> NodeWish:
    """Back to what it was, unless somebody has decided otherwise since."""
    kept = _kept(node)
    is_drained = _availability(node) == DRAIN
    return NodeWish(
        remove_labels=frozenset({MAINTENANCE}),
        availability=kept if is_drained and kept in AVAILABILITIES else None,
    )


def _check_ready(nodes: Iterable[Node]) -> None:
    away = [f"{title(node)} is {state_of(node)}" for node in unfinished(nodes) if state_of(node) != "ready"]
    if away:
        raise SwarmError(
            f"{', '.join(away)}, and cannot be given tasks again. Nothing was changed.",
            "Look at its Engine (journalctl -u docker) and run it again when it is ready.",
        )


def _availability(node: Node) -> str:
    return str((node.get("Spec") or {}).get("Availability") or "active")


def _kept(node: Node) -> str:
    return str(((node.get("Spec") or {}).get("Labels") or {}).get(MAINTENANCE) or "")
