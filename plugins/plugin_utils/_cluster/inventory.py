# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes of a swarm as hosts of an inventory: their names, their groups, and where they are reached."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import as_ip

Node = Mapping[str, Any]

NAME, NODE_ID = "name", "id"

MANAGERS, WORKERS, LEADER = "swarm_managers", "swarm_workers", "swarm_leader"
# The groups that are there whatever the swarm is like, so that playbooks and patterns can name them.
GROUPS = (
    MANAGERS,
    WORKERS,
    LEADER,
    *(f"swarm_availability_{availability}" for availability in ("active", "pause", "drain")),
    *(f"swarm_state_{state}" for state in ("ready", "down", "disconnected", "unknown")),
)

# A node says itself what its host name is. What is no host name could be a template, or an option of ssh.
_HOST_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
# Tasks that are delegated to the controller would be run on a node with one of these names.
_CONTROLLER = ("localhost", "127.0.0.1")


@dataclass
class Inventory:
    """`hosts` are variables by host, `groups` hosts by group."""

    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in GROUPS})
    warnings: list[str] = field(default_factory=list)


def inventory_of(nodes: Sequence[Node], named_by: str = NAME) -> Inventory:
    """`nodes` as node_info returns them; what `named_by` says their names are."""
    found = Inventory()
    names = {node["id"]: node["id"] for node in nodes}
    if named_by == NAME:
        found.warnings += _name(nodes, names)
    for node in nodes:
        host = names[node["id"]]
        address = address_of(node)
        found.hosts[host] = {"swarm_node": dict(node), **({"ansible_host": address} if address else {})}
        for group in groups_of(node):
            found.groups.setdefault(group, []).append(host)
    return found


def groups_of(node: Node) -> list[str]:
    return [
        MANAGERS if node["role"] == "manager" else WORKERS,
        *([LEADER] if node["leader"] else []),
        f"swarm_availability_{node['availability']}",
        f"swarm_state_{node['state'] or 'unknown'}",
    ]


def address_of(node: Node) -> str:
    """Where the node is reached; empty where the managers do not know (they say 0.0.0.0 then)."""
    address = node["address"]
    numeric = as_ip(address)
    if numeric is not None:
        return "" if numeric.is_unspecified else address
    return address if _HOST_NAME.fullmatch(address) else ""


def _name(nodes: Sequence[Node], names: dict[str, str]) -> list[str]:
    """Put host names into `names` where they name one node; the warnings about the others."""
    having = Counter(node["name"] for node in nodes)
    warnings = []
    for name, number in sorted(having.items()):
        same = [node for node in nodes if node["name"] == name]
        reason = _why_not(name, number, names)
        if reason:
            warnings.append(f"{reason}: in the inventory by NodeID, {_listing(same)}.")
        else:
            names.update((node["id"], name) for node in same)
    return warnings


def _why_not(name: str, number: int, ids: Mapping[str, str]) -> str:
    """Why nodes cannot go by this host name."""
    if not name:
        return "A node has no host name yet" if number == 1 else f"{number} nodes have no host name yet"
    if number > 1:
        return f"{number} nodes have the host name {name}"
    if name in _CONTROLLER:
        return f"A node has the host name {name}, which is the controller for Ansible"
    if not _HOST_NAME.fullmatch(name):
        return "A node has a host name with characters that no host name has"
    return f"A node has the host name {name}, which is another node's NodeID" if name in ids else ""


def _listing(nodes: Iterable[Node]) -> str:
    return ", ".join(f"{node['id']} ({node['state'] or 'unknown'})" for node in nodes)
