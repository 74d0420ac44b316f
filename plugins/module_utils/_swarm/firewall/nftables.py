# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules in nftables: a table of our own, which is replaced whole in one transaction. No other table is touched.

A packet has to be accepted by the chains of all tables, and whichever drops it has the last word. So the table can shut
strangers out, before other tables see them, and it cannot let anybody in whom another table drops.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import (
    Access,
    access,
    address,
    numbers,
    version,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.actions import Command

TABLE = "inet apiary_swarm"

_SETS = {4: ("members4", "ipv4_addr", "ip"), 6: ("members6", "ipv6_addr", "ip6")}
_ELEMENTS = re.compile(r"\belements = \{([^}]*)\}")
_DELETED = f"table {TABLE}\ndelete table {TABLE}\n"


def table(wish: Access) -> str:
    """As `nft --stateless list table` prints it, apart from white space."""
    sets = "".join(_set(wish, family) for family in _SETS)
    rules = ['iifname "lo" accept']
    for protocol in ("tcp", "udp"):
        opened, closed = (_ports(numbers(ports, protocol)) for ports in (wish.opened, wish.closed))
        if opened:
            rules += [f"{protocol} dport {opened} {kind} saddr @{name} accept" for name, _type, kind in _SETS.values()]
        if closed:
            rules.append(f"{protocol} dport {closed} counter drop")
    lines = "".join(f"\t\t{rule}\n" for rule in rules)
    # Before the tables of the host, which may then accept these ports from everywhere.
    chain = f"\tchain input {{\n\t\ttype filter hook input priority filter - 5; policy accept;\n{lines}\t}}\n"
    return f"table {TABLE} {{\n{sets}{chain}}}\n"


def loaded(wish: Access) -> str:
    """What `nft --file` is to be given: the table takes the place of the one that is there."""
    return _DELETED + table(wish)


def read(text: str) -> Access:
    """What the rules of our table say."""
    opened: list[str] = []
    closed: list[str] = []
    for protocol, ports, verdict in re.findall(r"\b(tcp|udp) dport (\{[^}]*\}|\d+)[^\n]* (accept|drop)\n", text):
        (opened if verdict == "accept" else closed).extend(f"{port}/{protocol}" for port in re.findall(r"\d+", ports))
    return access(_members(text), opened, closed)


def changes(present: str, wish: Access | None, tool: str) -> list[Command]:
    """What turns the table that is there into the wish (None: no table). `tool` is the path of nft."""
    if wish is None:
        return [Command((tool, "--file", "-"), _DELETED)] if present else []
    return [] if _same(present, table(wish)) else [Command((tool, "--file", "-"), loaded(wish))]


def _same(one: str, other: str) -> bool:
    """The order of members is nobody's business."""
    return sorted(_members(one)) == sorted(_members(other)) and _without_members(one) == _without_members(other)


def _without_members(text: str) -> list[str]:
    return _ELEMENTS.sub("", text).split()


def _members(text: str) -> list[str]:
    return [address(member.strip()) for listed in _ELEMENTS.findall(text) for member in listed.split(",")]


def _set(wish: Access, family: int) -> str:
    name, kind, _protocol = _SETS[family]
    members = ", ".join(_apart([member for member in wish.members if version(member) == family]))
    elements = f"\t\telements = {{ {members} }}\n" if members else ""
    return f"\tset {name} {{\n\t\ttype {kind}\n\t\tflags interval\n{elements}\t}}\n"


def _apart(members: Sequence[str]) -> list[str]:
    """Without those that are within another one: nft refuses intervals that overlap."""
    found: list[Any] = []
    for network in map(ipaddress.ip_network, members):  # sorted, so what holds others comes right before them
        if not found or not found[-1].supernet_of(network):
            found.append(network)
    return [address(str(network)) for network in found]


def _ports(listed: Sequence[int]) -> str:
    """nft prints a set of one as the one."""
    return f"{{ {', '.join(map(str, listed))} }}" if len(listed) > 1 else "".join(map(str, listed))
