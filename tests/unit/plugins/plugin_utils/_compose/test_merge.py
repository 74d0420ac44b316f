# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several files as one."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.compatibility import CLI, DEFAULT
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.context import Context
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.merge import merge_services


def _merge(base: dict[str, Any], override: dict[str, Any], cli: bool) -> tuple[dict[str, Any], list[str]]:
    context = Context({}, lambda _path: b"", "/", None, CLI if cli else DEFAULT)
    merged = merge_services({"web": base}, {"web": override}, context)
    return merged["web"], context.warnings


@pytest.mark.parametrize("cli", [True, False], ids=["cli", "default"])
@pytest.mark.parametrize(
    ("base", "override", "merged"),
    [
        ({"image": "a", "user": "u"}, {"image": "b"}, {"image": "b", "user": "u"}),
        ({"tty": False}, {"tty": True}, {"tty": True}),
        ({}, {"init": False}, {"init": False}),
        ({"cap_add": ["A"], "dns": ["1"]}, {"cap_add": ["A", "B"]}, {"cap_add": ["A", "A", "B"], "dns": ["1"]}),
        ({"command": ["a", "b"]}, {"command": ["c"]}, {"command": ["c"]}),
        ({"labels": {"a": "1", "b": "2"}}, {"labels": {"a": "", "c": "3"}}, {"labels": {"a": "", "b": "2", "c": "3"}}),
        (
            {"environment": {"A": "1", "B": None, "C": ""}},
            {"environment": {"A": "2", "B": "3", "C": None, "D": None}},
            {"environment": {"A": "2", "B": "3", "C": None, "D": None}},
        ),
        (
            {"ulimits": {"nofile": {"soft": 1, "hard": 2}, "nproc": {"soft": 3, "hard": 3}}},
            {"ulimits": {"nofile": {"soft": 0, "hard": 0}}},
            {"ulimits": {"nofile": {"soft": 0, "hard": 0}, "nproc": {"soft": 3, "hard": 3}}},
        ),
        (
            {"deploy": {"replicas": 3, "labels": {"a": "1"}, "placement": {"constraints": ["x"]}}},
            {"deploy": {"replicas": 0, "labels": {"b": "2"}, "placement": {"constraints": ["y"]}}},
            {"deploy": {"replicas": 0, "labels": {"a": "1", "b": "2"}, "placement": {"constraints": ["x", "y"]}}},
        ),
        (
            {"deploy": {"update_config": {"parallelism": 2, "delay": 5}}},
            {"deploy": {"update_config": {"parallelism": 0}, "restart_policy": {"max_attempts": 0}}},
            {"deploy": {"update_config": {"parallelism": 0, "delay": 5}, "restart_policy": {"max_attempts": 0}}},
        ),
        (
            {"logging": {"driver": "x", "options": {"a": "1"}}},
            {"logging": {"options": {"b": "2"}}},
            {"logging": {"driver": "x", "options": {"a": "1", "b": "2"}}},
        ),
        (
            {"logging": {"driver": "x", "options": {"a": "1"}}},
            {"logging": {"driver": "y"}},
            {"logging": {"driver": "y"}},
        ),
        (
            {"networks": {"a": {"aliases": ["x"]}, "b": None}},
            {"networks": {"a": None, "b": {"aliases": ["y"]}, "c": None}},
            {"networks": {"a": {"aliases": ["x"]}, "b": {"aliases": ["y"]}, "c": None}},
        ),
        (
            {"volumes": [{"target": "/b"}, {"target": "/a", "source": "x"}]},
            {"volumes": [{"target": "/a", "source": "y"}]},
            {"volumes": [{"target": "/a", "source": "y"}, {"target": "/b"}]},
        ),
        ({}, {"volumes": [{"target": "/b"}, {"target": "/a"}]}, {"volumes": [{"target": "/b"}, {"target": "/a"}]}),
        (
            {"secrets": [{"source": "b"}, {"source": "a"}]},
            {"secrets": [{"source": "a", "target": "x"}]},
            {"secrets": [{"source": "a", "target": "x"}, {"source": "b"}]},
        ),
        (
            {"logging": {"options": {"a": "1"}}},
            {"logging": {"options": {}}},
            {"logging": {"options": {"a": "1"}}},
        ),
        (
            {"healthcheck": {"test": ["a"]}},
            {"healthcheck": {"retries": 0}},
            {"healthcheck": {"test": ["a"], "retries": 0}},
        ),
    ],
)
def test_merged(base: dict[str, Any], override: dict[str, Any], merged: dict[str, Any], cli: bool) -> None:
    assert _merge(base, override, cli) == (merged, [])


def _port(published: int, protocol: str = "tcp", target: int = 80) -> dict[str, Any]:
    return {"target": target, "published": published, "protocol": protocol, "mode": "ingress"}


@pytest.mark.parametrize(
    ("base", "override", "as_cli", "by_default"),
    [
        (
            {"tty": True, "stop_grace_period": 5},
            {"tty": False, "stop_grace_period": 0},
            {},
            {"tty": False, "stop_grace_period": 0},
        ),
        ({"environment": {"A": "1"}}, {"environment": {"A": ""}}, {}, {"environment": {"A": ""}}),
        ({"environment": {"A": "1"}}, {"environment": {"A": None}}, {}, {"environment": {"A": None}}),
        (
            {"ports": [_port(53), _port(53, "udp")]},
            {"tty": True},
            {"ports": [_port(53, "udp")], "tty": True},
            {"ports": [_port(53), _port(53, "udp")], "tty": True},
        ),
        (
            {"ports": [_port(0, target=9001), _port(0, target=9000)]},
            {"ports": [_port(0, target=9002)]},
            {"ports": [_port(0, target=9002)]},
            {"ports": [_port(0, target=9000), _port(0, target=9001), _port(0, target=9002)]},
        ),
        (
            {"secrets": [{"source": "a"}, {"source": "a", "target": "x"}]},
            {},
            {"secrets": [{"source": "a", "target": "x"}]},
            {"secrets": [{"source": "a"}, {"source": "a", "target": "x"}]},
        ),
        (
            {"healthcheck": {"test": ["CMD", "a"]}},
            {"healthcheck": {"test": ["CMD", "b"]}},
            {"healthcheck": {"test": ["CMD", "a", "CMD", "b"]}},
            {"healthcheck": {"test": ["CMD", "b"]}},
        ),
        (
            {"logging": {"driver": "x"}},
            {"logging": {"options": {"a": "1"}}},
            {"logging": {"driver": "x"}},
            {"logging": {"driver": "x", "options": {"a": "1"}}},
        ),
        (
            {"networks": {"n": {"aliases": ["x"]}}},
            {"networks": {"n": {}}},
            {"networks": {"n": {}}},
            {"networks": {"n": {"aliases": ["x"]}}},
        ),
        (
            {"networks": {"n": {"aliases": ["x"], "driver_opts": {"a": "1"}}}},
            {"networks": {"n": {"driver_opts": {"b": "2"}}}},
            {"networks": {"n": {"driver_opts": {"a": "1"}}}},
            {"networks": {"n": {"aliases": ["x"], "driver_opts": {"b": "2"}}}},
        ),
    ],
)
def test_bugs_of_the_cli(base: Any, override: Any, as_cli: Any, by_default: Any) -> None:
    assert _merge(base, override, cli=True) == ({**base, **as_cli}, [])
    merged, warnings = _merge(base, override, cli=False)
    assert merged == {**base, **by_default}
    assert warnings
    assert all("docker stack deploy" in warning for warning in warnings)


def test_a_port_is_replaced_by_published_number_and_protocol() -> None:
    base = [_port(53), _port(53, "udp"), _port(80)]
    merged, _warnings = _merge({"ports": base}, {"ports": [_port(53, "udp", target=5353)]}, cli=False)
    assert merged["ports"] == [_port(53), _port(53, "udp", target=5353), _port(80)]


def test_services_of_either_file_stay() -> None:
    context = Context({}, lambda _path: b"", "/", None, DEFAULT)
    assert merge_services({"a": {"x": 1}}, {"b": {"y": 2}}, context) == {"a": {"x": 1}, "b": {"y": 2}}
