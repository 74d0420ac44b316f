# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading and carrying out, with a host of recorded answers; real hosts are in extensions/molecule/firewall."""

from __future__ import annotations

import os

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall import host
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import access

PORTS = ("7946/tcp",)
WISH = access(["10.0.0.1"], PORTS, PORTS)


class Machine:
    """A host with ufw, which takes rules, or refuses them from a number of them on, or forgets them."""

    def __init__(self, refuses_from=99, forgets=False):
        self.rules, self.writes = [], 0
        self.refuses_from, self.forgets = refuses_from, forgets

    def run(self, arguments, data=None):
        if arguments[:2] == ["ufw", "status"]:
            return 0, "Status: active\n", ""
        if arguments == ["ufw", "show", "added"]:
            return 0, "".join(f"{rule}\n" for rule in self.rules), ""
        assert arguments[:2] == ["ufw", "prepend"], arguments
        self.writes += 1
        if self.writes >= self.refuses_from:
            return 1, "", "ERROR: problem running ufw-init\n"
        if not self.forgets:
            words = " ".join(arguments[2:]).replace("comment apiary.swarm", "comment 'apiary.swarm'")
            self.rules.insert(0, f"ufw {words}")
        return 0, "", ""


@pytest.fixture(autouse=True)
def a_host_with_ufw_only(monkeypatch):
    monkeypatch.setattr(host, "_which", lambda name: "/usr/sbin/ufw" if name == "ufw" else "")
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_what_was_done_is_looked_at_again():
    machine = Machine()
    plan, found, backend = host.carry_out(machine.run, "auto", WISH, True, False)
    assert (bool(plan), backend, machine.writes) == (True, "ufw", 3)
    assert found.ufw.added.count("apiary.swarm") == 3
    assert not host.carry_out(machine.run, "auto", WISH, True, False)[0]
    assert machine.writes == 3


def test_check_mode_writes_nothing():
    machine = Machine()
    assert host.carry_out(machine.run, "auto", WISH, True, True)[0]
    assert machine.writes == 0


def test_a_refusal_is_shown():
    with pytest.raises(SwarmError, match="ufw prepend allow from failed: ERROR: problem running ufw-init") as caught:
        host.carry_out(Machine(refuses_from=2).run, "auto", WISH, True, False)
    assert caught.value.facts["plan"] == []


def test_rules_that_do_not_hold_are_an_error():
    with pytest.raises(SwarmError, match="The rules do not hold: firewall ufw") as caught:
        host.carry_out(Machine(forgets=True).run, "auto", WISH, True, False)
    assert caught.value.facts["changed"] is True


def test_only_root_can_see_the_rules(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SwarmError, match=r"Only root can see the rules of a host\. Nothing was changed\. Run the"):
        host.carry_out(Machine().run, "auto", WISH, True, False)
