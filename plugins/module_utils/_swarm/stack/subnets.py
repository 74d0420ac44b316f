# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Subnets that two networks of a swarm would share.

The Engine creates such a network all the same, and only says in its log that the addresses cannot be allocated: tasks
that use it stay in the state "new" for good (swarmkit manager/allocator, seen on 20.10).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any, Union

Network = Mapping[str, Any]  # {"Name", "IPAM": {"Config": [{"Subnet"}]}}
Subnet = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


def overlaps(wanted: Iterable[Network], present: Iterable[Network]) -> list[str]:
    """In words, each subnet of a wanted network that overlaps one of a present network, or of another wanted one."""
    found, taken = [], [(item["Name"], subnet) for item in present for subnet in _subnets(item)]
    for item in wanted:
        for subnet in _subnets(item):
            found += [
                f"network {item['Name']} cannot have the subnet {subnet}: network {other} has {theirs}"
                for other, theirs in taken
                if subnet.version == theirs.version and subnet.overlaps(theirs)
            ]
            taken.append((item["Name"], subnet))
    return found


def _subnets(network: Network) -> list[Subnet]:
    """Those that can be read; what is wrong with others is for the Engine to say."""
    found = []
    for config in (network.get("IPAM") or {}).get("Config") or []:
        try:
            found.append(ipaddress.ip_network(config.get("Subnet") or "", strict=False))
        except ValueError:
            continue
    return found
