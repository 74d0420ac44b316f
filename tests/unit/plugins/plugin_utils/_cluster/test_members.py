# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses of all members, by what is known of each host."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.members import members


@pytest.mark.parametrize(
    ("variables", "addresses", "unknown"),
    [
        ({"addresses": ["10.0.0.1", "2001:db8::1"]}, ["10.0.0.1", "2001:db8::1"], []),
        ({"addresses": ["10.0.0.1"], "swarm_node_advertise_addr": "192.0.2.1:2377"}, ["192.0.2.1", "10.0.0.1"], []),
        ({"addresses": ["10.0.0.1"], "swarm_node_data_path_addr": "10.9.0.1"}, ["10.9.0.1", "10.0.0.1"], []),
        ({"addresses": ["10.0.0.1"], "swarm_node_advertise_addr": "eth1"}, ["10.0.0.1"], []),
        ({"addresses": ["10.0.0.1"], "swarm_node_advertise_addr": "10.0.0.1"}, ["10.0.0.1"], []),
        ({"addresses": ["10.0.0.1"], "swarm_firewall_addresses": ["203.0.113.5"]}, ["203.0.113.5"], []),
        ({"swarm_firewall_addresses": "203.0.113.5"}, ["203.0.113.5"], []),
        ({"swarm_node_advertise_addr": "192.0.2.1"}, ["192.0.2.1"], ["one"]),
        ({"addresses": []}, [], ["one"]),
        ({"addresses": None}, [], ["one"]),
        ({}, [], ["one"]),
    ],
)
def test_a_host(variables, addresses, unknown):
    found = members(["one"], {"one": variables})
    assert list(found.addresses) == addresses
    assert list(found.unknown) == unknown
    assert bool(found.warnings) == bool(unknown)


def test_members_that_are_not_in_the_inventory():
    found = members(["one"], {"one": {"addresses": ["10.0.0.1"]}}, ["10.7.0.0/16", "10.0.0.1"])
    assert found.addresses == ("10.7.0.0/16", "10.0.0.1")


def test_the_warning_names_the_hosts():
    (warning,) = members(["one", "two", "three"], {"two": {"addresses": ["10.0.0.2"]}}).warnings
    assert "The addresses of one, three are not known" in warning
