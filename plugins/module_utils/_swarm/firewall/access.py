# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may reach the ports of a swarm on a host: the same data for every kind of firewall."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

# What swarm nodes listen on (Docker's manual, "Open protocols and ports between the hosts"). ESP, the protocol of
# encrypted overlay networks, has no ports; members may always send it.
MANAGER = "2377/tcp"
GOSSIP = ("7946/tcp", "7946/udp")
DATA_PATH_PORT = 4789
# Docker's manual, docker swarm init --data-path-port.
_DATA_PATH_RANGE = range(1024, 49152)


@dataclass(frozen=True)
class Access:
    """`members` are addresses and networks, `opened` the ports that are open to them, `closed` those that are closed to
    everybody else, like "7946/udp". All sorted, each once."""

    members: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.members or self.opened or self.closed)

    def as_dict(self) -> dict[str, list[str]]:
        return {"members": list(self.members), "opened": list(self.opened), "closed": list(self.closed)}


def access(members: Iterable[str], opened: Iterable[str], closed: Iterable[str]) -> Access:
    return Access(
        tuple(sorted(set(members), key=_address_order)),
        tuple(sorted(set(opened), key=_port_order)),
        tuple(sorted(set(closed), key=_port_order)),
    )


def wished(options: Mapping[str, Any]) -> Access:
    """What the module's options ask for; a SwarmError that names every value that cannot be right."""
    problems = []
    members = []
    for text in options["members"] or ():
        try:
            member = address(text)
        except ValueError:
            problems.append(f"members: {text!r} is neither an IP address nor a network")
            continue
        if ipaddress.ip_network(member).prefixlen == 0:
            problems.append(f"members: {text!r} is the whole world")
        members.append(member)
    if not options["members"]:
        problems.append("members: there are none")
    port = options["data_path_port"] or DATA_PATH_PORT
    if port not in _DATA_PATH_RANGE:
        problems.append(f"data_path_port: {port} is not between 1024 and 49151")
    if problems:
        raise SwarmError("; ".join(problems) + ". Nothing was changed.", "Correct the options.")
    closed = (MANAGER, *GOSSIP, f"{port}/udp")
    return access(members, closed if options["manager"] else closed[1:], closed)


def grown(present: Access, wish: Access) -> Access:
    """The wish when it may not be all: what there is stays, and nobody is shut out who is not shut out already."""
    return access({*present.members, *wish.members}, {*present.opened, *wish.opened}, present.closed)


def address(text: str) -> str:
    """An address or a network in its one form: an address without its prefix. ValueError for anything else."""
    network = ipaddress.ip_network(text)
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def version(member: str) -> int:
    """4 or 6."""
    return ipaddress.ip_network(member).version


def numbers(ports: Iterable[str], protocol: str) -> list[int]:
    """The port numbers of a protocol, in order."""
    return sorted(int(port.partition("/")[0]) for port in ports if port.endswith(f"/{protocol}"))


def _address_order(member: str) -> tuple[int, int, int]:
    network = ipaddress.ip_network(member)
    return network.version, int(network.network_address), network.prefixlen


def _port_order(port: str) -> tuple[int, str]:
    number, _slash, protocol = port.partition("/")
    return int(number), protocol
