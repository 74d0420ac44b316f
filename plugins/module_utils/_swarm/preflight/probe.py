# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sending probes: connections and datagrams to all other hosts at once."""

from __future__ import annotations

import errno
import os
import selectors
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight import packet
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.packet import Probe
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import SystemClock

OPEN = "open"
SENT = "sent"

_AT_ONCE = 200  # hosts; their connections stay well below the usual limit of open files
_COPIES = 2  # of each datagram: one may be lost without a fault of anybody
_HEADERS = {socket.AF_INET: 28, socket.AF_INET6: 48}  # octets of IP and UDP
# For each family: level, option for "do not fragment", its value (probe: whatever is known of the path), option that
# tells the MTU of the route. Python has no names for them.
_MTU = {socket.AF_INET: (socket.IPPROTO_IP, 10, 3, 14), socket.AF_INET6: (socket.IPPROTO_IPV6, 23, 3, 24)}


@dataclass(frozen=True)
class Outcome:
    """`tcp` and `udp` say by port what became of an attempt: open or sent, or why not (refused, timeout, ...)."""

    host: str
    tcp: Mapping[int, str]
    udp: Mapping[int, str]
    mtu: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "host": self.host,
            "tcp": {str(port): found for port, found in self.tcp.items()},
            "udp": {str(port): found for port, found in self.udp.items()},
            "mtu": self.mtu,
        }


def send(targets: Iterable[Mapping[str, Any]], token: str, sender: int, timeout: float) -> list[Outcome]:
    """`targets` are {host, address, tcp: [port], udp: [port], full: port whose path must carry whole packets, or 0}."""
    wanted = [(target, _resolve(target["address"])) for target in targets]
    outcomes = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        for (target, (family, address)), tcp in zip(some, _connect_all(some, timeout)):
            data = packet.payload(Probe(token, sender))
            udp = {port: _send(family, address, port, [data] * _COPIES) for port in target["udp"]}
            mtu = _send_full(family, address, target.get("full") or 0, Probe(token, sender, full=True))
            outcomes.append(Outcome(target["host"], tcp, udp, mtu))
    return outcomes


def _resolve(address: str) -> tuple[socket.AddressFamily, str]:
    return (socket.AF_INET6 if ":" in address else socket.AF_INET), address


def _send(family: socket.AddressFamily, address: str, port: int, datagrams: Iterable[bytes]) -> str:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as opened:
            for data in datagrams:
                opened.sendto(data, (address, port))
    except OSError as problem:
        return _reason(problem.errno)
    return SENT


def _send_full(family: socket.AddressFamily, address: str, port: int, probe: Probe) -> int:
    """A datagram as long as the route's MTU allows, not to be fragmented; that MTU, or 0 where it was not sent."""
    if not port:
        return 0
    level, discover, always, asked = _MTU[family]
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as opened:
            opened.setsockopt(level, discover, always)
            opened.connect((address, port))
            mtu = opened.getsockopt(level, asked)
            for _copy in range(_COPIES):
                opened.send(packet.payload(probe, mtu - _HEADERS[family]))
    except ConnectionRefusedError:  # what the first copy met at a free port
        return mtu
    except OSError:
        return 0
    return mtu


def _connect_all(
    wanted: Iterable[tuple[Mapping[str, Any], tuple[socket.AddressFamily, str]]], timeout: float
) -> list[dict[int, str]]:
    """For each target, what became of the connection to each port."""
    found: list[dict[int, str]] = []
    with selectors.DefaultSelector() as pending:
        for target, (family, address) in wanted:
            results: dict[int, str] = {}
            found.append(results)
            for port in target["tcp"]:
                opened = socket.socket(family, socket.SOCK_STREAM)
                opened.setblocking(False)
                code = opened.connect_ex((address, port))
                if code in (0, errno.EINPROGRESS):
                    pending.register(opened, selectors.EVENT_WRITE, (opened, results, port))
                else:
                    results[port] = _reason(code)
                    opened.close()
        _await(pending, timeout)
    return found


def _await(pending: selectors.BaseSelector, timeout: float) -> None:
    """Note what becomes of each connection, until all are decided or the time is over."""
    clock = SystemClock()
    end = clock.now() + timeout
    while pending.get_map() and clock.now() < end:
        for key, _events in pending.select(max(end - clock.now(), 0)):
            opened, results, port = key.data
            code = opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            results[port] = _reason(code) if code else OPEN
            pending.unregister(opened)
            opened.close()
    for key in list(pending.get_map().values()):
        opened, results, port = key.data
        results[port] = "timeout"
        opened.close()


_REASONS = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network unreachable",
    errno.EPERM: "not permitted by the sender's own firewall",
    errno.EACCES: "prohibited by a firewall",
}


def _reason(code: int | None) -> str:
    return _REASONS.get(code or 0) or os.strerror(code or 0)
