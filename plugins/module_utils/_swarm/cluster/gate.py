# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a node may go down for a while, and whether it is back: quorum, nodes and services of a swarm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum, quorum_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import (
    answers,
    host_name,
    is_member,
    state_of,
)

Object = Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """What a manager tells: its nodes, and of each service that is no job, by ID, its name and its numbers of tasks."""

    quorum: Quorum = field(default_factory=lambda: Quorum(0, 0))
    managers: Mapping[str, bool] = field(default_factory=dict)  # NodeID -> reachable
    states: Mapping[str, str] = field(default_factory=dict)  # NodeID -> ready, down, ...
    names: Mapping[str, str] = field(default_factory=dict)  # NodeID or ID of a service -> name
    running: Mapping[str, int] = field(default_factory=dict)
    desired: Mapping[str, int] = field(default_factory=dict)

    def as_mark(self) -> dict[str, Any]:
        """What must hold again when the node is back."""
        return {
            "reachable": sorted(node for node, reachable in self.managers.items() if reachable),
            "running": dict(self.running),
        }


def view_of(nodes: Iterable[Object], services: Iterable[Object]) -> View:
    """From `GET /nodes` and `GET /services?status=true`."""
    nodes = list(nodes)
    names = {node["ID"]: host_name(node) or node["ID"] for node in nodes}
    running, desired = {}, {}
    for service in services:
        mode = service["Spec"].get("Mode") or {}
        if "ReplicatedJob" in mode or "GlobalJob" in mode:
            continue
        status = service.get("ServiceStatus") or {}
        names[service["ID"]] = service["Spec"]["Name"]
        running[service["ID"]] = status.get("RunningTasks", 0)
        desired[service["ID"]] = status.get("DesiredTasks", 0)
    return View(
        quorum=quorum_of(nodes),
        managers={node["ID"]: answers(node) for node in nodes if is_member(node)},
        states={node["ID"]: state_of(node) for node in nodes},
        names=names,
        running=running,
        desired=desired,
    )


def may_go(view: View, node: str) -> str:
    """Why a node must not go down now; empty when it may.

    Without this manager, a majority of all managers must be reachable. One manager has no quorum to keep, and of two
    neither can ever be missing: there it is enough that all are reachable.
    """
    if node not in view.states:
        return f"node {node} is not known to the swarm"
    if node not in view.managers:
        return ""
    quorum = view.quorum
    if quorum.managers <= 2:
        return "" if quorum.reachable == quorum.managers else f"not all managers are reachable ({_managers(view)})"
    left = quorum.reachable - int(view.managers[node])
    if left >= quorum.majority:
        return ""
    return (
        f"without {view.names[node]}, {left} of {quorum.managers} managers would be reachable, and {quorum.majority} "
        f"must be ({_managers(view)})"
    )


def is_back(view: View, node: str, mark: Mapping[str, Any]) -> str:
    """What is missing until all is as it was before the node went down; empty when nothing is.

    Of services, as many tasks must run as ran before, or as are wanted now where that is less. Where the leader went
    down, the new one must have heard of the other nodes: those that it has not heard of are down for it after a while.
    """
    missing = [
        f"manager {view.names[other]} is not reachable"
        for other in mark.get("reachable") or ()
        if other in view.managers and not view.managers[other]
    ]
    missing += [
        f"node {view.names[other]} is {state}"
        for other, state in view.states.items()
        if state == "unknown" or (other == node and state != "ready")
    ]
    for service, before in (mark.get("running") or {}).items():
        if service in view.running:
            expected = min(before, view.desired[service])
            if view.running[service] < expected:
                missing.append(f"service {view.names[service]} has {view.running[service]} of {expected} tasks running")
    return ", ".join(missing)


def _managers(view: View) -> str:
    return ", ".join(
        f"{view.names[node]} {'reachable' if reachable else 'unreachable'}" for node, reachable in view.managers.items()
    )
