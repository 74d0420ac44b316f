# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a status page says of a swarm, as plain data: the page, the JSON and the metrics are made of it.

All of it comes from what modules return, and none of them reads the environment of services or the content of secrets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.status import status_report

Row = Mapping[str, Any]

DAY = 86400
# A node renews its certificate when 50 to 80 percent of its life are over (swarmkit ca/config.go).
_RENEWED = 0.8

# What becomes of a task, for people: its state in four words.
RUNNING, WAITING, DONE, BROKEN = "running", "waiting", "done", "broken"
_KINDS = {"running": RUNNING, "complete": DONE, "shutdown": DONE, "remove": DONE}
_KINDS.update(dict.fromkeys(("failed", "rejected", "orphaned"), BROKEN))


@dataclass(frozen=True)
class Seen:
    """What was read. `said` has what managers return: `nodes` of node_info (with tasks), `services` of service_info; it
    lacks them where no manager answers. `certificates` are `(not before, not after)` of the nodes of hosts, in seconds
    since the epoch, `root` is that of the CA. `preflight` is the report of a preflight. `at` is now.
    """

    at: float
    reports: Mapping[str, Report] = field(default_factory=dict)
    said: Row = field(default_factory=dict)
    certificates: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    root: tuple[int, int] | None = None
    preflight: Row = field(default_factory=dict)
    zone_label: str = "zone"


def report_data(seen: Seen) -> dict[str, Any]:
    services = seen.said.get("services") or []
    status = status_report(seen.reports, {"nodes": seen.said.get("nodes"), "stacks": [{"services": services}]})
    hosts = {report.node_id: host for host, report in seen.reports.items() if report.node_id}
    nodes = [_node(node, hosts.get(node["id"], ""), seen) for node in seen.said.get("nodes") or []]
    problems = [
        *status["problems"],
        *_run_out([("The root CA", seen.root)], seen.at),
        *_run_out(_papers(seen), seen.at),
    ]
    warnings = [*status["warnings"], *_old_papers(seen), *_preflight(seen.preflight)]
    tasks = Counter(task["kind"] for node in nodes for task in node["tasks"])
    rows = [_service(service) for service in services]
    return {
        "verdict": "fail" if problems else "warn" if warnings else "ok",
        "generated_at": _moment(seen.at),
        "cluster_id": next((report.cluster_id for report in seen.reports.values() if report.is_live_manager), ""),
        "quorum": status["quorum"],
        "problems": problems,
        "warnings": warnings,
        "counts": {
            "nodes": len(nodes),
            "ready": sum(node["state"] == "ready" for node in nodes),
            "managers": sum(node["role"] == "manager" for node in nodes),
            "workers": sum(node["role"] == "worker" for node in nodes),
            "services": len(rows),
            "short": sum(row["short"] for row in rows),
            "tasks": {kind: tasks[kind] for kind in (RUNNING, WAITING, DONE, BROKEN)},
        },
        "engines": dict(sorted(Counter(node["engine_version"] or "unknown" for node in nodes).items())),
        "root_ca_not_after": _moment(seen.root[1]) if seen.root else "",
        "zone_label": seen.zone_label,
        "zones": _zones(nodes),
        "services": rows,
    }


def _zones(nodes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Nodes by zone, those of none last; managers first, the leader before the others."""
    zones: dict[str, list[dict[str, Any]]] = {}
    for node in sorted(nodes, key=lambda node: (not node["leader"], _natural(node["name"]), node["id"])):
        zones.setdefault(node["zone"], []).append(node)
    return [
        {"name": name, **{f"{role}s": [n for n in zones[name] if n["role"] == role] for role in ("manager", "worker")}}
        for name in sorted(zones, key=lambda name: (not name, _natural(name)))
    ]


def _natural(name: str) -> list[tuple[int, str]]:
    """For sorting as people do: worker2 before worker10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", name)]


def _node(node: Row, host: str, seen: Seen) -> dict[str, Any]:
    named = ("id", "name", "role", "leader", "state", "availability", "reachability", "address", "engine_version")
    papers = seen.certificates.get(host)
    return {
        **{key: node[key] for key in named},
        "host": host,
        "zone": node["labels"].get(seen.zone_label) or "",
        "well": node["state"] == "ready" and node["reachability"] in ("", "reachable"),
        "platform": "/".join(filter(None, (node["os"], node["architecture"]))),
        "cpus": round(node["nano_cpus"] / 10**9, 1),
        "memory_gib": round(node["memory_bytes"] / 2**30, 1),
        "certificate_not_after": _moment(papers[1]) if papers else "",
        "tasks": [_task(task) for task in node["tasks"] if _is_current(task)],
    }


def _is_current(task: Row) -> bool:
    """Not history: what a newer task has replaced is to be shut down."""
    return task["desired_state"] not in ("shutdown", "remove")


def _task(task: Row) -> dict[str, Any]:
    return {
        "service": task["service"],
        "slot": task["slot"],
        "state": task["state"],
        "kind": _KINDS.get(task["state"], WAITING),
        "error": task["error"],
    }


def _service(service: Row) -> dict[str, Any]:
    job = service["mode"].endswith("Job")
    running = service["completed"] if job else service["running"]
    errors = service["errors"] if not service["converged"] else []
    return {
        "name": service["name"],
        "stack": service["stack"],
        "mode": service["mode"],
        "image": service["image"].partition("@")[0],
        "running": running,
        "wanted": service["wanted"],
        "short": running < service["wanted"],
        "converged": service["converged"],
        "update": service["update_status"]["state"],
        "ports": [_port(port) for port in service["ports"]],
        "error": errors[0]["error"] if errors else "",
    }


def _port(port: Row) -> str:
    text = f"{port['published'] or '*'}:{port['target']}/{port['protocol']}"
    return f"{text} (host)" if port["mode"] == "host" else text


def _papers(seen: Seen) -> list[tuple[str, tuple[int, int]]]:
    return [(f"The certificate of {host}", papers) for host, papers in seen.certificates.items()]


def _run_out(papers: Iterable[tuple[str, tuple[int, int] | None]], at: float) -> list[str]:
    return [f"{what} ran out at {_moment(found[1])}." for what, found in papers if found and found[1] < at]


def _old_papers(seen: Seen) -> list[str]:
    found = [
        f"{what} is valid for {(end - seen.at) / DAY:.0f} more days and should have been renewed."
        for what, (begin, end) in _papers(seen)
        if begin + _RENEWED * (end - begin) < seen.at <= end
    ]
    if seen.root and seen.at <= seen.root[1] < seen.at + 365 * DAY:
        found.append(f"The root CA is valid for {(seen.root[1] - seen.at) / DAY:.0f} more days. Replace it (rotate).")
    return found


def _preflight(report: Row) -> list[str]:
    return [
        f"Preflight, {row['check']}: {row['host']}: {row['found']}."
        for row in report.get("rows") or []
        if row["verdict"] in ("fail", "warn")
    ]


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
