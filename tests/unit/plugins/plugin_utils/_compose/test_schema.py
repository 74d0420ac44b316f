# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which keys and types each version of Compose files has."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.keys import FILE, MINORS
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.schema import first_problem

NEVER = 99


def _problem(config: Any, minor: int = 13, with_newer: bool = False) -> str:
    return str(first_problem(config, FILE, minor, with_newer) or "")


def _service(**keys: Any) -> dict[str, Any]:
    return {"services": {"web": {"image": "i", **keys}}}


def _deploy(**keys: Any) -> dict[str, Any]:
    return _service(deploy=keys)


_LIMITS = {"limits": {"pids": 1}}
_GENERIC = {"reservations": {"generic_resources": [{"discrete_resource_spec": {"kind": "gpu", "value": 1}}]}}

# The first version that has it, and where it stands.
SINCE: list[tuple[int, Any]] = [
    (0, _service(ports=["80:80"], volumes=["/x"], deploy={"mode": "global"}, logging={"driver": "x"})),
    (1, {"secrets": {"s": {"file": "f"}}}),
    (1, _service(secrets=["s"])),
    (2, _service(ports=[{"target": 80}])),
    (2, _service(volumes=[{"type": "volume", "target": "/x"}])),
    (2, _service(volumes=["/x", "/x"])),
    (2, {"networks": {"n": {"attachable": True}}}),
    (2, _deploy(endpoint_mode="vip")),
    (2, _service(build={"cache_from": ["x"]})),
    (3, {"configs": {"c": {"file": "f"}}}),
    (3, _service(configs=["c"])),
    (3, _service(credential_spec={"file": "f"})),
    (3, _deploy(placement={"preferences": [{"spread": "x"}]})),
    (3, _service(build={"labels": ["x"]})),
    (4, _deploy(update_config={"order": "start-first"})),
    (4, _service(healthcheck={"start_period": "1s"})),
    (4, {"volumes": {"v": {"name": "x"}}}),
    (4, {"x-top": 1}),
    (4, _service(build={"target": "x", "network": "y"})),
    (5, {"networks": {"n": {"name": "x"}}}),
    (5, {"secrets": {"s": {"file": "f", "name": "x"}}}),
    (5, {"configs": {"c": {"file": "f", "name": "x"}}}),
    (5, _deploy(resources=_GENERIC)),
    (5, _service(isolation="default")),
    (5, _service(build={"shm_size": "1m"})),
    (6, _service(volumes=[{"type": "tmpfs", "target": "/x", "tmpfs": {"size": 1}}])),
    (7, _deploy(rollback_config={"order": "stop-first"})),
    (7, _service(init=True)),
    *[(7, {section: {"n": {"x-own": 1}}}) for section in ("networks", "volumes", "secrets", "configs")],
    (7, _service(**{"x-own": 1})),
    (8, {"secrets": {"s": {"driver": "d", "driver_opts": {"a": 1}}}}),
    (8, {"secrets": {"s": {"file": "f", "template_driver": "d"}}}),
    (8, {"configs": {"c": {"file": "f", "template_driver": "d"}}}),
    (8, _service(credential_spec={"config": "c"})),
    (8, _deploy(placement={"max_replicas_per_node": 1})),
    (9, _deploy(resources=_LIMITS)),
    (9, _service(cgroupns_mode="x")),
    (9, _service(build={"extra_hosts": ["a:b"]})),
    (11, _service(build={"anything": 1})),
    (12, _service(healthcheck={"start_interval": "1s"})),
    (13, _service(networks={"n": {"driver_opts": {"a": 1}}})),
    (13, _service(oom_score_adj=1)),
    *[
        (NEVER, _service(**{key: value}))
        for key, value in {
            "platform": "x",
            "profiles": ["x"],
            "pull_policy": "x",
            "runtime": "x",
            "gpus": "all",
            "scale": 1,
            "group_add": ["x"],
            "develop": {},
            "annotations": {},
            "zz": 1,
            "Image": "x",
        }.items()
    ],
    (NEVER, {"include": ["x"]}),
    (NEVER, _deploy(resources={"reservations": {"devices": []}})),
    (NEVER, _service(ulimits={"nofile": {"soft": 1}})),
    (NEVER, {"services": {"a b": {"image": "i"}}}),
]


@pytest.mark.parametrize(("since", "config"), SINCE, ids=[str(config)[:80] for _since, config in SINCE])
def test_versions(since: int, config: Any) -> None:
    for with_newer in (False, True):
        accepted = [minor for minor in MINORS if not _problem(config, minor, with_newer)]
        assert accepted == [minor for minor in MINORS if minor >= since]


def test_an_extension_of_a_cluster_volume_has_a_form_of_its_own() -> None:
    config = {"volumes": {"v": {"x-cluster-spec": {"group": 1}}}}
    accepted = [minor for minor in MINORS if not _problem(config, minor)]
    assert accepted == [7, 8, 9]


def test_times_of_healthchecks_are_checked_since_3_4() -> None:
    assert [minor for minor in MINORS if not _problem(_service(healthcheck={"interval": "x"}), minor)] == [0, 1, 2, 3]


NEWER: list[Any] = [
    {"name": "stack"},
    {"configs": {"c": {"content": "x"}}},
    {"configs": {"c": {"environment": "X"}}},
    {"secrets": {"s": {"environment": "X"}}},
    _service(depends_on={"db": {"condition": "service_healthy"}}),
    _service(env_file=[{"path": "x", "required": False, "format": "raw"}, "y"]),
    _service(environment={"A": True}, labels={"a": False}),
    _service(ports=[{"target": 80, "published": "8080", "name": "x", "host_ip": "127.0.0.1", "app_protocol": "http"}]),
    _service(volumes=[{"type": "image", "source": "i", "target": "/x", "image": {"subpath": "y"}}]),
    _service(volumes=[{"type": "cluster", "source": "v", "target": "/x", "cluster": {}}]),
    _service(secrets=[{"source": "s", "mode": "0400"}]),
    _deploy(resources={"limits": {"cpus": 0.5}, "reservations": {"cpus": 1}}),
    {"networks": {"n": {"enable_ipv6": True}}},
    {"networks": {"n": {"ipam": {"options": {"a": "b"}}}}},
    {"networks": {"n": {"ipam": {"config": [{"gateway": "x", "ip_range": "y", "aux_addresses": {"h": "z"}}]}}}},
]


@pytest.mark.parametrize("config", NEWER, ids=[str(config)[:80] for config in NEWER])
def test_newer_keys(config: Any) -> None:
    assert _problem(config, 13) != ""
    assert _problem(config, 13, with_newer=True) == ""
    assert _problem(config, 4, with_newer=True) == ""


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"zz": 1}, "(root) Additional property zz is not allowed"),
        ({"services": None}, "services must be a mapping"),
        ({"services": {"web": None}}, "services.web must be a mapping"),
        (_service(zz=1), "services.web Additional property zz is not allowed"),
        (_service(image=1), "services.web.image must be a string"),
        (_service(tty="yes"), "services.web.tty must be a boolean"),
        (_service(environment={"A": True}), "services.web.environment.A must be a string, number or null"),
        (_service(environment=["A", "B", "A"]), "services.web.environment array items[0,2] must be unique"),
        (_service(expose=[80, "80", 80.0]), "services.web.expose array items[0,2] must be unique"),
        (
            _service(ports=[{"target": 80}, {"target": 80.0}]),
            "services.web.ports array items[0,1] must be unique",
        ),
        (_service(environment=5), "services.web.environment must be a mapping or list"),
        (_service(environment={"": "x"}), "services.web.environment Additional property  is not allowed"),
        (_service(command=[1]), "services.web.command.0 must be a string"),
        (_service(networks={"n": {"zz": 1}}), "services.web.networks.n Additional property zz is not allowed"),
        (_service(volumes=[{"target": "/x"}]), "services.web.volumes.0 type is required"),
        (_deploy(replicas="3"), "services.web.deploy.replicas must be an integer"),
        (_deploy(replicas=2.5), "services.web.deploy.replicas must be an integer"),
        (_deploy(update_config=None), "services.web.deploy.update_config must be a mapping"),
        (
            _deploy(update_config={"order": "both"}),
            "services.web.deploy.update_config.order must be one of the following: start-first, stop-first, not 'both'",
        ),
        (
            _service(stop_grace_period="1d"),
            "services.web.stop_grace_period Does not match format 'duration': invalid duration \"1d\"",
        ),
        (_service(ports=["80:x"]), "services.web.ports.0 Does not match format 'ports': invalid containerPort: x"),
        (_service(ports=[70000]), "services.web.ports.0 Does not match format 'ports': invalid containerPort: 70000"),
        (
            _service(volumes=[{"type": "tmpfs", "tmpfs": {"size": -1}}]),
            "services.web.volumes.0.tmpfs.size Must be greater than or equal to 0",
        ),
        # the most deeply nested of several
        ({"zz": 1, **_service(yy=1, deploy={"mode": 1})}, "services.web.deploy.mode must be a string"),
    ],
)
def test_messages(config: Any, message: str) -> None:
    assert _problem(config) == message


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"services": {}},
        _service(deploy=None, pid=None),
        {"networks": {"n": None}, "volumes": {"v": None}},
        {"networks": {"any name": {"zz": 1}}},
        _deploy(replicas=3.0),
        _service(ulimits={"NOFILE": "not looked at here"}),
        _service(secrets=[{"source": "s", "zz": 1}]),
        _service(volumes=[{"type": "bind", "bind": {"create_host_path": True}, "volume": {"subpath": "x"}}]),
        _service(logging={"options": {"a": None, "b": 1}}),
        _service(expose=["x", 80]),
        {"secrets": {"s": {"external": {"zz": 1}}}},
    ],
)
def test_accepted(config: Any) -> None:
    assert _problem(config) == ""
