# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter of the role swarm_firewall."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.utils.display import Display

# Every process that Ansible starts for a task loads all filters of a collection when the task names one of them. What a
# filter needs is imported when it is called: docs/performance.md.

_VARIABLES = ("swarm_firewall_addresses", "swarm_node_advertise_addr", "swarm_node_data_path_addr")


def firewall_members(
    hosts: Sequence[str], hostvars: Mapping[str, Mapping[str, Any]], extra: Sequence[str] = ()
) -> dict[str, Any]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.members import members

    known: dict[str, dict[str, Any]] = {}
    for host in hosts:
        variables = hostvars[host]
        known[host] = {name: variables[name] for name in _VARIABLES if name in variables}
        known[host]["addresses"] = variables.get("__swarm_firewall_host", {}).get("addresses")
    found = members(hosts, known, extra)
    for warning in found.warnings:
        Display().warning(warning)
    return found.as_dict()


class FilterModule:
    """The filter of the role swarm_firewall."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"firewall_members": firewall_members}
