# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules in firewalld, over what firewall-cmd prints (1.3.3 and 2.3.1)."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import Access, access
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.firewalld import changes, read, rules, zones

PORTS = ("2377/tcp", "7946/udp")
WISH = access(["172.30.0.11", "2001:db8::1"], PORTS, PORTS)

ZONE = """\
public (default, active)
  target: default
  ingress-priority: 0
  icmp-block-inversion: no
  interfaces: eth0
  services: dhcpv6-client ssh
  rich rules:
\trule priority="-100" service name="http" accept
\trule priority="-2377" family="ipv4" source address="172.30.0.11" protocol value="esp" accept
\trule priority="-2377" family="ipv4" source address="172.30.0.11" port port="2377" protocol="tcp" accept
\trule priority="-2376" port port="2377" protocol="tcp" drop
"""
OTHERS = """\
block
  target: %%REJECT%%
  rich rules:

docker (active)
  target: ACCEPT
  interfaces: docker0
  rich rules:

"""
OLD = "\ninternal (active)\n  target: default\n  interfaces: eth1\n  rich rules:\n"
LISTED = OTHERS + ZONE


def test_zones_are_read():
    found = {zone.name: (zone.active, len(zone.rules)) for zone in zones(LISTED + OLD)}
    assert found == {"block": (False, 0), "docker": (True, 0), "public": (True, 3), "internal": (True, 0)}


def test_what_is_there_is_read():
    assert read(LISTED) == access(["172.30.0.11"], ["2377/tcp"], ["2377/tcp"])
    assert read(OTHERS) == Access()


def test_what_is_as_wished_is_left_alone():
    wish = access(["172.30.0.11"], ["2377/tcp"], ["2377/tcp"])
    assert changes(LISTED, LISTED.replace(", active", ""), "public", wish) == []


def test_now_and_later_are_changed_each_by_what_it_lacks():
    bare = ZONE[: ZONE.index("\trule")]
    found = changes(LISTED, bare, "public", WISH)
    assert [command.arguments[:3] for command in found] == [
        ("firewall-cmd", "--zone=public", found[0].arguments[2]),
        ("firewall-cmd", "--permanent", "--zone=public"),
    ]
    assert {argument.partition("=")[2] for argument in found[1].arguments[3:]} == rules(WISH)
    assert len(found[0].arguments[2:]) == len(rules(WISH)) - 3


def test_members_are_let_in_before_others_are_shut_out():
    (command, *_rest) = changes(ZONE[: ZONE.index("\trule")], "", "public", WISH)
    ends = [argument.rpartition(" ")[2] for argument in command.arguments[2:]]
    assert ends == sorted(ends)
    assert ends[-1] == "drop"


def test_all_active_zones_are_guarded_but_dockers():
    found = changes(LISTED + OLD, "", "public", WISH)
    assert {command.arguments[1] for command in found} == {"--zone=public", "--zone=internal"}


def test_a_zone_that_is_no_longer_active_loses_the_rules():
    (command,) = changes(OTHERS + ZONE.replace("default, active", "x"), "", "block", None)
    assert [argument.partition("=")[0] for argument in command.arguments[2:]] == ["--remove-rich-rule"] * 3


def test_rules_of_the_host_are_left_alone():
    found = changes(LISTED, LISTED, "public", None)
    assert len(found) == 2
    assert not any("http" in argument for command in found for argument in command.arguments)


def test_nothing_is_ever_reloaded():
    for wish in (WISH, None):
        for command in changes(LISTED, LISTED, "public", wish):
            assert not any("reload" in argument for argument in command.arguments)
