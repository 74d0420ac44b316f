# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses, routes and ports of a host: plain data of what the kernel and ip(8) print."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

_TCP_LISTENS, _UDP_BOUND = "0A", "07"


@dataclass(frozen=True)
class Address:
    """`prefix` is the length of the network part, `mtu` that of the interface."""

    interface: str
    address: str
    prefix: int
    mtu: int


@dataclass(frozen=True)
class Route:
    """`destination` is a network, or "default"."""

    destination: str
    interface: str


@dataclass(frozen=True)
class Socket:
    """A bound port. `inode` identifies the socket among the open files of processes."""

    protocol: str
    port: int
    inode: str


def addresses(text: str) -> list[Address]:
    """From `ip -json address show`: those that other hosts may use."""
    return [
        Address(link["ifname"], entry["local"], entry["prefixlen"], link.get("mtu", 0))
        for link in _items(text)
        for entry in link.get("addr_info") or []
        if entry.get("scope") == "global" and "local" in entry
    ]


def routes(text: str) -> list[Route]:
    """From `ip -json route show`."""
    return [Route(item["dst"], item.get("dev", "")) for item in _items(text) if "dst" in item]


def _items(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [item for item in found if isinstance(item, dict)]


def bound(text: str, protocol: str, ports: Collection[int]) -> list[Socket]:
    """From /proc/net/tcp, udp and their kin: who listens on one of these ports."""
    state = _TCP_LISTENS if protocol == "tcp" else _UDP_BOUND
    found = []
    for line in text.splitlines()[1:]:
        words = line.split()
        if len(words) > 9 and words[3] == state:
            port = int(words[1].rpartition(":")[2], 16)
            if port in ports:
                found.append(Socket(protocol, port, words[9]))
    return found
