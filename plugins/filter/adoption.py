# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters that take over a swarm which was made by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.utils.display import Display

# Every process that Ansible starts for a task loads all filters of a collection when the task names one of them. What a
# filter needs is imported when it is called: docs/performance.md.

HostVars = Mapping[str, Mapping[str, Any]]


def swarm_adoption(
    hosts: Sequence[str], hostvars: HostVars, swarm: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]]
) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import adoption
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import collect
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    connections = {
        host: {name: hostvars[host][name] for name in adoption.CONNECTION if name in hostvars[host]} for host in hosts
    }
    found = adoption.adopt(
        swarm,
        next(result["nodes"] for result in nodes if "nodes" in result),
        collect(hostvars, hosts, hosts),
        {host: hostvars[host].get("__swarm_adopt_engine") or {} for host in hosts},
        connections,
    )
    for warning in found.warnings:
        Display().warning(warning)
    # Labels are anybody's text: none of it is a template.
    return untrusted({"files": found.files, "engines": found.engines, "warnings": found.warnings})


def adoption_remaining(hosts: Sequence[str], hostvars: HostVars) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.adoption import remaining
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    checked = {host: hostvars[host].get("__swarm_adopt_checked") or {} for host in hosts}
    return untrusted(remaining({host: result for host, result in checked.items() if "skipped" not in result}))


class FilterModule:
    """Filters that take over a swarm which was made by hand."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"swarm_adoption": swarm_adoption, "adoption_remaining": adoption_remaining}
