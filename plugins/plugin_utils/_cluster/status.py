# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a swarm is: nodes, services, quorum and what is wrong, as tables that people read and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum, advice
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.table import table

Row = Mapping[str, Any]

_NODE_COLUMNS = ("name", "host", "role", "state", "availability", "engine", "tasks", "id")
_SERVICE_COLUMNS = ("name", "mode", "running", "wanted", "update", "error")


def status_report(reports: Mapping[str, Report], said: Mapping[str, Any]) -> dict[str, Any]:
    """`said` has what managers return: `nodes` of node_info (with tasks), `stacks` of stack_info, `lock` and `audit` of
    swarm_lock. It lacks them where no manager answers.
    """
    nodes, stacks = said.get("nodes") or (), said.get("stacks") or ()
    hosts = {report.node_id: host for host, report in reports.items() if report.node_id}
    node_rows = [_node_row(node, hosts.get(node["id"], "")) for node in nodes]
    service_rows = [_service_row(service) for stack in stacks for service in stack["services"]]
    managers = [node for node in nodes if node["reachability"]]
    quorum = Quorum(len(managers), sum(node["reachability"] == "reachable" for node in managers))
    problems = [*_silent(reports, bool(nodes)), *_broken_nodes(nodes), *_short(service_rows)]
    if nodes and not quorum.holds:  # a leader that lost the others goes on answering for some seconds
        problems.insert(0, f"The quorum is lost: {_of_quorum(quorum)}")
    warnings = [*_warnings(nodes, quorum), *_outside(reports, nodes)]
    return {
        "verdict": "fail" if problems else "warn" if warnings else "ok",
        "nodes": node_rows,
        "services": service_rows,
        "quorum": quorum.as_dict(),
        "lock": said.get("lock"),
        "audit": said.get("audit") or [],
        "problems": problems,
        "warnings": warnings,
        "table": [
            *_table(_NODE_COLUMNS, node_rows),
            *_table(_SERVICE_COLUMNS, service_rows),
            _of_quorum(quorum) if nodes else "No manager answers for a swarm with a quorum.",
            *_operations(said.get("lock"), said.get("audit") or []),
            *(f"fail: {problem}" for problem in problems),
            *(f"warn: {warning}" for warning in warnings),
        ],
    }


def _node_row(node: Row, host: str) -> dict[str, Any]:
    role = node["role"] + (" (leader)" if node["leader"] else "")
    running = sum(task["state"] == "running" for task in node["tasks"])
    unreachable = node["reachability"] not in ("", "reachable")
    return {
        "name": node["name"],
        "host": host,
        "role": role,
        "state": f"{node['state']}, {node['reachability']}" if unreachable else node["state"],
        "availability": node["availability"],
        "engine": node["engine_version"],
        "tasks": running,
        "id": node["id"],
    }


def _service_row(service: Row) -> dict[str, Any]:
    job = service["mode"].endswith("Job")
    return {
        "name": service["name"],
        "mode": service["mode"],
        "running": service["completed"] if job else service["running"],
        "wanted": service["wanted"],
        "update": service["update_status"]["state"],
        "error": service["errors"][0]["error"] if service["errors"] and not service["converged"] else "",
    }


def _silent(reports: Mapping[str, Report], answered: bool) -> list[str]:
    """Hosts without an answer, or without an Engine; where no manager answers, what all said is the evidence."""
    return [_sentence(report) for report in reports.values() if not answered or not report.local_state]


def _broken_nodes(nodes: Iterable[Row]) -> list[str]:
    found = [f"Node {_title(node)} is {node['state']}." for node in nodes if node["state"] != "ready"]
    return found + [
        f"Manager {_title(node)} is {node['reachability']}."
        for node in nodes
        if node["reachability"] not in ("", "reachable")
    ]


def _short(services: Iterable[Row]) -> list[str]:
    return [
        f"Service {row['name']}: {row['running']} of {row['wanted']} tasks run"
        + (f": {row['error']}." if row["error"] else ".")
        for row in services
        if row["running"] < row["wanted"]
    ] + [
        f"Service {row['name']}: the last update is {row['update']}."
        for row in services
        if row["update"] in ("paused", "rollback_started", "rollback_paused", "rollback_completed")
    ]


def _warnings(nodes: Sequence[Row], quorum: Quorum) -> list[str]:
    versions = Counter(node["engine_version"] for node in nodes)
    found = [advice(quorum.managers)]
    if len(versions) > 1:
        listing = ", ".join(f"{version} ({count})" for version, count in sorted(versions.items()))
        found.append(f"Engines of several versions: {listing}.")
    idle = [_title(node) for node in nodes if node["availability"] == "pause"]
    if idle:
        found.append(f"Paused, which gets no new tasks: {', '.join(idle)}.")
    return [item for item in found if item] + _namesakes(nodes)


def _namesakes(nodes: Iterable[Row]) -> list[str]:
    """Nodes that are ready and have one name: hosts have the same, or it is the fault of moby/moby#46462. When another
    manager becomes the leader, a session that a manager passes on to it may be registered as that manager's own, which
    then has the description of another node: in the lab for two seconds, with users until it joins again.
    """
    named: dict[str, list[str]] = {}
    for node in nodes:
        if node["state"] == "ready":
            named.setdefault(node["name"], []).append(node["id"])
    return [
        f"{len(ids)} nodes that are ready have the host name {name}: {', '.join(ids)}. If that is no host's doing, an "
        "Engine shows one of them as the other (moby/moby#46462)."
        for name, ids in named.items()
        if len(ids) > 1
    ]


def _outside(reports: Mapping[str, Report], nodes: Iterable[Row]) -> list[str]:
    known = {node["id"] for node in nodes}
    return [
        _sentence(report) for report in reports.values() if known and report.local_state and report.node_id not in known
    ]


def _sentence(report: Report) -> str:
    return str(report).rstrip(".?") + "."


def _of_quorum(quorum: Quorum) -> str:
    return (
        f"{quorum.reachable} of {quorum.managers} managers are reachable, {quorum.majority} must be; "
        f"{quorum.can_lose} more may fail."
    )


def _operations(lock: Row | None, audit: Sequence[Row]) -> list[str]:
    """What is being done, and the last things that were."""
    held = [f"Now: {lock['operation']}, by {lock['who']} since {lock['since']} (lock {lock['id']})."] if lock else []
    return held + [
        f"Before: {entry['operation']} {entry['result']}, by {entry['who']}, {entry['since']} to {entry['ended']}."
        for entry in audit[:3]
    ]


def _title(node: Row) -> str:
    return f"{node['name']} ({node['id']})"


def _table(columns: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """With an empty line at the end; nothing without rows."""
    return [*table({column: column.upper() for column in columns}, rows), ""] if rows else []
