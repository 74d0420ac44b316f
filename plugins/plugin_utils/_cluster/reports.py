# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts have reported about themselves in this run: the results of modules, as the roles registered them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Results = Mapping[str, Any]

_UNLOCK = "__swarm_manager_unlock"
# The names under which the roles register results. A later one of the same host counts more.
_STATUS = (
    "__swarm_manager_status",
    _UNLOCK,
    "__swarm_manager_unlocked",
    "__swarm_worker_status",
    "__swarm_nodes_status",
    "__swarm_operation_status",
)
# Of hosts that were asked by another one: loops, and the name of their variable.
_ASKED = {
    "__swarm_manager_asked": "__swarm_manager_host",
    "__swarm_worker_asked": "__swarm_worker_host",
    "__swarm_nodes_asked": "__swarm_nodes_host",
}
_JOINED = ("__swarm_manager_join", "__swarm_worker_join")


@dataclass(frozen=True)
class Report:
    """What is known of a host: the return values of swarm_info, swarm_init and swarm_join that matter here.

    `local_state` is empty where no Engine answered, or nothing was heard of the host at all (`heard` tells which).
    `name` is the host name by the account of the Engine. `autolock` says whether the swarm has it on, None where that
    is not known. `nodes` are all nodes of the swarm, as a manager with a quorum tells them. `to_unlock` is said in
    check mode of a locked manager that a run unlocks. `advertise_addr` is what the inventory wishes.
    """

    host: str
    heard: bool = False
    installed: bool = True
    problem: str = ""
    name: str = ""
    local_state: str = ""
    role: str = ""
    node_id: str = ""
    node_address: str = ""
    cluster_id: str = ""
    has_quorum: bool = False
    error: str = ""
    manager_ids: frozenset[str] = field(default_factory=frozenset)
    autolock: bool | None = None
    nodes: tuple[Mapping[str, Any], ...] = ()
    to_unlock: bool = False
    advertise_addr: str = ""

    @property
    def is_live_manager(self) -> bool:
        return self.local_state == "active" and self.role == "manager" and self.has_quorum

    @property
    def is_member(self) -> bool:
        return self.local_state not in ("", "inactive")

    def __str__(self) -> str:
        """In words, for messages."""
        if not self.heard:
            return f"{self.host} was not reached, or failed before in this run"
        if not self.local_state:
            return f"{self.host}: {self.problem or 'its Engine does not answer'}".rstrip(".")
        if self.local_state == "inactive":
            return f"{self.host} is in no swarm"
        words = f"{self.host} is a {self.role or 'node'} of swarm {self.cluster_id or '(unknown)'}"
        words += f" (state {self.local_state}, NodeID {self.node_id or 'unknown'})"
        if self.role == "manager" and self.local_state == "active" and not self.has_quorum:
            words += " without quorum"
        return words + (f": {self.error.rstrip('.')}" if self.error else "")


def answer_of(results: Iterable[Results]) -> Results:
    """What a manager said when several were asked in turn until one answered: the last of a loop's results that is one.

    Others are of managers that were not reached, or that were not asked any more.
    """
    return next((result for result in reversed(list(results)) if "has_quorum" in result), {})


def collect(hostvars: Mapping[str, Results], hosts: Iterable[str], observers: Iterable[str]) -> dict[str, Report]:
    """A report for each host.

    A host asks itself; one that is not in the play was asked by a host that is, one of the `observers`.
    """
    hosts, observers = list(dict.fromkeys(hosts)), list(observers)
    # Each time that a host is looked up, Ansible puts all of its variables together.
    variables = {host: hostvars[host] for host in {*hosts, *observers} if host in hostvars}
    asked: dict[str, Results] = {}
    for observer in observers:
        for name, variable in _ASKED.items():
            for result in _get(variables, observer, name).get("results") or ():
                asked.setdefault(result.get(variable) or "", result)
    return {host: _report(variables, host, asked.get(host) or {}) for host in hosts}


def _report(variables: Mapping[str, Results], host: str, asked: Results) -> Report:
    results = [asked, *(_get(variables, host, name) for name in _STATUS)]
    if _get(variables, host, "__swarm_manager_plan").get("at") == host:
        results.append(_get(variables, host, "__swarm_manager_init"))
    results += [_get(variables, host, name) for name in _JOINED]
    known: dict[str, Any] = {}
    for result in results:
        if "local_state" in result and not result.get("failed"):
            known.update(result)
    return report_of(
        host,
        known,
        to_unlock=known.get("local_state") == "locked" and bool(_get(variables, host, _UNLOCK).get("changed")),
        advertise_addr=str(variables.get(host, {}).get("swarm_node_advertise_addr") or ""),
    )


def report_of(host: str, known: Results, to_unlock: bool = False, advertise_addr: str = "") -> Report:
    """From what a module returned; empty where nothing was heard."""
    engine = known.get("engine") or {}
    return Report(
        host=host,
        heard="local_state" in known,
        installed=engine.get("installed", True),
        problem=engine.get("problem") or "",
        name=engine.get("name") or "",
        **{name: known.get(name) or "" for name in _TEXTS},
        has_quorum=bool(known.get("has_quorum")),
        manager_ids=frozenset(
            peer.get("node_id") for peer in known.get("remote_managers") or () if peer.get("node_id")
        ),
        autolock=((known.get("swarm") or {}).get("settings") or {}).get("autolock"),
        nodes=tuple(known.get("nodes") or ()),
        to_unlock=to_unlock,
        advertise_addr=advertise_addr,
    )


_TEXTS = ("local_state", "role", "node_id", "node_address", "cluster_id", "error")


def _get(variables: Mapping[str, Results], host: str, name: str) -> Results:
    value = variables.get(host, {}).get(name)
    return value if isinstance(value, Mapping) else {}
