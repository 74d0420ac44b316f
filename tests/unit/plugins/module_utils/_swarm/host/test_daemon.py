# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""daemon.json: what is merged, and what is refused."""

from __future__ import annotations

import json

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.daemon import (
    is_reloadable,
    merged,
    pool_problem,
    refused,
    text_of,
)


@pytest.mark.parametrize(
    ("present", "wish", "expected"),
    [
        ({}, {}, {}),
        ({"mtu": 1400}, {}, {"mtu": 1400}),
        ({"mtu": 1400, "debug": True}, {"mtu": 1450}, {"mtu": 1450, "debug": True}),
        ({"log-opts": {"max-file": "3"}}, {"log-opts": {"max-size": "10m"}}, {"log-opts": {"max-size": "10m"}}),
        ({"mtu": 1400}, {"mtu": None}, {}),
        ({}, {"mtu": None}, {}),
        ({"live-restore": True}, {"live-restore": None}, {}),
        ({"live-restore": True}, {"live-restore": False}, {"live-restore": False}),
        ({"cluster-store": "consul://c"}, {"cluster-store": None, "debug": False}, {"debug": False}),
    ],
)
def test_the_wish_replaces_keys_and_leaves_the_others(present, wish, expected):
    assert merged(present, wish, {}) == expected


@pytest.mark.parametrize(
    ("present", "wish", "message"),
    [
        ({}, {"live-restore": True}, "docker_engine_daemon has live-restore: true, but"),
        ({"live-restore": True}, {}, "/etc/docker/daemon.json has live-restore: true, but"),
        ({}, {"cluster-store": "consul://c"}, 'docker_engine_daemon has cluster-store: "consul://c", but'),
        ({}, {"cluster-store-opts": {}}, "docker_engine_daemon has cluster-store-opts: {}, but"),
        ({}, {"firewall-backend": "nftables"}, 'docker_engine_daemon has firewall-backend: "nftables", but'),
        ({"features": {"swarm-nftables": False}, "firewall-backend": "nftables"}, {}, "/etc/docker/daemon.json has f"),
        ({}, {"default-address-pools": [{"base": "10.0.0.0/8"}]}, "docker_engine_daemon has default-address-pools: ["),
        ({"cluster-advertise": "eth0:2376"}, {"mtu": 1}, '/etc/docker/daemon.json has cluster-advertise: "eth0:2376"'),
    ],
)
def test_keys_that_break_swarm_are_refused_wherever_they_stand(present, wish, message):
    with pytest.raises(SwarmError) as refusal:
        merged(present, wish, {})
    assert refusal.value.message.startswith(message)
    assert "Nothing was changed" in refusal.value.hint


@pytest.mark.parametrize(
    "content",
    [
        {"firewall-backend": "iptables"},
        {"firewall-backend": "nftables", "features": {"swarm-nftables": True}},
        {"default-address-pools": [{"base": "10.0.0.0/16", "size": 24}, {"base": "10.1.0.0/16", "size": 24}]},
        {"default-address-pools": [{"base": "10.0.0.0/16", "size": 24}, {"base": "fd00::/104", "size": 112}]},
    ],
)
def test_what_swarm_can_live_with_is_not_refused(content):
    assert merged({}, content, {}) == content


ROTATION = {"max-size": "10m", "max-file": 3}


@pytest.mark.parametrize(
    ("present", "wish", "rotates"),
    [
        ({}, {}, True),
        ({"mtu": 1400}, {"debug": True}, True),
        ({"log-driver": "local"}, {}, False),
        ({}, {"log-opts": {"labels": "a"}}, False),
        ({"log-driver": "local"}, {"log-driver": None}, False),
    ],
)
def test_logs_are_rotated_where_nobody_says_anything_about_logs(present, wish, rotates):
    found = merged(present, wish, ROTATION)
    rotation = {"log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "3"}}
    assert (found.items() >= rotation.items()) is rotates


@pytest.mark.parametrize(
    ("pools", "problem"),
    [
        (None, ""),
        ([], ""),
        ([{"base": "10.0.0.0/16", "size": 16}], ""),
        ("10.0.0.0/8", "it is no list"),
        ([{"base": "10.0.0.0/8", "size": 24}, {"base": "10.5.0.0/16", "size": 24}], "10.5.0.0/16 overlaps 10.0.0.0/8"),
        ([{"base": "10.0.0.0/40", "size": 24}], "10.0.0.0/40"),
        ([{"base": "10.0.0.0/24", "size": 16}], "networks of size 16 do not fit into 10.0.0.0/24"),
        ([{"base": "10.0.0.0/24", "size": "25"}], 'networks of size "25" do not fit'),
        ([{"base": "10.0.0.0/24"}], "does not have base and size"),
        (["10.0.0.0/24"], "does not have base and size"),
    ],
)
def test_address_pools(pools, problem):
    found = pool_problem(pools)
    assert (problem in found) if problem else not found


@pytest.mark.parametrize(
    ("present", "content", "reloadable"),
    [
        ({}, {"debug": True}, True),
        ({"labels": ["a=b"]}, {"labels": ["a=c"], "registry-mirrors": ["https://m"]}, True),
        ({"max-concurrent-downloads": 5}, {}, True),
        # A running Engine keeps the value of a key that is taken out of the file.
        ({"debug": True}, {}, False),
        ({"insecure-registries": ["r"]}, {}, False),
        ({}, {"mtu": 1400}, False),
        ({}, {"debug": True, "mtu": 1400}, False),
        ({"mtu": 1400}, {"mtu": 1400, "debug": True}, True),
        ({}, {"features": {"containerd-snapshotter": True}}, False),
    ],
)
def test_what_an_engine_takes_over_while_it_runs(present, content, reloadable):
    assert is_reloadable(present, content) is reloadable


def test_the_order_of_the_file_is_kept_and_new_keys_come_last():
    text = text_of(merged({"b": 1, "a": "ü"}, {"c": [], "b": 2}, {}))
    assert text == '{\n  "b": 2,\n  "a": "ü",\n  "c": []\n}\n'
    assert json.loads(text) == {"a": "ü", "b": 2, "c": []}


def test_what_rules_out_a_swarm_is_told_with_its_reason():
    content = {"live-restore": True, "cluster-store": "", "firewall-backend": "nftables", "mtu": 1450}
    assert list(refused(content)) == ["live-restore", "cluster-store", "firewall-backend"]
    assert all(refused(content).values())
    assert refused({**content, "live-restore": False, "features": {"swarm-nftables": True}}).keys() == {"cluster-store"}
