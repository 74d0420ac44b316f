# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What node_info tells of nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import ca_digest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.change import view
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import host_name

Node = Mapping[str, Any]


def choose(nodes: Sequence[Node], references: Sequence[str]) -> tuple[list[Node], list[str]]:
    """The nodes that answer to the references, each once, and the references that none answers to.

    A NodeID counts before a host name. Several nodes may have the same host name (one that left and joined again leaves
    its old entry behind): looking at them is how this is found out, so here they all answer.
    """
    by_id = {node["ID"]: node for node in nodes}
    by_name: dict[str, list[Node]] = {}
    for node in in_order(nodes):
        by_name.setdefault(host_name(node), []).append(node)
    chosen: dict[str, Node] = {}
    missing: list[str] = []
    for reference in dict.fromkeys(references):
        same_name = by_name.get(reference, []) if reference else []  # a node that has just joined has no name yet
        answering = [by_id[reference]] if reference in by_id else same_name
        chosen.update((node["ID"], node) for node in answering)
        if not answering:
            missing.append(reference)
    return list(chosen.values()), missing


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """By host name; the Engine lists them in no order."""
    return sorted(nodes, key=lambda node: (host_name(node), node["ID"]))


def by_node(
    tasks: Iterable[Mapping[str, Any]], services: Iterable[Mapping[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """The tasks of each node, by its NodeID, as they are told."""
    names = {service["ID"]: service["Spec"]["Name"] for service in services}
    found: dict[str, list[dict[str, Any]]] = {}
    for task in tasks:
        found.setdefault(task.get("NodeID") or "", []).append(_task(task, names))
    return {
        node: sorted(own, key=lambda task: (task["service"], task["slot"], task["id"])) for node, own in found.items()
    }


def details(node: Node, tasks: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """A node with all that managers know of it, and its tasks (of by_node)."""
    description = node.get("Description") or {}
    platform, resources = description.get("Platform") or {}, description.get("Resources") or {}
    return {
        **view(node),
        "message": (node.get("Status") or {}).get("Message") or "",
        "manager_addr": (node.get("ManagerStatus") or {}).get("Addr") or "",
        "os": platform.get("OS") or "",
        "architecture": platform.get("Architecture") or "",
        "nano_cpus": resources.get("NanoCPUs") or 0,
        "memory_bytes": resources.get("MemoryBytes") or 0,
        "engine_labels": dict((description.get("Engine") or {}).get("Labels") or {}),
        "root_ca_digest": ca_digest((description.get("TLSInfo") or {}).get("TrustRoot") or ""),
        "created_at": node.get("CreatedAt") or "",
        "updated_at": node.get("UpdatedAt") or "",
        "tasks": list(tasks),
    }


def _task(task: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Its service is named by its ID when it is gone."""
    status, service = task.get("Status") or {}, task.get("ServiceID") or ""
    return {
        "id": task["ID"],
        "service": names.get(service, service),
        "slot": task.get("Slot") or 0,
        "state": status.get("State") or "",
        "desired_state": task.get("DesiredState") or "",
        "error": status.get("Err") or "",
    }
