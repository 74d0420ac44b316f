# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of our own in nftables."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall import nftables
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import Access, access

PORTS = ("2377/tcp", "7946/tcp", "7946/udp", "4789/udp")
WISH = access(["10.0.0.1", "10.0.0.2", "10.1.0.0/16", "2001:db8::1"], PORTS[1:], PORTS)
NFT = "/usr/sbin/nft"

# As nft 1.0.6 prints it.
PRINTED = """\
table inet apiary_swarm {
\tset members4 {
\t\ttype ipv4_addr
\t\tflags interval
\t\telements = { 10.0.0.1, 10.0.0.2,
\t\t\t     10.1.0.0/16 }
\t}

\tset members6 {
\t\ttype ipv6_addr
\t\tflags interval
\t\telements = { 2001:db8::1 }
\t}

\tchain input {
\t\ttype filter hook input priority filter - 5; policy accept;
\t\tiifname "lo" accept
\t\ttcp dport 7946 ip saddr @members4 accept
\t\ttcp dport 7946 ip6 saddr @members6 accept
\t\ttcp dport { 2377, 7946 } counter drop
\t\tudp dport { 4789, 7946 } ip saddr @members4 accept
\t\tudp dport { 4789, 7946 } ip6 saddr @members6 accept
\t\tudp dport { 4789, 7946 } counter drop
\t}
}
"""


def test_it_is_as_nft_prints_it():
    assert nftables.table(WISH).split() == PRINTED.split()
    assert nftables.changes(PRINTED, WISH, NFT) == []


def test_what_it_says():
    assert nftables.read(PRINTED) == WISH
    assert nftables.read("") == Access()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("10.0.0.1, 10.0.0.2", "10.0.0.1, 10.0.0.3"),
        ("policy accept", "policy drop"),
        ("tcp dport { 2377, 7946 } counter drop\n", ""),
        ('iifname "lo" accept', 'iifname "eth0" accept'),
    ],
)
def test_what_others_changed_is_made_again(before, after):
    assert before in PRINTED
    (command,) = nftables.changes(PRINTED.replace(before, after), WISH, NFT)
    assert command.arguments == (NFT, "--file", "-")
    # One transaction, which works whether the table is there or not.
    assert command.data.startswith(
        "table inet apiary_swarm\ndelete table inet apiary_swarm\ntable inet apiary_swarm {\n"
    )


def test_the_order_of_members_is_nobodys_business():
    assert nftables.changes(PRINTED.replace("10.0.0.1, 10.0.0.2", "10.0.0.2, 10.0.0.1"), WISH, NFT) == []


def test_it_goes():
    (command,) = nftables.changes(PRINTED, None, NFT)
    assert command.data == "table inet apiary_swarm\ndelete table inet apiary_swarm\n"
    assert nftables.changes("", None, NFT) == []


def test_no_members_of_a_family_and_nothing_closed():
    text = nftables.table(access(["10.0.0.1"], PORTS, []))
    assert text.count("elements") == 1
    assert "drop" not in text


def test_addresses_within_a_network_are_left_out():
    """nft refuses intervals that overlap."""
    text = nftables.table(access(["10.1.0.0/16", "10.1.2.3", "10.1.2.0/24", "10.2.0.1"], PORTS, PORTS))
    assert "elements = { 10.1.0.0/16, 10.2.0.1 }" in text
