# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses in options."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import (
    check_addresses,
    check_remotes,
    listen_address,
    remote,
)


@pytest.mark.parametrize(
    "value",
    ["192.0.2.1", "192.0.2.1:2400", "eth0", "eth0:2400", "enp3s0.100", "2001:db8::1", "[2001:db8::1]:2400", "", None],
)
def test_good_addresses(value):
    assert check_addresses({"advertise_addr": value}, ["advertise_addr"], ["advertise_addr"]) == []


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("192.0.2.300", "neither an IP address"),
        ("192.0.2", "neither an IP address"),
        ("192.0.2.1:0", "no valid port"),
        ("192.0.2.1:70000", "no valid port"),
        ("192.0.2.1:http", "no valid port"),
        ("an interface", "neither an IP address"),
        ("a-very-long-name-of-one", "neither an IP address"),
        ("2001:db8::1::2", "neither an IP address"),
    ],
)
def test_bad_addresses_are_named(value, complaint):
    (problem,) = check_addresses({"advertise_addr": value}, ["advertise_addr"], ["advertise_addr"])
    assert problem.startswith(f"advertise_addr: {value!r}")
    assert complaint in problem


def test_a_port_where_none_may_be():
    (problem,) = check_addresses({"data_path_addr": "192.0.2.1:1"}, ["data_path_addr"], [])
    assert "must have no port" in problem


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("192.0.2.1", "192.0.2.1:2377"),
        ("192.0.2.1:2400", "192.0.2.1:2400"),
        ("manager1.example.com", "manager1.example.com:2377"),
        ("2001:db8::1", "[2001:db8::1]:2377"),
        ("[2001:db8::1]:2400", "[2001:db8::1]:2400"),
    ],
)
def test_managers_are_reached_at_a_port(value, address):
    assert check_remotes([value]) == []
    assert remote(value) == address


@pytest.mark.parametrize("value", ["", "192.0.2.256", "host name", "host:port", "-host"])
def test_bad_managers(value):
    assert check_remotes([value])


@pytest.mark.parametrize(
    ("listen", "advertise", "expected"),
    [
        (None, None, "0.0.0.0:2377"),
        (None, "192.0.2.1", "0.0.0.0:2377"),
        (None, "eth0", "0.0.0.0:2377"),
        (None, "2001:db8::1", "[::]:2377"),
        (None, "[2001:db8::1]:2377", "[::]:2377"),
        ("192.0.2.1:2400", "2001:db8::1", "192.0.2.1:2400"),
    ],
)
def test_where_to_listen(listen, advertise, expected):
    assert listen_address(listen, advertise) == expected
