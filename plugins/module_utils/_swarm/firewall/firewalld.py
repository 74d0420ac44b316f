# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules in firewalld: rich rules in every zone that packets from outside can come into, known by their priority.

Rich rules and not sets of addresses or policies, because those can be made only by a reload, which takes published
ports away until Docker is restarted (before Engine 29). So what runs and what is kept are changed one after the other,
and nothing is reloaded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import (
    Access,
    access,
    address,
    version,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.actions import Command

# Before all other rules of a zone; among ours, those for members first.
_OPEN, _CLOSE = -2377, -2376
_OURS = re.compile(rf'rule priority="(?:{_OPEN}|{_CLOSE})" ')
# The zone of Docker's own bridges.
_DOCKERS = "docker"


@dataclass(frozen=True)
class Zone:
    """`rules` are the rich rules of ours."""

    name: str
    active: bool
    rules: frozenset[str]


def zones(listed: str) -> list[Zone]:
    """From `firewall-cmd --list-all-zones`."""
    found = []
    for block in re.split(r"\n(?=\S)", f"\n{listed}"):
        heading = re.match(r"(\S+)(?: \(([^)]*)\))?", block.strip("\n"))
        if heading:
            rules = frozenset(line.strip() for line in block.splitlines() if _OURS.match(line.strip()))
            found.append(Zone(heading.group(1), "active" in (heading.group(2) or ""), rules))
    return found


def rules(wish: Access) -> frozenset[str]:
    """As firewall-cmd prints them."""
    found = []
    for member in wish.members:
        source = f'rule priority="{_OPEN}" family="ipv{version(member)}" source address="{member}"'
        found += [f"{source} {_port(port)} accept" for port in wish.opened]
        found.append(f'{source} protocol value="esp" accept')
    return frozenset([*found, *(f'rule priority="{_CLOSE}" {_port(port)} drop' for port in wish.closed)])


def read(listed: str) -> Access:
    members: list[str] = []
    opened: list[str] = []
    closed: list[str] = []
    for rule in (rule for zone in zones(listed) for rule in zone.rules):
        source = re.search(r'source address="([^"]+)"', rule)
        port = re.search(r'port port="(\d+)" protocol="(\w+)"', rule)
        if source:
            members.append(address(source.group(1)))
        if port:
            (opened if source else closed).append("/".join(port.groups()))
    return access(members, opened, closed)


def changes(running: str, permanent: str, default: str, wish: Access | None) -> list[Command]:
    """What turns what is there into the wish (None: nothing of ours), now and after a restart of firewalld."""
    active = {zone.name for zone in zones(running) if zone.active}
    guarded = {default, *active} - {_DOCKERS} if wish is not None else set()
    found = []
    for option, listed in ((), running), (("--permanent",), permanent):
        for zone in zones(listed):
            wanted = rules(wish) if wish is not None and zone.name in guarded else frozenset()
            found += _command(option, zone.name, "add", sorted(wanted - zone.rules, reverse=True))  # members first
            found += _command(option, zone.name, "remove", sorted(zone.rules - wanted))
    return found


def _command(option: Sequence[str], zone: str, verb: str, changed: Sequence[str]) -> list[Command]:
    if not changed:
        return []
    return [Command(("firewall-cmd", *option, f"--zone={zone}", *(f"--{verb}-rich-rule={rule}" for rule in changed)))]


def _port(port: str) -> str:
    number, _slash, protocol = port.partition("/")
    return f'port port="{number}" protocol="{protocol}"'
