# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the kernel and ip(8) print, as recorded."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.network import (
    Address,
    Route,
    Socket,
    addresses,
    bound,
    routes,
)

ADDRESSES = """[
{"ifname": "lo", "mtu": 65536, "addr_info": [
  {"family": "inet", "local": "127.0.0.1", "prefixlen": 8, "scope": "host"}]},
{"ifname": "eth0", "mtu": 1450, "addr_info": [
  {"family": "inet", "local": "192.0.2.11", "prefixlen": 24, "scope": "global"},
  {"family": "inet6", "local": "2001:db8::11", "prefixlen": 64, "scope": "global"},
  {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"}]},
{"ifname": "eth1"}, {}
]"""
TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0949 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0B00007F:0949 0C00007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
"""
NOBODY = "0" * 32
UDP6 = (
    "  sl  local_address remote_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode\n"
    f" 222: {NOBODY}:1F0A {NOBODY}:0000 07 00000000:00000000 00:00000000 00000000     0        0 4714 2 0 0\n"
)


def test_addresses_that_others_may_use_are_read():
    assert addresses(ADDRESSES.replace("{}", '{"ifname": "none"}')) == [
        Address("eth0", "192.0.2.11", 24, 1450),
        Address("eth0", "2001:db8::11", 64, 1450),
    ]


def test_routes_are_read():
    text = '[{"dst": "default", "dev": "eth0"}, {"dst": "10.1.0.0/16"}, {"type": "broken"}]'
    assert routes(text) == [Route("default", "eth0"), Route("10.1.0.0/16", "")]


@pytest.mark.parametrize("text", ["", "[]", "Object is unknown, try ip help", "{}"])
def test_what_is_no_list_is_none(text):
    assert addresses(text) == []
    assert routes(text) == []


def test_who_listens_is_read_and_connections_are_not():
    assert bound(TCP, "tcp", [2377, 7946]) == [Socket("tcp", 2377, "4711")]
    assert bound(UDP6, "udp", [7946]) == [Socket("udp", 7946, "4714")]
    assert bound("", "udp", [7946]) == []
