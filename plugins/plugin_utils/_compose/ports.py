# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The short syntax of ports, `[ip:][published[-published]:]target[-target][/protocol]` (go-connections/nat).

Ports of services listen on all addresses, so an address is read, warned about and dropped.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_PORT = re.compile(r"[0-9]+", re.ASCII)
_PROTOCOLS = ("tcp", "udp", "sctp")


@dataclass(frozen=True)
class Port:
    """One published port. `published` is 0 where the swarm chooses."""

    target: int
    published: int
    protocol: str


def parse_ports(text: str) -> tuple[list[Port], list[str]]:
    """The ports of one entry, in the CLI's order, and its warnings. ValueError if it is no port."""
    address, published, target = _split(text)
    target, _slash, protocol = target.partition("/")
    protocol = protocol.partition("/")[0].lower() or "tcp"
    if address and not _is_address(address):
        raise ValueError(f"invalid IP address: {address}")
    if not target:
        raise ValueError(f"no port specified: {text}<empty>")
    first, last = _range(target, "containerPort")
    first_published, last_published = _range(published, "hostPort") if published else (0, 0)
    if protocol not in _PROTOCOLS:
        raise ValueError(f"invalid proto: {protocol}")
    if published and first != last and last - first != last_published - first_published:
        raise ValueError(f"invalid ranges specified for container and host Ports: {target} and {published}")
    ports, warnings = [], []
    for number in range(first, last + 1):
        if first == last:  # then each published port of the range leads to it
            wanted = range(first_published, last_published + 1)
            shown = published if first_published == last_published else f"{first_published}-{last_published}"
        else:
            host = first_published + number - first if published else 0
            wanted = range(host, host + 1)
            shown = str(host) if published else ""
        ports += [Port(number, host, protocol) for host in wanted]
        if address and not ipaddress.ip_address(address).is_unspecified:
            joined = f"[{address}]:{shown}" if ":" in address else f"{address}:{shown}"
            warnings.append(f"ignoring IP-address ({joined}:{number}/{protocol}) service will listen on '0.0.0.0'")
    # The CLI sorts the targets as text: "10/tcp" before "9/tcp".
    return sorted(ports, key=lambda port: f"{port.target}/{port.protocol}"), warnings


def _split(text: str) -> tuple[str, str, str]:
    """Address, published and target; the address may hold colons of its own."""
    *rest, target = text.split(":")
    published = rest.pop() if rest else ""
    address = ":".join(rest)
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    return address, published, target


def _range(text: str, what: str) -> tuple[int, int]:
    # A third number, as in `1-2-3`, is not looked at.
    numbers = [_number(part) for part in text.split("-")[:2]]
    if None in numbers or (numbers[-1] or 0) < (numbers[0] or 0):
        raise ValueError(f"invalid {what}: {text}")
    return numbers[0] or 0, numbers[-1] or 0


def _number(text: str) -> int | None:
    return int(text) if _PORT.fullmatch(text) and int(text) <= 65535 else None


def _is_address(text: str) -> bool:
    try:
        return "%" not in text and bool(ipaddress.ip_address(text))
    except ValueError:
        return False
