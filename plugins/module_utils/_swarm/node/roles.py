# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether managers may leave the raft group, and in which order: for node_update and node_remove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum, is_reachable

Node = Mapping[str, Any]


def host_name(node: Node) -> str:
    return (node.get("Description") or {}).get("Hostname") or ""


def title(node: Node) -> str:
    """A node in messages: host names may be there twice."""
    return f"{host_name(node)} ({node['ID']})"


def state_of(node: Node) -> str:
    """ready, down, disconnected, or unknown (a new leader has not heard of it yet)."""
    return (node.get("Status") or {}).get("State") or "unknown"


def is_member(node: Node) -> bool:
    """Whether it is in the raft group, whatever role it is to have."""
    return bool(node.get("ManagerStatus"))


def answers(node: Node) -> bool:
    """Whether it is a manager that counts for a majority now."""
    return is_reachable(node.get("ManagerStatus") or {})


def in_leaving_order(nodes: Sequence[Node]) -> list[Node]:
    """Managers that are lost go first: without them a smaller majority is needed for the next step."""
    return sorted(nodes, key=answers)


def problems_of_leaving(quorum: Quorum, leaving: Sequence[Node], verb: str) -> list[str]:
    """What is wrong when these leave the raft group one after the other, in this order. `verb`: demoted, removed."""
    problems = []
    for node in leaving:
        quorum = quorum.after_removing(answers(node))
        if quorum.managers == 0:
            problems.append(f"{title(node)} is the last manager and cannot be {verb}")
        elif not quorum.holds:
            problems.append(
                f"without {title(node)}, {quorum.reachable} of {quorum.managers} managers would be reachable and "
                f"{quorum.majority} are needed"
            )
    return problems
