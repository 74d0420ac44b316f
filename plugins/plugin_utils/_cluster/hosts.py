# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts are to make a swarm, to join it, or to be left alone: decided over what all of them report."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import advice
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report

Reports = Mapping[str, Report]


@dataclass
class HostPlan:
    """What to do with hosts.

    `at` is the one to speak to: a live manager, or the host that is to make the swarm (`init`). `managers` are all that
    can be spoken to, `at` first. `join` are hosts that are to join, in this order. `autolock` says whether the swarm
    has autolock on, or is to have it. With `errors` nothing is to be done.
    """

    at: str = ""
    managers: list[str] = field(default_factory=list)
    init: bool = False
    cluster_id: str = ""
    join: list[str] = field(default_factory=list)
    autolock: bool = False
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Situation:
    """`hosts` are those to decide on (`role`: what they are to be), `play_hosts` those that can be acted upon now.

    `reports` are of all hosts that were asked, among them others than `hosts`. `absent` are hosts that need not be
    asked. With an `obstacle` nothing can be decided.
    """

    role: str
    hosts: Sequence[str]
    reports: Reports
    play_hosts: Collection[str]
    absent: Collection[str] = ()
    check_mode: bool = False
    obstacle: str = ""


@dataclass(frozen=True)
class Autolock:
    """What is wished of autolock (None: let it be as it is), and the file on the controller that keeps the key.

    `vault` says that there is a file encrypted by Ansible Vault, which roles read and do not write.
    """

    wished: bool | None = None
    key_file: str = ""
    vault: bool = False


def out_of_step(decided_by: str, play_hosts: Sequence[str], reports: Reports) -> str:
    """What to say when the hosts of the play do not go through its tasks together: then not only the first of them
    decides, or one decides before all have reported.
    """
    if decided_by == play_hosts[0] and all(reports[host].heard for host in play_hosts):
        return ""
    return (
        "This role decides over what all hosts say, and the hosts of this play do not go through its tasks together. "
        'Set "strategy: linear" in the play.'
    )


def plan_managers(situation: Situation, autolock: Autolock) -> HostPlan:
    """A swarm is made only when every declared manager was asked, and no host that was asked is in one in any state.

    Autolock is turned on only where the unlock key will be kept: a swarm whose managers lose their power before anybody
    read the key is lost.
    """
    if situation.obstacle:
        return HostPlan(errors=[situation.obstacle])
    plan = HostPlan(errors=_contradictions(situation.reports))
    live = live_managers(situation)
    if not plan.errors and live:
        _join_existing(situation, live, plan)
    elif not plan.errors:
        _make_swarm(situation, plan)
    plan.warnings += filter(None, [advice(len(situation.hosts))])
    is_on = bool(live and live[0].autolock)
    plan.autolock = is_on if autolock.wished is None else autolock.wished
    if plan.autolock and not is_on:
        plan.errors += filter(None, [_keeper_missing(autolock)])
    return plan


def _keeper_missing(autolock: Autolock) -> str:
    if not autolock.key_file:
        return (
            "Autolock is to be turned on, but nothing says where the unlock key is to be kept, without which managers "
            "that were restarted cannot come back. Set swarm_manager_unlock_key_file."
        )
    if autolock.vault:
        return (
            f"Autolock is to be turned on, but {autolock.key_file} is encrypted by Ansible Vault: the new unlock key "
            "cannot be stored there. Name a new file in swarm_manager_unlock_key_file, and encrypt that one when the "
            "key is in it (ansible-vault encrypt)."
        )
    return ""


def plan_workers(situation: Situation) -> HostPlan:
    """Workers join the swarm of the managers that were asked. In check mode that swarm may be one still to be made."""
    if situation.obstacle:
        return HostPlan(errors=[situation.obstacle])
    plan = HostPlan(errors=_contradictions(situation.reports))
    live = live_managers(situation)
    if plan.errors:
        return plan
    if live:
        _join_existing(situation, live, plan)
        return plan
    others = [report for host, report in situation.reports.items() if host not in situation.hosts]
    planned = [report.host for report in others if _is_blank(report, situation.check_mode)]
    if situation.check_mode and planned and not any(report.is_member for report in others):
        plan.at = planned[0]
        plan.managers = planned[:1]
        plan.join = [host for host in _actable(situation) if _is_blank(situation.reports[host], check_mode=True)]
        return plan
    plan.errors.append(
        "No manager was found whose swarm has a quorum, so nothing can join. "
        + _listing(others or "No manager was asked.")
    )
    return plan


def live_managers(situation: Situation) -> list[Report]:
    """Those to speak to, best first: declared as managers, then in the play."""
    reports = [report for report in situation.reports.values() if report.is_live_manager]
    declared = situation.hosts if situation.role == "manager" else ()
    order = {host: number for number, host in enumerate(declared)}
    return sorted(
        reports,
        key=lambda report: (
            report.host not in order,
            report.host not in situation.play_hosts,
            order.get(report.host, 0),
        ),
    )


def same_swarm(report: Report, manager: Report) -> bool:
    """By the cluster ID; where a node cannot tell it, by the NodeIDs of the managers that it knows."""
    if report.cluster_id:
        return report.cluster_id == manager.cluster_id
    return bool(report.manager_ids & {manager.node_id, *manager.manager_ids})


_KEY_HINT = "let swarm_manager_unlock_key or swarm_manager_unlock_key_file give the role the unlock key"


def _join_existing(situation: Situation, live: Sequence[Report], plan: HostPlan) -> None:
    manager = live[0]
    plan.at, plan.cluster_id = manager.host, manager.cluster_id
    plan.managers = [report.host for report in live if report.cluster_id == manager.cluster_id]
    for host in situation.hosts:
        report = situation.reports[host]
        if host not in situation.play_hosts:
            continue
        if _is_blank(report, situation.check_mode):
            plan.join.append(host)
        else:
            _judge_member(report, manager, plan)


def _judge_member(report: Report, manager: Report, plan: HostPlan) -> None:
    if not report.is_member:
        plan.errors.append(f"{report}".rstrip(".") + ".")
    elif report.local_state == "pending":
        plan.join.append(report.host)  # the module waits for it
    elif not same_swarm(report, manager):
        plan.errors.append(
            f"{report}, not of swarm {manager.cluster_id} (manager {manager.host}, NodeID {manager.node_id}). "
            "If it is to change, let it leave first: docker swarm leave --force."
        )
    elif report.to_unlock:
        plan.warnings.append(f"{report}. It is to be unlocked; what is to be done with it then cannot be foretold.")
    elif report.local_state == "locked":
        plan.errors.append(f"{report}. Unlock it (docker swarm unlock), or {_KEY_HINT}.")
    elif report.local_state != "active":
        plan.errors.append(
            f"{report}. If it cannot recover, remove it from the swarm on a manager, let it leave "
            "(docker swarm leave --force) and run again."
        )
    else:
        plan.warnings += _member_warnings(report)


def _member_warnings(report: Report) -> list[str]:
    warnings = []
    if report.role == "manager" and not report.has_quorum:
        warnings.append(f"{report}.")
    if report.node_address and _differ(report.advertise_addr, report.node_address):
        warnings.append(
            f"{report.host} advertises {report.node_address}, not {report.advertise_addr}. A node's address can be set "
            "only when it joins: let it leave and join again."
        )
    return warnings


def _differ(wished: str, actual: str) -> bool:
    """Whether an address differs. Names of interfaces (and addresses with a port) are not compared."""
    try:
        return ipaddress.ip_address(wished) != ipaddress.ip_address(actual)
    except ValueError:
        return False


def _make_swarm(situation: Situation, plan: HostPlan) -> None:
    members = [report for report in situation.reports.values() if report.is_member]
    if members:
        plan.errors.append(
            "No swarm is made where one exists already, and none of these hosts is a manager whose swarm has a quorum. "
            + _listing(members)
            + " Start managers that are down, unlock those that are locked, let hosts of another swarm leave it."
            + (f" To unlock, {_KEY_HINT}." if any(m.local_state == "locked" for m in members) else "")
        )
        return
    blank = [h for h in situation.hosts if _is_blank(situation.reports[h], situation.check_mode)]
    silent = [h for h in situation.hosts if h not in blank and h not in situation.absent]
    seeds = [host for host in blank if host in situation.play_hosts]
    if silent:
        plan.errors.append(
            "No swarm is made, because these managers may be in one and could not be asked. "
            + _listing([situation.reports[host] for host in silent])
            + " Make them reachable; those that are gone for good can be named in swarm_manager_absent_hosts."
        )
    elif not seeds:
        plan.errors.append("No swarm is made: none of the hosts of this run is to be a manager.")
    else:
        plan.at, plan.managers, plan.init, plan.join = seeds[0], seeds[:1], True, seeds[1:]


def _actable(situation: Situation) -> list[str]:
    return [host for host in situation.hosts if host in situation.play_hosts]


def _is_blank(report: Report, check_mode: bool) -> bool:
    """Whether the host is in no swarm for sure. In check mode an Engine that is not installed yet is as good."""
    return report.local_state == "inactive" or (check_mode and report.heard and not report.installed)


def _contradictions(reports: Reports) -> list[str]:
    """What makes every decision wrong: several swarms, and nodes that are copies of one another."""
    errors = []
    clusters: dict[str, list[str]] = {}
    nodes: dict[str, list[str]] = {}
    for host, report in reports.items():
        if report.is_live_manager:
            clusters.setdefault(report.cluster_id, []).append(host)
        if report.node_id:
            nodes.setdefault(report.node_id, []).append(host)
    if len(clusters) > 1:
        found = "; ".join(f"{cluster} ({', '.join(hosts)})" for cluster, hosts in clusters.items())
        errors.append(f"Managers of {len(clusters)} swarms are among these hosts: {found}. They must be of one swarm.")
    for node, hosts in nodes.items():
        if len(hosts) > 1:
            errors.append(
                f"{' and '.join(hosts)} have the same NodeID {node}: they are one host, or copies of one. Let all "
                "copies but one leave the swarm (docker swarm leave --force)."
            )
    return errors


def _listing(reports: Iterable[Report] | str) -> str:
    return reports if isinstance(reports, str) else "; ".join(map(str, reports)) + "."
