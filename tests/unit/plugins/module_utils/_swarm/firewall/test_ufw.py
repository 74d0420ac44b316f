# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules in ufw, over what `ufw show added` prints (0.36.2)."""

from __future__ import annotations

import shlex

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import Access, access
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.ufw import changes, read, read_rules

PORTS = ("2377/tcp", "7946/tcp", "7946/udp", "4789/udp")
BOTH = access(["172.17.0.2", "2001:db8::7"], PORTS, PORTS)

ADDED = """\
Added user rules (see 'ufw status' for running firewall):
ufw allow from 172.17.0.2 proto esp comment 'apiary.swarm'
ufw allow from 172.17.0.2 to any port 4789,7946 proto udp comment 'apiary.swarm'
ufw allow from 172.17.0.2 to any port 2377,7946 proto tcp comment 'apiary.swarm'
ufw deny 4789,7946/udp comment 'apiary.swarm'
ufw deny 2377,7946/tcp comment 'apiary.swarm'
ufw allow 22/tcp
ufw allow 2377/tcp comment 'of the host'
ufw allow from 10.0.0.0/8 to any port 2377 proto tcp
ufw allow from 2001:db8::7 proto esp comment 'apiary.swarm'
ufw allow from 2001:db8::7 to any port 4789,7946 proto udp comment 'apiary.swarm'
ufw allow from 2001:db8::7 to any port 2377,7946 proto tcp comment 'apiary.swarm'
"""
NONE = "Added user rules (see 'ufw status' for running firewall):\n(None)\n"


def said(commands):
    return [" ".join(command.arguments[1:]).replace(" comment apiary.swarm", "") for command in commands]


def after(added, commands):
    """What ufw would show after these commands; IPv4 and IPv6 in one list."""
    rules = [line for line in added.splitlines() if line.startswith("ufw")]
    for command in commands:
        verb, words = command.arguments[1], list(command.arguments[2:])
        line = "ufw " + shlex.join(words).replace("comment apiary.swarm", "comment 'apiary.swarm'")
        if verb == "prepend" and line not in rules:  # ufw skips what is there
            rules.insert(0, line)
        elif verb == "delete":
            rules = [rule for rule in rules if rule.partition(" comment ")[0] != line]
    return "\n".join(rules)


def is_in_order(added):
    """Whether all rules for members come before those that close."""
    kinds = [bool(rule.source) for rule in read_rules(added)]
    return kinds == sorted(kinds, reverse=True)


def test_what_is_as_wished_is_left_alone():
    assert changes(ADDED, BOTH, True) == []


def test_what_is_there_is_read():
    assert read(ADDED) == BOTH
    assert read(NONE) == Access()


def test_rules_of_the_host_are_not_ours():
    assert len(read_rules(ADDED)) == 8


def test_what_closes_is_put_first_and_members_before_it():
    assert said(changes(NONE, access(["172.17.0.2"], PORTS[1:], PORTS), True)) == [
        "prepend deny 2377,7946/tcp",
        "prepend deny 4789,7946/udp",
        "prepend allow from 172.17.0.2 to any port 7946 proto tcp",
        "prepend allow from 172.17.0.2 to any port 4789,7946 proto udp",
        "prepend allow from 172.17.0.2 proto esp",
    ]


def test_a_member_more_and_one_less():
    assert said(changes(ADDED, access(["172.17.0.3", "2001:db8::7"], PORTS, PORTS), True)) == [
        "prepend allow from 172.17.0.3 to any port 2377,7946 proto tcp",
        "prepend allow from 172.17.0.3 to any port 4789,7946 proto udp",
        "prepend allow from 172.17.0.3 proto esp",
        "delete allow from 172.17.0.2 proto esp",
        "delete allow from 172.17.0.2 to any port 4789,7946 proto udp",
        "delete allow from 172.17.0.2 to any port 2377,7946 proto tcp",
    ]


def test_all_of_ours_goes_and_nothing_else():
    left = after(ADDED, changes(ADDED, None, True))
    assert left.splitlines() == [
        "ufw allow 22/tcp",
        "ufw allow 2377/tcp comment 'of the host'",
        "ufw allow from 10.0.0.0/8 to any port 2377 proto tcp",
    ]


def test_where_ufw_does_not_look_after_ipv6_there_are_no_rules_for_it():
    assert not any("2001:db8" in line for line in said(changes(NONE, BOTH, False)))


OPEN_ONLY = access(["172.17.0.2"], PORTS, ())
OTHER_PORT = ("2377/tcp", "7946/tcp", "7946/udp", "5000/udp")


@pytest.mark.parametrize("before", [Access(), OPEN_ONLY, BOTH, access(["172.17.0.2"], OTHER_PORT, OTHER_PORT)])
@pytest.mark.parametrize("wish", [OPEN_ONLY, BOTH, access(["172.17.0.9"], PORTS[1:], PORTS)])
def test_from_anything_to_anything(before, wish):
    """The host's rule that opens a port to the world stays behind all of ours."""
    host = "ufw allow 2377/tcp"
    start = after(host, changes(host, before, True))
    end = after(start, changes(start, wish, True))
    assert read(end) == wish
    assert is_in_order(end)
    assert end.splitlines()[-1] == host
    assert changes(end, wish, True) == []
