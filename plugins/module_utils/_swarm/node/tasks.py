# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tasks keep a node from being empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import host_name

# States in which a task does not run any more (swarmkit api/types.proto).
ENDED = ("complete", "shutdown", "failed", "rejected", "remove", "orphaned")


def running(tasks: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that have not ended, of services and of jobs."""
    return [task for task in tasks if (task.get("Status") or {}).get("State") not in ENDED]


def still_running(
    tasks: Iterable[Mapping[str, Any]], services: Iterable[Mapping[str, Any]], nodes: Mapping[str, Mapping[str, Any]]
) -> str:
    """In words: `web on worker1 (2 tasks), job on worker1`. `nodes` by NodeID; services that are gone by their IDs."""
    names = {service["ID"]: service["Spec"]["Name"] for service in services}
    counts: Counter[tuple[str, str]] = Counter()
    for task in tasks:
        service, node = task.get("ServiceID") or "?", task.get("NodeID") or "?"
        counts[names.get(service, service), host_name(nodes.get(node, {})) or node] += 1
    return ", ".join(
        f"{service} on {node}" + (f" ({count} tasks)" if count > 1 else "")
        for (service, node), count in sorted(counts.items())
    )
