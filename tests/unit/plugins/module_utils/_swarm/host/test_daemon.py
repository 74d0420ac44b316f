# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""daemon.json: what is merged, and what is refused."""

from __future__ import annotations

import json

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.daemon import merged, text_of


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
    assert merged(present, wish) == expected


@pytest.mark.parametrize(
    ("present", "wish", "message"),
    [
        ({}, {"live-restore": True}, "docker_engine_daemon has live-restore: true, but"),
        ({"live-restore": True}, {}, "/etc/docker/daemon.json has live-restore: true, but"),
        ({}, {"cluster-store": "consul://c"}, 'docker_engine_daemon has cluster-store: "consul://c", but'),
        ({}, {"cluster-store-opts": {}}, "docker_engine_daemon has cluster-store-opts: {}, but"),
        ({"cluster-advertise": "eth0:2376"}, {"mtu": 1}, '/etc/docker/daemon.json has cluster-advertise: "eth0:2376"'),
    ],
)
def test_keys_that_break_swarm_are_refused_wherever_they_stand(present, wish, message):
    with pytest.raises(SwarmError) as refusal:
        merged(present, wish)
    assert refusal.value.message.startswith(message)
    assert "Nothing was changed" in refusal.value.hint


def test_the_order_of_the_file_is_kept_and_new_keys_come_last():
    text = text_of(merged({"b": 1, "a": "ü"}, {"c": [], "b": 2}))
    assert text == '{\n  "b": 2,\n  "a": "ü",\n  "c": []\n}\n'
    assert json.loads(text) == {"a": "ü", "b": 2, "c": []}
