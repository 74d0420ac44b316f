# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the operations on a running swarm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

# Every process that Ansible starts for a task loads all filters of a collection when the task names one of them. What a
# filter needs is imported when it is called: docs/performance.md.


# Where the inventory may say which address a host has.
_ADDRESSES = ("ansible_host", "swarm_node_advertise_addr")


def plan_operation(
    hosts: Sequence[str], hostvars: Mapping[str, Mapping[str, Any]], name: str, targets: str | Sequence[str] = ()
) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import operation
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import collect
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    addresses = {host: [str(hostvars[host].get(name) or host) for name in _ADDRESSES] for host in hosts}
    names = operation.names_of(targets)
    return untrusted(operation.plan_operation(name, collect(hostvars, hosts, hosts), names, addresses).as_dict())


def status_report(
    hosts: Sequence[str],
    hostvars: Mapping[str, Mapping[str, Any]],
    nodes: Sequence[Mapping[str, Any]],
    stacks: Sequence[Mapping[str, Any]],
    locks: Sequence[Mapping[str, Any]] = (),
) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import collect
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.status import status_report as report
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    said = {key: value for result in (*nodes, *stacks, *locks) for key, value in result.items()}
    return untrusted(report(collect(hostvars, hosts, hosts), said))


class FilterModule:
    """Filters for the operations on a running swarm."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"plan_operation": plan_operation, "status_report": status_report}
