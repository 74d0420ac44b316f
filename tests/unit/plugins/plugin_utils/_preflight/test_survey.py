# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which address of a host others have to reach, and whom to probe at which ports."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Wishes, collect, targets

from tests.unit.plugins.plugin_utils._preflight.hosts import MEMBER, survey, verdicts

TWO = [
    {"interface": "eth0", "address": "192.0.2.11", "prefix": 24, "mtu": 1500},
    {"interface": "eth1", "address": "2001:db8::1", "prefix": 64, "mtu": 1500},
    {"interface": "eth1", "address": "198.51.100.1", "prefix": 24, "mtu": 1500},
    {"interface": "eth2", "address": "2001:db8::2", "prefix": 64, "mtu": 1500},
]


@pytest.mark.parametrize(
    ("wished", "engine", "address"),
    [
        ("", "", "192.0.2.11"),
        ("", "198.51.100.1", "198.51.100.1"),
        ("192.0.2.77", "198.51.100.1", "192.0.2.77"),
        ("192.0.2.77:2377", "", "192.0.2.77"),
        ("[2001:db8::9]", "", "2001:db8::9"),
        ("2001:db8::9", "", "2001:db8::9"),
        ("eth1", "", "198.51.100.1"),
        ("eth1:2377", "", "198.51.100.1"),
        ("eth2", "", "2001:db8::2"),
        ("eth9", "", "192.0.2.11"),
    ],
)
def test_the_address_is_what_is_stated_or_used_or_leads_everywhere(wished, engine, address):
    looked = survey(
        {
            "m0": {
                "facts.addresses": TWO,
                "facts.engine.node_address": engine,
                "swarm_node_advertise_addr": wished,
            }
        }
    )
    assert looked.hosts[0].address == address
    assert looked.hosts[0].data_path_address == address


def test_only_managers_are_probed_at_the_port_of_managers():
    assert targets(survey(managers=1, workers=1)) == [
        {"host": "m0", "address": "192.0.2.11", "tcp": [2377, 7946], "udp": [7946, 4789], "full": 4789},
        {"host": "w1", "address": "192.0.2.12", "tcp": [7946], "udp": [7946, 4789], "full": 4789},
    ]


def test_a_data_path_with_its_own_address_is_probed_there():
    looked = survey(
        {"m0": {"facts.addresses": TWO, "swarm_node_data_path_addr": "eth1", "wish.data_path_port": 5789}},
        managers=1,
        workers=0,
    )
    assert targets(looked) == [
        {"host": "m0", "address": "192.0.2.11", "tcp": [2377, 7946], "udp": [7946], "full": 0},
        {"host": "m0", "address": "198.51.100.1", "tcp": [], "udp": [5789], "full": 5789},
    ]


def test_results_of_both_addresses_of_a_host_are_put_together():
    probes = [
        {"host": "m0", "tcp": {"2377": "open"}, "udp": {"7946": "sent"}, "mtu": 0},
        {"host": "m0", "tcp": {}, "udp": {"4789": "sent"}, "mtu": 1500},
    ]
    looked = survey({"w1": {"__preflight_sent.probes": probes}}, managers=1, workers=1)
    assert looked.hosts[1].probes == {
        "m0": {"tcp": {"2377": "open"}, "udp": {"7946": "sent", "4789": "sent"}, "mtu": 1500}
    }


def test_a_host_without_facts_is_not_probed():
    looked = survey({"m0": {"__preflight_look": {}}}, managers=2, workers=0)
    assert [target["host"] for target in targets(looked)] == ["m1"]


def test_the_port_of_a_swarm_counts_more_than_the_wish():
    looked = survey({"m0": {"facts.engine": {**MEMBER, "data_path_port": 6000}, "wish.data_path_port": 5789}})
    assert looked.data_path_port == 6000


def test_a_host_that_is_left_out_of_a_run_is_no_failure():
    looked = collect({}, ["a"], ["b"], Wishes(), ["a"])
    assert {name: verdict for name, (verdict, _words) in verdicts("reached", looked).items()} == {
        "a": "fail",
        "b": "skipped",
    }
    assert verdicts("managers", looked)["all hosts"][0] == "warn"  # it counts all the same


def test_a_host_that_is_in_both_lists_is_one_manager():
    looked = collect({}, ["a"], ["a", "b"], Wishes())
    assert [(host.name, host.manager) for host in looked.hosts] == [("a", True), ("b", False)]
