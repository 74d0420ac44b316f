# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes that hosts have left behind: a host that joins again gets a new NodeID, and its old entry stays in the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import as_ip
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report


def stale_nodes(
    nodes: Iterable[Mapping[str, Any]], reports: Iterable[Report], members: Iterable[str]
) -> tuple[list[str], list[str]]:
    """The NodeIDs that hosts have left behind, and warnings.

    `nodes` are all nodes of the swarm, `members` the NodeIDs that hosts report. A node is left behind when it is not
    up, no host reports its NodeID, and a host of the same name and the same address reports another one. A node that
    shares only the name may be another machine, and is left alone.
    """
    own = set(members)
    by_name: dict[str, list[Report]] = {}
    for report in reports:
        if report.is_member and report.node_id and report.name:
            by_name.setdefault(report.name, []).append(report)
    stale, warnings = [], []
    for node in nodes:
        namesakes = by_name.get(node["name"], [])
        if _is_up(node) or node["id"] in own or not namesakes:
            continue
        if any(_same_address(node["address"], report.node_address) for report in namesakes):
            stale.append(node["id"])
        else:
            warnings.append(
                f"Node {node['id']} ({node['name']}, {node['address']}) is not up and has the host name of "
                f"{', '.join(report.host for report in namesakes)}, but another address. It is left alone; if it is "
                "gone for good, remove it (module node_remove)."
            )
    return stale, warnings


def _is_up(node: Mapping[str, Any]) -> bool:
    """The state is known some time after the managers have found that one of them does not answer."""
    return bool(node["state"] == "ready" and node["reachability"] != "unreachable")


def _same_address(one: str, other: str) -> bool:
    address = as_ip(one)
    return address is not None and address == as_ip(other)
