# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the roles: decisions over what all hosts report, as data for tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

# Every process that Ansible starts for a task loads all filters of a collection when the task names one of them. What a
# filter needs is imported when it is called: docs/performance.md.


HostVars = Mapping[str, Mapping[str, Any]]


def plan_managers(
    hosts: Sequence[str],
    hostvars: HostVars,
    play_hosts: Sequence[str],
    decided_by: str,
    absent: Sequence[str] = (),
    check_mode: bool = False,
    autolock: bool | None = None,
    key_file: str = "",
    key_file_is_vault: bool = False,
) -> dict[str, Any]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import hosts as decisions
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.shown import shown

    situation = _situation(
        "manager", hosts, [*hosts, *play_hosts], hostvars, play_hosts, decided_by, check_mode, absent=absent
    )
    return shown(decisions.plan_managers(situation, decisions.Autolock(autolock, key_file, key_file_is_vault)))


def plan_workers(
    hosts: Sequence[str],
    hostvars: HostVars,
    managers: Sequence[str],
    play_hosts: Sequence[str],
    decided_by: str,
    check_mode: bool = False,
) -> dict[str, Any]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import hosts as decisions
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.shown import shown

    situation = _situation("worker", hosts, [*hosts, *managers], hostvars, play_hosts, decided_by, check_mode)
    return shown(decisions.plan_workers(situation))


def plan_nodes(
    hosts: Sequence[str],
    hostvars: HostVars,
    managers: Sequence[str],
    workers: Sequence[str],
    play_hosts: Sequence[str],
    decided_by: str,
    check_mode: bool = False,
) -> dict[str, Any]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import nodes
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.shown import shown

    situation = _situation("manager", managers, [*hosts, *managers], hostvars, play_hosts, decided_by, check_mode)
    wishes = {host: _wish(hostvars[host]) for host in hosts}
    return shown(nodes.plan_nodes(situation, wishes, managers, workers))


def hosts_to_ask(
    hosts: Sequence[str], hostvars: HostVars, play_hosts: Sequence[str], managers: Sequence[str] = ()
) -> list[str]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import collect

    reports = collect(hostvars, [*hosts, *managers], play_hosts)
    enough = any(report.is_live_manager for report in reports.values())
    return [host for host, report in reports.items() if not report.heard and (host in hosts or not enough)]


def answer_of_managers(results: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import answer_of

    return answer_of(results)


def _situation(
    role: str,
    hosts: Sequence[str],
    asked: Sequence[str],
    hostvars: HostVars,
    play_hosts: Sequence[str],
    decided_by: str,
    check_mode: bool,
    absent: Sequence[str] = (),
) -> Any:
    """The Situation of the hosts to decide on; it has the reports of `asked`."""
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.hosts import Situation, out_of_step
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import collect

    reports = collect(hostvars, [*asked, *play_hosts], play_hosts)
    obstacle = out_of_step(decided_by, play_hosts, reports)
    return Situation(role, hosts, {host: reports[host] for host in asked}, play_hosts, absent, check_mode, obstacle)


_WISHES = {"labels": "swarm_node_labels", "availability": "swarm_node_availability"}


def _wish(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(variables[name]) for key, name in _WISHES.items() if name in variables}


def _plain(value: Any) -> Any:
    """Templates in variables are resolved when they are read, one by one; what is copied as a whole keeps them."""
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, Mapping) else value


class FilterModule:
    """Filters for the roles that make a swarm out of hosts."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "plan_managers": plan_managers,
            "plan_workers": plan_workers,
            "plan_nodes": plan_nodes,
            "hosts_to_ask": hosts_to_ask,
            "answer_of_managers": answer_of_managers,
        }
