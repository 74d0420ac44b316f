# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which firewall is in charge, and what it cannot do."""

from __future__ import annotations

import json

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.found import (
    Firewalld,
    Found,
    Ufw,
    addresses,
    choose,
    detect,
    foreign_tables,
    warnings,
)

TOOLS = {4: "/usr/sbin/iptables", 6: "/usr/sbin/ip6tables"}
ACTIVE, INACTIVE = Ufw(True, ""), Ufw(False, "")
RUNNING = Firewalld("public", "", "")

EARLY = """\
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 2377 -j ACCEPT
-A INPUT -p udp -m policy --dir in --pol none -m udp --dport 4789 -m u32 --u32 "0x0" -j DROP
-A INPUT -j SWARM-FIREWALL
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
"""

TABLES = """\
table ip filter {
\tchain INPUT {
\t\ttype filter hook input priority filter; policy accept;
\t}
}
table inet firewalld {
\tchain filter_INPUT {
\t\ttype filter hook input priority filter + 10; policy accept;
\t}
}
table inet mine {
\tchain in {
\t\ttype filter hook input priority filter; policy drop;
\t}
\tchain out {
\t\ttype filter hook output priority filter; policy accept;
\t}
}
table ip nothing {
\tchain forward {
\t\ttype filter hook forward priority filter; policy drop;
\t}
}
"""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Found(ufw=ACTIVE, firewalld=RUNNING, tools=TOOLS), "ufw"),
        (Found(ufw=INACTIVE, firewalld=RUNNING, tools=TOOLS), "firewalld"),
        (Found(ufw=INACTIVE, tools=TOOLS), "iptables"),
        (Found(tools={6: "ip6tables"}), ""),
        (Found(tools=TOOLS, nft="nft"), "iptables"),
        (Found(nft="nft"), "nftables"),
        (Found(tools=TOOLS, nft="nft", nftables_enabled=True), "nftables"),
        (Found(tools=TOOLS, nftables_enabled=True), "iptables"),
        (Found(firewalld=RUNNING, nft="nft", nftables_enabled=True), "firewalld"),
    ],
)
def test_what_is_in_charge(found, expected):
    assert detect(found) == expected


@pytest.mark.parametrize(
    ("found", "asked", "expected"),
    [
        (Found(ufw=ACTIVE, tools=TOOLS), "auto", "ufw"),
        (Found(ufw=ACTIVE, firewalld=RUNNING, tools=TOOLS), "firewalld", "firewalld"),
        (Found(tools=TOOLS), "iptables", "iptables"),
        (Found(tools=TOOLS, nft="nft"), "nftables", "nftables"),
        (Found(tools=TOOLS, nft="nft", nftables_enabled=True), "iptables", "iptables"),
    ],
)
def test_the_choice(found, asked, expected):
    assert choose(found, asked) == expected


@pytest.mark.parametrize(
    ("found", "asked", "problem"),
    [
        (Found(), "auto", "No firewall was found"),
        (Found(ufw=INACTIVE, tools=TOOLS), "ufw", "ufw is not active"),
        (Found(tools=TOOLS), "firewalld", "firewalld does not run"),
        (Found(ufw=ACTIVE), "iptables", "There is no iptables"),
        (Found(firewalld=RUNNING, tools=TOOLS), "iptables", "firewalld is in charge"),
        (Found(tools=TOOLS), "nftables", "There is no nft"),
        (Found(ufw=ACTIVE, nft="nft"), "nftables", "ufw is in charge"),
    ],
)
def test_what_cannot_be_used(found, asked, problem):
    with pytest.raises(SwarmError, match=problem) as caught:
        choose(found, asked)
    assert "Nothing was changed." in str(caught.value)


@pytest.mark.parametrize(
    ("found", "backend", "expected"),
    [
        (Found(tools=TOOLS), "iptables", []),
        (Found(tools=TOOLS, foreign={"inet mine": "policy drop;"}), "iptables", ["(inet mine)"]),
        (Found(tools=TOOLS, foreign={"inet mine": "reject with icmp"}), "nftables", ["(inet mine)"]),
        (Found(tools=TOOLS, foreign={"inet mine": "policy accept;"}), "nftables", []),
        (Found(tools=TOOLS, foreign={"inet mine": "tcp dport { 7946 } accept\n drop"}), "nftables", []),
        (Found(tools=TOOLS, foreign={"inet mine": "policy drop;"}), "firewalld", []),
        (Found(nft="nft", systemd=False), "nftables", ["gone after a reboot"]),
        (Found(tools=TOOLS, saved={4: EARLY}), "iptables", ["'-A INPUT -p tcp -m tcp --dport 2377 -j ACCEPT'"]),
        (Found(tools={4: "iptables"}), "iptables", ["no ip6tables"]),
        (Found(tools={4: "iptables"}, ipv6=False), "iptables", []),
        (Found(tools=TOOLS, systemd=False), "iptables", ["gone after a reboot"]),
        (Found(ufw=Ufw(True, "", ipv6=False)), "ufw", ["does not look after IPv6"]),
    ],
)
def test_warnings(found, backend, expected):
    texts = warnings(found, backend)
    assert len(texts) == len(expected)
    assert all(part in text for part, text in zip(expected, texts, strict=True))


def test_tables_of_others_that_see_what_comes_in():
    assert foreign_tables(TABLES) == ["inet mine"]
    assert foreign_tables("") == []
    assert foreign_tables(TABLES.replace("inet mine", "inet apiary_swarm")) == []


def test_addresses_without_those_of_dockers_bridges():
    names = ["eth0", "docker0", "docker_gwbridge", "br-0123456789ab", "veth1a2b3c4", "br-lan", "bond0.4"]
    links = [
        {"ifname": name, "addr_info": [{"local": f"10.0.{at}.1", "prefixlen": 24, "scope": "global"}]}
        for at, name in enumerate(names)
    ]
    assert addresses(json.dumps(links)) == ("10.0.0.1", "10.0.5.1", "10.0.6.1")
