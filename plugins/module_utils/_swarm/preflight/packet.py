# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes: datagrams that a listener recognises among all that reach a host.

A listener has a raw socket. The kernel hands it a copy of every datagram that has passed the host's packet filter
(iptables and nftables, INPUT), whether or not anybody has bound the port it is for: so a port that an Engine holds can
be probed as well as a free one. (A packet socket would see the datagrams before the filter, and prove nothing.)
"""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

# The first eight octets are no valid VXLAN header (the flag for a network identifier is not set), so that the kernel
# drops a probe to the data path port without a word.
MAGIC = b"APSW\0\0\0\0"
TOKEN = 16  # octets
_HEAD = struct.Struct(f"!8s{TOKEN}sHB")
_UDP = 8  # octets of its header

SOURCE_FILTER = 26  # SO_ATTACH_FILTER of Linux

# Instructions of the classic Berkeley packet filter: (code, jump if true, jump if false, operand).
_LOAD_HEADER_LENGTH, _LOAD_AT_INDEX, _LOAD_AT, _JUMP_IF_EQUAL, _RETURN = 0xB1, 0x40, 0x20, 0x15, 0x06
_KNOWN = int.from_bytes(MAGIC[:4], "big")
_PASS = [(_JUMP_IF_EQUAL, 0, 1, _KNOWN), (_RETURN, 0, 0, 0xFFFF), (_RETURN, 0, 0, 0)]
# A raw socket of IPv4 sees the IP header first, one of IPv6 begins with the UDP header.
_PROGRAMS = {
    4: [(_LOAD_HEADER_LENGTH, 0, 0, 0), (_LOAD_AT_INDEX, 0, 0, _UDP), *_PASS],
    6: [(_LOAD_AT, 0, 0, _UDP), *_PASS],
}


@dataclass(frozen=True)
class Probe:
    """`sender` is the number of the host that sent it. `full`: it was as long as the sender's MTU allows."""

    token: str
    sender: int
    full: bool = False


@dataclass(frozen=True)
class Received:
    """A probe and the UDP port that it came to."""

    probe: Probe
    port: int


def check_token(token: str) -> None:
    """Raises SwarmError for a token that a datagram cannot carry."""
    if not (token.isascii() and token.isalnum() and len(token) == TOKEN):
        raise SwarmError(f"token must be {TOKEN} letters and digits, not {token!r}.", "Nothing was changed.")


def payload(probe: Probe, length: int = 0) -> bytes:
    """What a probe's datagram carries, filled up to `length` octets."""
    head = _HEAD.pack(MAGIC, probe.token.encode(), probe.sender, probe.full)
    return head.ljust(length, b"\0")


def parse(packet: bytes, version: int) -> Received | None:
    """From what a raw socket of this IP version received; None for what is no probe."""
    start = (packet[0] & 0x0F) * 4 if version == 4 and packet else 0
    udp = packet[start:]
    if len(udp) < _UDP + _HEAD.size:
        return None
    magic, token, sender, full = _HEAD.unpack_from(udp, _UDP)
    if magic != MAGIC:
        return None
    port = int.from_bytes(udp[2:4], "big")
    return Received(Probe(token.decode("ascii", "replace"), sender, bool(full)), port)


def only_probes(version: int) -> tuple[bytes, object]:
    """The value of SO_ATTACH_FILTER that lets only probes through: a busy host has other traffic.

    The second value has to live until the option is set: the first one points to it.
    """
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in _PROGRAMS[version])
    memory = ctypes.create_string_buffer(program, len(program))
    return struct.pack("HP", len(_PROGRAMS[version]), ctypes.addressof(memory)), memory
