# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Engines of all hosts say together: whose turn it is to be restarted, and who is in no swarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def turn_of(host: str, reports: Mapping[str, Mapping[str, Any]], batch: int) -> dict[str, str]:
    """`turn`: hosts with the same one are restarted together; `gate`: a manager that can tell about the swarm, if any.

    `reports` are the results of engine_info of the hosts in the play, in their order. A manager has a turn of its own
    and asks another one, which goes on while it is down; the only one asks itself. Of the workers that wait, so many as
    the batch says share a turn, and ask a manager of the play that they know.
    """
    if not _waits(reports[host]):
        return {"turn": host, "gate": ""}
    managers = [name for name, report in reports.items() if _engine(report).get("manager")]
    if host in managers:
        others = [name for name in managers if name != host]
        return {"turn": host, "gate": _gate(reports, host, others) or host}
    waiting = [name for name, report in reports.items() if name not in managers and _waits(report)]
    number = waiting.index(host) // max(batch, 1) + 1
    return {"turn": f"workers {number}", "gate": _gate(reports, host, managers)}


def _gate(reports: Mapping[str, Mapping[str, Any]], host: str, managers: Sequence[str]) -> str:
    """A play can have members of several swarms."""
    known = _engine(reports[host]).get("managers") or ()
    return next((name for name in managers if _engine(reports[name]).get("node_id") in known), "")


def outside_swarms(reports: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The hosts that are not active members of a swarm: those without an Engine, and those that did not answer, too."""
    return [host for host, report in reports.items() if _engine(report).get("swarm") != "active"]


def reports_of(hostvars: Mapping[str, Mapping[str, Any]], hosts: Sequence[str], name: str) -> dict[str, Any]:
    return {host: hostvars[host].get(name) or {} for host in hosts}


def _engine(report: Mapping[str, Any]) -> Mapping[str, Any]:
    return report.get("engine") or {}


def _waits(report: Mapping[str, Any]) -> bool:
    return bool((report.get("needs") or {}).get("in_turn"))
