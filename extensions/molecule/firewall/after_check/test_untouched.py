# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode has run: the firewalls are as they were."""

from __future__ import annotations


def test_nothing_of_ours_is_there(node, hosts):
    assert "SWARM" not in hosts[node].check_output("iptables-save; ip6tables-save")
    assert not hosts[node].file("/etc/apiary-swarm").exists
    assert not hosts[node].file("/etc/systemd/system/apiary-swarm-firewall.service").exists


def test_nftables_has_no_table_of_ours(hosts):
    assert "apiary" not in hosts["worker3"].check_output("nft list ruleset")


def test_ufw_and_firewalld_have_no_rules_of_ours(hosts):
    assert "apiary.swarm" not in hosts["worker1"].check_output("ufw show added")
    zones = hosts["worker2"].check_output("firewall-cmd --list-all-zones; firewall-cmd --permanent --list-all-zones")
    assert "-2377" not in zones
