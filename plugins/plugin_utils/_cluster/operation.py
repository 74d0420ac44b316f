# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation on a running swarm acts upon: the managers that answer, and the nodes that are meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import as_ip
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Permits:
    """What an operation can do without: a quorum (it only tells what there is), a swarm that works (it is ended), the
    nodes that are meant (they are gone). `lock`: whether it takes the lock of the swarm.
    """

    no_quorum: bool = False
    no_swarm: bool = False
    missing: bool = False
    lock: bool = True


# All other operations need a swarm with a quorum and each node that is meant.
_PERMITS = {
    "status": Permits(no_quorum=True, lock=False),  # to ask writes nothing
    "reset": Permits(no_swarm=True),
    "remove_node": Permits(missing=True),
}


@dataclass
class Operation:
    """`managers` are hosts that can be spoken to, those that do not lead first. `nodes` has the NodeID of each host
    that is in the swarm. `targets` are the nodes that are meant, each with `id`, `name`, `role`, `host` (empty where
    no host of the inventory is it) and `answers` (whether that host was heard). `missing` are names that belong to no
    node, `others` nodes that no host has reported itself to be, in words. `no_swarm` says that all hosts were heard
    and none is in a swarm. With `errors` nothing is to be done; `notes` say what there is not to do. `lock` says
    whether the operation takes the lock of the swarm.
    """

    managers: list[str] = field(default_factory=list)
    cluster_id: str = ""
    nodes: dict[str, str] = field(default_factory=dict)
    targets: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    no_swarm: bool = False
    lock: bool = True
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def names_of(value: str | Sequence[str] | None) -> list[str]:
    """The names in an option that is a list, or a text with commas as it is given on the command line."""
    items = value.split(",") if isinstance(value, str) else value or ()
    return list(dict.fromkeys(item.strip() for item in items if item.strip()))


def plan_operation(
    name: str, reports: Mapping[str, Report], targets: Iterable[str], addresses: Mapping[str, Collection[str]]
) -> Operation:
    """What the operation `name` acts upon, and whether it can.

    `reports` are of all hosts, `addresses` what the inventory knows of each. `targets` are names of hosts of the
    inventory, NodeIDs, or host names of nodes.
    """
    permits = _PERMITS.get(name, Permits())
    operation = Operation(lock=permits.lock)
    problem = _find_swarm(operation, reports)
    if problem:
        if not permits.no_quorum and not (permits.no_swarm and _find_remains(operation, reports)):
            operation.errors.append(problem)
        return operation
    nodes = _find_nodes(operation, reports)
    for target in targets:
        _add(operation, target, nodes, reports, addresses)
    if operation.missing and permits.missing:
        operation.notes.append(f"{', '.join(operation.missing)}: no such node, there is nothing to remove.")
    elif operation.missing:
        operation.errors.append(
            f"{', '.join(operation.missing)}: no node of swarm {operation.cluster_id} has this NodeID or host name, "
            "and no host of this name is in it."
        )
    return operation


def _find_swarm(operation: Operation, reports: Mapping[str, Report]) -> str:
    """The one swarm of all hosts; why it is not found, where it is not."""
    live = [report for report in reports.values() if report.is_live_manager]
    clusters = sorted({report.cluster_id for report in live})
    if not live:
        operation.no_swarm = all(report.local_state == "inactive" for report in reports.values())
        return (
            "No manager was found whose swarm has a quorum. " + "; ".join(map(str, reports.values())) + ". Unlock "
            "managers that are locked (playbook unlock) and start those that are down. Only if more than half of them "
            "are lost for good, see the playbook recover_quorum."
        )
    if len(clusters) > 1:
        return (
            f"Managers of several swarms are among these hosts: {', '.join(map(str, live))}. They must be of one swarm."
        )
    operation.cluster_id = clusters[0]
    return ""


def _find_remains(operation: Operation, reports: Mapping[str, Report]) -> bool:
    """Whether it is known what there is to end, without a manager that has a quorum: the last ones have none any more
    when others were lost while the swarm was ended.
    """
    if operation.no_swarm:
        operation.notes.append("No host is in a swarm, there is nothing to end.")
        return True
    members = [report for report in reports.values() if report.is_member]
    clusters = {report.cluster_id for report in members}
    if len(clusters) != 1 or "" in clusters or not all(report.local_state for report in reports.values()):
        return False
    operation.cluster_id = clusters.pop()
    operation.nodes = {report.host: report.node_id for report in members}
    operation.lock = False
    operation.notes.append(f"No manager has a quorum. What is left: {'; '.join(map(str, members))}.")
    return True


def _find_nodes(operation: Operation, reports: Mapping[str, Report]) -> dict[str, Node]:
    """All nodes by NodeID; and which hosts are managers that answer, which hosts are nodes, which nodes are no host."""
    live = [report for report in reports.values() if report.is_live_manager]
    nodes = {node["id"]: node for node in next((report.nodes for report in live if report.nodes), ())}
    live.sort(key=lambda report: bool(nodes.get(report.node_id, {}).get("leader")))
    operation.managers = [report.host for report in live]
    operation.nodes = {report.host: report.node_id for report in reports.values() if report.node_id in nodes}
    operation.others = [_title(node) for node in nodes.values() if node["id"] not in operation.nodes.values()]
    return nodes


def _add(
    operation: Operation,
    target: str,
    nodes: Mapping[str, Node],
    reports: Mapping[str, Report],
    addresses: Mapping[str, Collection[str]],
) -> None:
    owners = {node: host for host, node in operation.nodes.items()}
    if target in reports:
        own = operation.nodes.get(target)
        found = (
            [nodes[own]] if own else _left_by(target, [n for n in nodes.values() if n["id"] not in owners], addresses)
        )
    else:
        found = [nodes[target]] if target in nodes else [node for node in nodes.values() if node["name"] == target]
    if not found:
        operation.missing.append(target)
    elif len(found) > 1:
        operation.errors.append(
            f"{target} may be any of {len(found)} nodes: {', '.join(map(_title, found))}. Give the NodeID instead."
        )
    elif found[0]["id"] not in {known["id"] for known in operation.targets}:
        node = found[0]
        host = owners.get(node["id"], target if target in reports else "")
        operation.targets.append(
            {
                **{key: node[key] for key in ("id", "name", "role", "availability", "state")},
                "host": host,
                "answers": node["id"] in owners,
            }
        )


def _left_by(host: str, nodes: Sequence[Node], addresses: Mapping[str, Collection[str]]) -> list[Node]:
    """The nodes that a host may be which cannot tell: it is gone, or was made anew. Its address tells more than its
    name, which several machines may have.
    """
    own = {as_ip(address) for address in addresses.get(host, ())} - {None}
    by_address = [node for node in nodes if as_ip(node["address"]) in own]
    return by_address or [node for node in nodes if node["name"] == host]


def _title(node: Node) -> str:
    return f"{node['id']} ({node['name']}, {node['address']}, {node['state']})"
