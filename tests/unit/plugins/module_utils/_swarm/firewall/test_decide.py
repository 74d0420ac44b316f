# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done to the firewalls of a host, in which order; and what is kept over a reboot."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall import boot, nftables
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import Access, access
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.decide import decide, present
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.found import Found, Ufw
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.iptables import rules

PORTS = ("2377/tcp", "7946/tcp", "7946/udp", "4789/udp")
WISH = access(["10.0.0.1", "2001:db8::1"], PORTS, PORTS)
TOOLS = {4: "/usr/sbin/iptables", 6: "/usr/sbin/ip6tables"}
BARE = Found(tools=TOOLS, saved={4: "*filter\nCOMMIT\n", 6: "*filter\nCOMMIT\n"})
UFW = "ufw allow from 10.0.0.1 proto esp comment 'apiary.swarm'\n"


def saved(wish, family):
    chains = [":SWARM-FIREWALL - [0:0]", ":SWARM-MEMBERS - [0:0]", "-A INPUT -j SWARM-FIREWALL"]
    return "\n".join(["*filter", *chains, *rules(wish, family), "COMMIT", ""])


def settled(wish=WISH, **others):
    """A host on which all of it is done with iptables."""
    files = boot.iptables_files(wish, TOOLS)
    tables = {family: saved(wish, family) for family in TOOLS}
    return Found(tools=TOOLS, saved=tables, files=files, unit_enabled=True, **others)


def steps(plan):
    return [(step.action, step.name) for step in plan]


def test_a_bare_host():
    assert steps(decide(BARE, "iptables", WISH, True)) == [
        ("create", "iptables"),
        ("create", "/etc/apiary-swarm/firewall.v4"),
        ("create", "/etc/apiary-swarm/firewall.v6"),
        ("create", "/etc/systemd/system/apiary-swarm-firewall.service"),
        ("enable", "apiary-swarm-firewall.service"),
    ]


def test_the_second_time_nothing_is_done():
    assert not decide(settled(), "iptables", WISH, True)
    assert not decide(BARE, "", None, True)


def test_what_changes_is_shown():
    (step, *_files) = decide(settled(), "iptables", access(["10.0.0.1"], PORTS, PORTS), True)
    assert [str(change) for change in step.changes] == ['members: ["10.0.0.1", "2001:db8::1"] -> ["10.0.0.1"]']


def test_rules_that_others_changed_are_made_again():
    found = settled()
    found.saved[4] = found.saved[4].replace("-A INPUT -j SWARM-FIREWALL\n", "")
    (step,) = decide(found, "iptables", WISH, True)
    assert (step.action, step.reason) == ("update", "the rules are not in effect as they were made")


def test_all_of_it_goes():
    assert steps(decide(settled(), "", None, True)) == [
        ("remove", "iptables"),
        ("disable", "apiary-swarm-firewall.service"),
        ("remove", "/etc/apiary-swarm/firewall.v4"),
        ("remove", "/etc/apiary-swarm/firewall.v6"),
        ("remove", "/etc/systemd/system/apiary-swarm-firewall.service"),
    ]


def test_when_another_firewall_takes_charge_the_rules_move_there_first():
    plan = decide(settled(ufw=Ufw(True, "")), "ufw", WISH, True)
    assert steps(plan)[:2] == [("create", "ufw"), ("remove", "iptables")]


def test_rules_in_a_ufw_that_is_not_active_go():
    plan = decide(settled(ufw=Ufw(False, UFW)), "iptables", WISH, True)
    assert steps(plan) == [("remove", "ufw")]


@pytest.mark.parametrize("member", ["10.0.0.1", "10.0.0.2"])
def test_growing_only(member):
    found = settled()
    plan = decide(found, "iptables", access([member], PORTS[1:], PORTS), False)
    assert bool(plan) == (member == "10.0.0.2")
    assert present(found, "iptables") == WISH


def test_nobody_is_shut_out_for_the_first_time_when_not_all_are_known():
    (step, *_files) = decide(BARE, "iptables", WISH, False)
    assert not any(" -j DROP" in command.data for command in step.payload)


def with_nftables(**others):
    return Found(tools=TOOLS, saved=BARE.saved, nft="/usr/sbin/nft", nftables_enabled=True, **others)


def test_a_table_of_our_own_in_nftables():
    plan = decide(with_nftables(), "nftables", WISH, True)
    assert steps(plan) == [
        ("create", "nftables"),
        ("create", "/etc/apiary-swarm/firewall.nft"),
        ("create", "/etc/systemd/system/apiary-swarm-firewall.service"),
        ("enable", "apiary-swarm-firewall.service"),
    ]
    files = boot.nftables_files(WISH, "/usr/sbin/nft")
    assert "PartOf=nftables.service\nReloadPropagatedFrom=nftables.service\n" in files[boot.UNIT_PATH]
    done = with_nftables(table=nftables.table(WISH), files=files, unit_enabled=True)
    assert not decide(done, "nftables", WISH, True)
    assert steps(decide(done, "", None, True)) == [
        ("remove", "nftables"),
        ("disable", "apiary-swarm-firewall.service"),
        ("remove", "/etc/apiary-swarm/firewall.nft"),
        ("remove", "/etc/systemd/system/apiary-swarm-firewall.service"),
    ]


def test_rules_move_from_iptables_to_nftables():
    plan = decide(settled(nft="/usr/sbin/nft", nftables_enabled=True), "nftables", WISH, True)
    assert steps(plan) == [
        ("create", "nftables"),
        ("remove", "iptables"),
        ("remove", "/etc/apiary-swarm/firewall.v4"),
        ("remove", "/etc/apiary-swarm/firewall.v6"),
        ("create", "/etc/apiary-swarm/firewall.nft"),
        ("update", "/etc/systemd/system/apiary-swarm-firewall.service"),
        ("enable", "apiary-swarm-firewall.service"),
    ]


def test_without_systemd_nothing_is_kept():
    found = Found(tools=TOOLS, saved=BARE.saved, systemd=False)
    assert steps(decide(found, "iptables", WISH, True)) == [("create", "iptables")]


def test_the_unit_starts_before_docker_and_at_no_other_time():
    text = boot.iptables_files(WISH, TOOLS)[boot.UNIT_PATH]
    assert "Before=network-pre.target docker.service shutdown.target" in text
    assert "RefuseManualStart=yes" in text
    assert "ExecStart=/usr/sbin/ip6tables-restore --wait 10 --noflush /etc/apiary-swarm/firewall.v6" in text


def test_a_firewall_that_is_not_there_says_nothing():
    assert present(BARE, "firewalld") == present(BARE, "") == Access()
