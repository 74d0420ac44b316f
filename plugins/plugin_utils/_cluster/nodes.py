# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wished of the nodes of many hosts, by the NodeIDs that the hosts report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.hosts import Situation, live_managers, same_swarm
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.stale import stale_nodes


@dataclass
class NodesPlan:
    """`nodes` is the option of that name of node_update, to be run on the manager `at`, the first of `managers`.

    `remove` are NodeIDs that hosts have left behind when they joined again.
    """

    at: str = ""
    managers: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def plan_nodes(
    situation: Situation, wishes: Mapping[str, Mapping[str, Any]], managers: Sequence[str], workers: Sequence[str]
) -> NodesPlan:
    """`wishes` are labels and availability by host; the lists say who is to be what.

    Hosts that were not reached, or are in no swarm, are left out with a warning; in check mode hosts that are to join
    are named by their own names.
    """
    if situation.obstacle:
        return NodesPlan(errors=[situation.obstacle])
    plan = NodesPlan()
    both = [host for host in managers if host in workers]
    if both:
        plan.errors.append(f"{', '.join(both)} cannot be both manager and worker.")
    live = live_managers(situation)
    if live:
        plan.managers = [report.host for report in live if report.cluster_id == live[0].cluster_id]
        ids = [report.node_id for report in situation.reports.values()]
        nodes = next((report.nodes for report in live if report.nodes), ())  # who joined just now has told none
        plan.remove, plan.warnings = stale_nodes(nodes, map(situation.reports.__getitem__, wishes), ids)
    elif situation.check_mode:
        plan.managers = [host for host in managers if host in situation.play_hosts][:1]
    else:
        listing = "; ".join(str(situation.reports[host]) for host in managers)
        plan.errors.append(f"No manager was found whose swarm has a quorum. {listing}.")
    plan.at = plan.managers[0] if plan.managers else ""
    for host, wish in wishes.items():
        report = situation.reports[host]
        if not report.is_member:
            wish = {key: value for key, value in wish.items() if key == "labels"}  # to join sets the rest
        elif host in managers or host in workers:
            wish = {**wish, "role": "manager" if host in managers else "worker"}
        key = _node_of(report, live[0] if live else None, situation.check_mode, plan)
        if key:
            plan.nodes[key] = dict(wish)
    return plan


def _node_of(report: Report, manager: Report | None, check_mode: bool, plan: NodesPlan) -> str:
    if report.node_id and manager:
        if same_swarm(report, manager):
            return report.node_id
        plan.errors.append(f"{report}, not of swarm {manager.cluster_id} (manager {manager.host}).")
        return ""
    if check_mode and report.heard and not report.is_member:
        return report.host
    plan.warnings.append(f"{report}; its labels, availability and role are left as they are.")
    return ""
