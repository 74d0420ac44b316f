# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines of a swarm that are upgraded or restarted in turn: what is to be done, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.versions import upstream
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import MAINTENANCE
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.table import table
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.upgrades import Move, judge

Result = Mapping[str, Any]
Row = dict[str, str]

DAEMONS = ("docker-ce", "docker.io", "moby-engine", "docker")

UPGRADE, RESTART, RESTORE, NOTHING = "upgrade", "restart", "put back", "nothing"
_COLUMNS = ("host", "role", "before", "after", "availability", "result")


def plan(hosts: Sequence[str], engines: Mapping[str, Result], managers: Mapping[str, Result], key: bool) -> Result:
    """`hosts` of the run, what engine_info said of each, and what swarm_info said on those that are managers.

    `key`: whether an unlock key is known. `managers` of the answer are those that have a quorum; `restore` are the
    nodes that an interrupted run has drained and that need nothing else any more. With `errors` nothing is to be done.
    """
    live = [host for host in hosts if _result(managers, host).get("has_quorum")]
    status = _result(managers, live[0]) if live else {}
    nodes = {node["id"]: node for node in status.get("nodes") or ()}
    errors = _strangers(hosts, engines, nodes, live)
    if errors:
        return {"errors": errors, "warnings": [], "managers": live, "restore": [], "rows": [], "table": []}
    rows, moves, restore = [], [], []
    for host in hosts:
        engine, node = engines[host]["engine"], nodes[engines[host]["engine"]["node_id"]]
        move = Move(host, upstream(engine["version"]), _target(engines[host]))
        waits = bool(engines[host]["needs"]["in_turn"])
        kept = MAINTENANCE in node["labels"]
        if kept and not waits:
            restore.append(node["id"])
        moves.append(move)
        rows.append(
            {
                "host": host,
                "node_id": node["id"],
                "role": "leader" if node["leader"] else node["role"],
                "before": move.before,
                "after": move.after or "(not known yet)",
                "availability": f"drain ({node['labels'][MAINTENANCE]} before)" if kept else node["availability"],
                "result": _intention(move, waits, kept),
            }
        )
    refused, warnings = judge(moves, status.get("encrypted_networks") or ())
    settings = (status.get("swarm") or {}).get("settings") or {}
    if settings.get("autolock") and not key and any(row["result"] in (UPGRADE, RESTART) for row in rows):
        refused.append(
            "Autolock is on and the unlock key is not known, so managers could not come back. Set "
            "swarm_manager_unlock_key_file or swarm_manager_unlock_key."
        )
    return {
        "errors": refused,
        "warnings": warnings,
        "managers": live,
        "restore": restore,
        "rows": rows,
        "table": _table(rows, "what to do"),
    }


def summary(planned: Result, managers: Mapping[str, Result], checked: Mapping[str, Result]) -> Result:
    """What came of the plan: by what the managers say now, and what was found on each host after its turn."""
    live = next((found for found in map(dict, managers.values()) if found.get("has_quorum")), {})
    nodes = {node["id"]: node for node in live.get("nodes") or ()}
    rows = []
    for row in planned.get("rows") or ():
        node = nodes.get(row["node_id"])
        after = upstream(node["engine_version"]) if node else ""
        rows.append(
            {
                **row,
                "role": ("leader" if node["leader"] else node["role"]) if node else row["role"],
                "after": after or "?",
                "availability": _availability(row["availability"], node),
                "result": _outcome(row, node, after, "needs" in (checked.get(row["host"]) or {})),
            }
        )
    return {"rows": rows, "table": _table(rows, "result")}


def _table(rows: Sequence[Row], last: str) -> list[str]:
    """Lines for people; `last` is the title of the last column."""
    return table({name: name.upper() for name in _COLUMNS} | {_COLUMNS[-1]: last.upper()}, rows)


def _strangers(
    hosts: Sequence[str], engines: Mapping[str, Result], nodes: Mapping[str, Result], live: Sequence[str]
) -> list[str]:
    if not live:
        return [
            "No manager of a swarm that has a quorum is among the hosts of this run, so nobody can tell what may go."
        ]
    strangers = []
    for host in hosts:
        engine = _result(engines, host).get("engine") or {}
        if engine.get("swarm") != "active" or engine.get("node_id") not in nodes:
            strangers.append(f"{host} ({'no Engine runs' if not engine else engine.get('swarm') or 'unknown'})")
    if not strangers:
        return []
    return [
        f"Not in the swarm of {live[0]}: {', '.join(strangers)}. Run site for them, or leave them out with --limit."
    ]


def _target(report: Result) -> str:
    """The version that is to run; empty where the package lists have to be renewed first."""
    for step in report.get("plan") or ():
        if step["kind"] == "package" and step["name"] in DAEMONS and step["action"] in ("upgrade", "downgrade"):
            return upstream(next(change["after"] for change in step["changes"] if change["path"] == "version"))
    if report["needs"]["refresh"]:
        return ""
    installed = next((report["packages"][name] for name in DAEMONS if name in report["packages"]), "")
    return upstream(installed) or upstream(report["engine"]["version"])


def _intention(move: Move, waits: bool, kept: bool) -> str:
    if move.after != move.before:
        return UPGRADE
    return RESTART if waits else RESTORE if kept else NOTHING


def _outcome(row: Row, node: Result | None, after: str, had_its_turn: bool) -> str:
    wish = row["result"]
    if node is None:
        return "not known"
    if MAINTENANCE in node["labels"]:
        said = "still drained, run again"
    elif wish == UPGRADE:
        said = "upgraded" if had_its_turn and after != row["before"] else "not upgraded"
    elif wish == RESTART:
        said = "restarted" if had_its_turn else "not restarted"
    else:
        said = "put back" if wish == RESTORE else "unchanged"
    return said if node["state"] == "ready" else f"{said}, node is {node['state']}"


def _availability(before: str, node: Result | None) -> str:
    now = node["availability"] if node else "?"
    return before if now == before else f"{before} -> {now}"


def _result(results: Mapping[str, Result], host: str) -> Result:
    return results.get(host) or {}
