# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every Engine refuses is found before anything is written."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert import convert

MIB = 2**20


def _message(compatibility: str = "default", **sections: Any) -> str:
    model = {"services": {}, "networks": {}, "volumes": {}, "secrets": {}, "configs": {}, "warnings": [], **sections}
    try:
        convert(model, "st", compatibility)
    except SwarmError as error:
        return error.message
    return ""


def _service(name: str = "web", **keys: Any) -> dict[str, Any]:
    return {"services": {name: {"image": "i", **keys}}}


def _port(published: int = 0, mode: str = "ingress", protocol: str = "tcp") -> dict[str, Any]:
    return {"target": 80, "published": published, "protocol": protocol, "mode": mode}


def _tmpfs(target: str) -> dict[str, Any]:
    return {"type": "tmpfs", "target": target}


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (_service("a.b"), "service st_a.b: the name must be letters, digits, - and _, and at most 63 characters"),
        (_service("w" * 61), f"service st_{'w' * 61}: the name must be letters"),
        (
            _service(deploy={"resources": {"limits": {"cpus": "0.0009"}}}),
            "service st_web: deploy.resources.limits.cpus must be at least",
        ),
        (
            _service(deploy={"resources": {"reservations": {"memory": 4 * MIB - 1}}}),
            "service st_web: deploy.resources.reservations.memory must be at least 4 MiB, not 4194303 bytes",
        ),
        (
            _service(deploy={"restart_policy": {"condition": "always"}}),
            "service st_web: deploy.restart_policy.condition must be none, on-failure or any, not always",
        ),
        (
            _service(deploy={"update_config": {"failure_action": "stop"}}),
            "service st_web: deploy.update_config.failure_action must be one of pause, continue, rollback, not stop",
        ),
        (
            _service(deploy={"rollback_config": {"failure_action": "rollback"}}),
            "service st_web: deploy.rollback_config.failure_action",
        ),
        (
            _service(deploy={"update_config": {"max_failure_ratio": 1.5}}),
            "service st_web: deploy.update_config.max_failure_ratio",
        ),
        (
            _service(deploy={"update_config": {"delay": -1}}),
            "service st_web: the times of deploy.update_config must not be",
        ),
        (
            _service(deploy={"mode": "global-job", "update_config": {}}),
            "service st_web: jobs may not have an update_config",
        ),
        (
            _service(healthcheck={"test": ["x"], "interval": 999999}),
            "service st_web: the healthcheck's Interval must be at least 1ms",
        ),
        (_service(volumes=[_tmpfs("/x"), _tmpfs("/x")]), "service st_web: duplicate mount point: /x"),
        (_service(volumes=[{"type": "tmpfs"}]), "service st_web: a volume without a target"),
        (_service(deploy={"endpoint_mode": "x"}), "service st_web: deploy.endpoint_mode must be vip or dnsrr, not x"),
        (
            _service(deploy={"endpoint_mode": "dnsrr"}, ports=[_port()]),
            "service st_web: port 80: with endpoint_mode dnsrr, ports need",
        ),
        (_service(ports=[_port(80), _port(80)]), "service st_web: published port 80/tcp is given twice"),
        (
            {"services": {name: {"image": "i", "ports": [_port(80)]} for name in ("a", "b")}},
            "services st_a and st_b both publish port 80/tcp",
        ),
    ],
)
def test_services(model: dict[str, Any], problem: str) -> None:
    assert _message(**model).startswith(f"the swarm would refuse this: {problem}")
    assert _message("cli", **model) == ""


@pytest.mark.parametrize(
    "model",
    [
        _service("w" * 60, ports=[_port(), _port(), _port(53), _port(53, protocol="udp")]),
        _service(deploy={"endpoint_mode": "dnsrr"}, ports=[_port(80, "host")]),
        {"services": {name: {"image": "i", "ports": [_port(80, "host")]} for name in ("a", "b")}},
        _service(deploy={"resources": {"limits": {"cpus": "0.001", "memory": 4 * MIB, "pids": 1}}}),
        _service(deploy={"mode": "replicated-job", "rollback_config": {}, "restart_policy": {"condition": "none"}}),
        _service(healthcheck={"test": ["x"], "interval": 10**6, "timeout": 0}),
    ],
)
def test_services_that_are_accepted(model: dict[str, Any]) -> None:
    assert _message(**model) == ""


def _content(size: int) -> str:
    return base64.b64encode(b"x" * size).decode()


@pytest.mark.parametrize("compatibility", ["default", "cli"])
@pytest.mark.parametrize(("section", "kind", "limit"), [("secrets", "secret", 512000), ("configs", "config", 1024000)])
def test_objects(section: str, kind: str, limit: int, compatibility: str) -> None:
    for size in (0, limit):
        message = _message(compatibility, **{section: {"x": {"content": _content(size)}}})
        expected = f"{kind} st_x: the content must have between 1 and {limit - 1} bytes, and has {size}"
        assert message == f"the swarm would refuse this: {expected}"
    for size in (1, limit - 1):
        assert _message(compatibility, **{section: {"x": {"content": _content(size)}}}) == ""
    for name in ("x" * 65, "-x", "x y", "é"):
        message = _message(compatibility, **{section: {"x": {"content": _content(1), "name": name}}})
        assert f"{kind} {name}: the name must be letters, digits, -, _ and ., and at most 64 characters" in message


def test_secrets_of_a_driver_have_no_content() -> None:
    assert _message(secrets={"x": {"driver": "vault"}}) == ""


@pytest.mark.parametrize("compatibility", ["default", "cli"])
def test_networks_of_the_engine_are_external(compatibility: str) -> None:
    message = _message(compatibility, **_service(), networks={"default": {"name": "host"}})
    assert (
        message
        == "the swarm would refuse this: network host is one of the Engine's own, which only external: true can mean"
    )
    assert _message(compatibility, **_service(), networks={"default": {"name": "host", "external": True}}) == ""


def test_everything_is_said_at_once() -> None:
    services = {name: {"image": "i", "deploy": {"endpoint_mode": "x"}} for name in ("b", "a")}
    assert _message(services=services).count("deploy.endpoint_mode must be vip or dnsrr") == 2
