# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes as they travel: made, recognised among other datagrams, and told apart from those of other runs."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.packet import (
    MAGIC,
    Probe,
    Received,
    check_token,
    only_probes,
    parse,
    payload,
)

TOKEN = "0123456789abcdef"


def udp(data, port):
    return struct.pack("!HHHH", 40000, port, 8 + len(data), 0) + data


def ip(data, options=b""):
    """An IPv4 header as far as it matters: its length."""
    return bytes([0x40 | (5 + len(options) // 4)]) + b"\0" * 19 + options + data


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("sender", [0, 1, 65535])
def test_a_probe_is_read_as_it_was_made(sender, full):
    probe = Probe(TOKEN, sender, full)
    assert parse(ip(udp(payload(probe), 7946)), 4) == Received(probe, 7946)
    assert parse(ip(udp(payload(probe), 7946), options=b"\0" * 8), 4) == Received(probe, 7946)
    assert parse(udp(payload(probe), 4789), 6) == Received(probe, 4789)


def test_a_probe_is_filled_up():
    data = payload(Probe(TOKEN, 3, full=True), 1472)
    assert len(data) == 1472
    assert parse(udp(data, 4789), 6) == Received(Probe(TOKEN, 3, full=True), 4789)


@pytest.mark.parametrize("packet", [b"", b"\x45", ip(b""), ip(udp(b"gossip", 7946)), ip(udp(b"x" * 100, 7946))])
def test_what_is_no_probe_is_passed_over(packet):
    assert parse(packet, 4) is None


def test_a_probe_is_no_packet_of_an_overlay_network():
    assert not MAGIC[0] & 0x08  # the flag of a VXLAN header that has an identifier


@pytest.mark.parametrize("token", ["", "short", TOKEN + "0", "0123456789abcde-", "0123456789abcdeé"])
def test_a_token_that_a_probe_cannot_carry_is_refused(token):
    with pytest.raises(SwarmError, match="16 letters and digits"):
        check_token(token)


def test_a_token_fits():
    check_token(TOKEN)


def test_a_filter_is_as_long_as_it_says():
    option, memory = only_probes(4)
    assert struct.unpack("HP", option)[0] * 8 == len(memory)
