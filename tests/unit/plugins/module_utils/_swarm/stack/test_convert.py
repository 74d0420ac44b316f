# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the model of a stack to specs."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert import Specs, convert

NAMESPACE = {"com.docker.stack.namespace": "st"}
DATA = "eA=="


def _convert(service: dict[str, Any] | None = None, compatibility: str = "default", **sections: Any) -> Specs:
    services = {} if service is None else {"web": {"image": "i", **service}}
    model = {
        "services": services,
        "networks": {},
        "volumes": {},
        "secrets": {},
        "configs": {},
        "warnings": [],
        **sections,
    }
    before = copy.deepcopy(model)
    specs = convert(model, "st", compatibility)
    assert model == before
    return specs


def _web(service: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return _convert(service, **sections).services["st_web"]


def _container(service: dict[str, Any], **sections: Any) -> dict[str, Any]:
    container = _web(service, **sections)["TaskTemplate"]["ContainerSpec"]
    assert isinstance(container, dict)
    return container


def _message(service: dict[str, Any] | None = None, **sections: Any) -> str:
    with pytest.raises(SwarmError) as caught:
        _convert(service, **sections)
    return caught.value.message


def test_the_smallest_service() -> None:
    assert _convert({}) == Specs(
        networks={"st_default": {"Name": "st_default", "Driver": "overlay", "Labels": NAMESPACE}},
        secrets={},
        configs={},
        services={
            "st_web": {
                "Name": "st_web",
                "Labels": {"com.docker.stack.image": "i", **NAMESPACE},
                "TaskTemplate": {
                    "ContainerSpec": {
                        "Image": "i:latest",
                        "Labels": NAMESPACE,
                        "Privileges": {"CredentialSpec": None, "SELinuxContext": None},
                    },
                    "Resources": {},
                    "Placement": {},
                    "Networks": [{"Target": "st_default", "Aliases": ["web"]}],
                    "ForceUpdate": 0,
                },
                "Mode": {"Replicated": {}},
                "EndpointSpec": {},
            }
        },
        external={"networks": [], "secrets": [], "configs": []},
        warnings=[],
    )


def test_an_empty_stack() -> None:
    assert _convert() == Specs({}, {}, {}, {}, {"networks": [], "secrets": [], "configs": []}, [])


@pytest.mark.parametrize(
    ("service", "container"),
    [
        ({"command": ["a"], "entrypoint": ["b", "c"]}, {"Args": ["a"], "Command": ["b", "c"]}),
        ({"environment": {"B": "2", "A": None, "C": ""}}, {"Env": ["A", "B=2", "C="]}),
        ({"extra_hosts": ["b:1.1.1.1", "a:::1"]}, {"Hosts": ["1.1.1.1 b", "::1 a"]}),
        ({"dns": ["1.1.1.1"], "dns_search": ["x"]}, {"DNSConfig": {"Nameservers": ["1.1.1.1"], "Search": ["x"]}}),
        ({"dns": []}, {"DNSConfig": {}}),
        (
            {"init": False, "tty": False, "stdin_open": True, "read_only": True},
            {"Init": False, "OpenStdin": True, "ReadOnly": True},
        ),
        ({"stop_grace_period": 0, "stop_signal": "SIGINT"}, {"StopGracePeriod": 0, "StopSignal": "SIGINT"}),
        (
            {"hostname": "h", "user": "u", "working_dir": "/w", "isolation": "hyperv", "oom_score_adj": -5},
            {"Hostname": "h", "User": "u", "Dir": "/w", "Isolation": "hyperv", "OomScoreAdj": -5},
        ),
        ({"sysctls": {"a": "1"}}, {"Sysctls": {"a": "1"}}),
        (
            {"ulimits": {"nproc": {"soft": 1, "hard": 2}, "nofile": {"soft": 0, "hard": 0}}},
            {"Ulimits": [{"Name": "nofile", "Soft": 0, "Hard": 0}, {"Name": "nproc", "Soft": 1, "Hard": 2}]},
        ),
        ({"labels": {"a": "", "com.docker.stack.namespace": "x"}}, {"Labels": {"a": "", **NAMESPACE}}),
        (
            {"credential_spec": {"registry": "r"}},
            {"Privileges": {"CredentialSpec": {"Config": "", "File": "", "Registry": "r"}, "SELinuxContext": None}},
        ),
    ],
)
def test_container(service: dict[str, Any], container: dict[str, Any]) -> None:
    plain = _container({})
    assert _container(service) == {**plain, **container}


@pytest.mark.parametrize(
    ("deploy", "spec"),
    [
        ({"mode": "global"}, {"Mode": {"Global": {}}}),
        ({"mode": "global-job"}, {"Mode": {"GlobalJob": {}}}),
        ({"mode": "replicated", "replicas": 0}, {"Mode": {"Replicated": {"Replicas": 0}}}),
        ({"mode": "replicated-job"}, {"Mode": {"ReplicatedJob": {}}}),
        (
            {"mode": "replicated-job", "replicas": 3},
            {"Mode": {"ReplicatedJob": {"MaxConcurrent": 3, "TotalCompletions": 3}}},
        ),
        ({"endpoint_mode": "DNSRR"}, {"EndpointSpec": {"Mode": "dnsrr"}}),
        ({"update_config": {}}, {"UpdateConfig": {"Parallelism": 1, "MaxFailureRatio": 0, "Order": ""}}),
        (
            {
                "rollback_config": {
                    "parallelism": 0,
                    "delay": 5,
                    "monitor": 6,
                    "failure_action": "pause",
                    "max_failure_ratio": 0.5,
                    "order": "stop-first",
                }
            },
            {
                "RollbackConfig": {
                    "Parallelism": 0,
                    "Delay": 5,
                    "Monitor": 6,
                    "FailureAction": "pause",
                    "MaxFailureRatio": 0.5,
                    "Order": "stop-first",
                }
            },
        ),
        (
            {"labels": {"a": "b", "com.docker.stack.image": "x"}},
            {"Labels": {"a": "b", "com.docker.stack.image": "i", **NAMESPACE}},
        ),
    ],
)
def test_deploy(deploy: dict[str, Any], spec: dict[str, Any]) -> None:
    assert _web({"deploy": deploy}) == {**_web({}), **spec}


@pytest.mark.parametrize(
    ("service", "task"),
    [
        ({"restart": "always"}, {"RestartPolicy": {"Condition": "any"}}),
        ({"restart": "always", "deploy": {"restart_policy": {}}}, {"RestartPolicy": {}}),
        (
            {"deploy": {"restart_policy": {"condition": "on-failure", "delay": 0, "max_attempts": 0, "window": 5}}},
            {"RestartPolicy": {"Condition": "on-failure", "Delay": 0, "MaxAttempts": 0, "Window": 5}},
        ),
        (
            {"logging": {"driver": "gelf", "options": {"a": "b"}}},
            {"LogDriver": {"Name": "gelf", "Options": {"a": "b"}}},
        ),
        ({"logging": {}}, {"LogDriver": {}}),
        (
            {
                "deploy": {
                    "placement": {
                        "constraints": ["b", "a"],
                        "preferences": [{"spread": "x"}],
                        "max_replicas_per_node": 2,
                    }
                }
            },
            {
                "Placement": {
                    "Constraints": ["b", "a"],
                    "Preferences": [{"Spread": {"SpreadDescriptor": "x"}}],
                    "MaxReplicas": 2,
                }
            },
        ),
        (
            {"deploy": {"resources": {"limits": {"cpus": "1.5", "memory": 2**23, "pids": 9}, "reservations": {}}}},
            {"Resources": {"Limits": {"NanoCPUs": 1500000000, "MemoryBytes": 2**23, "Pids": 9}, "Reservations": {}}},
        ),
        (
            {
                "deploy": {
                    "resources": {
                        "reservations": {
                            "generic_resources": [{"discrete_resource_spec": {"kind": "gpu", "value": 2}}, {}]
                        }
                    }
                }
            },
            {
                "Resources": {
                    "Reservations": {"GenericResources": [{"DiscreteResourceSpec": {"Kind": "gpu", "Value": 2}}, {}]}
                }
            },
        ),
    ],
)
def test_task(service: dict[str, Any], task: dict[str, Any]) -> None:
    assert _web(service)["TaskTemplate"] == {**_web({})["TaskTemplate"], **task}


def test_ports_are_sorted_by_what_is_published() -> None:
    ports = [
        {"target": 80, "published": 8080, "protocol": "tcp", "mode": "ingress"},
        {"target": 9000, "published": 0, "protocol": "", "mode": ""},
        {"target": 53, "published": 53, "protocol": "udp", "mode": "host"},
    ]
    assert _web({"ports": ports})["EndpointSpec"]["Ports"] == [
        {"TargetPort": 9000},
        {"TargetPort": 53, "PublishedPort": 53, "Protocol": "udp", "PublishMode": "host"},
        {"TargetPort": 80, "PublishedPort": 8080, "Protocol": "tcp", "PublishMode": "ingress"},
    ]


def test_networks() -> None:
    networks = {
        "front": {"driver": "weave", "driver_opts": {"a": "b"}, "attachable": True, "labels": {"x": ""}},
        "back": {"name": "fixed", "internal": True, "ipam": {"driver": "d", "config": [{"subnet": "10.0.0.0/24"}, {}]}},
        "out": {"name": "shared", "external": True},
        "own": {"name": "host", "external": True},
        "unused": {"driver": "x"},
        "unused_out": {"name": "elsewhere", "external": True},
    }
    wish = {
        "front": {"aliases": ["b", "a"], "driver_opts": {"c": "d"}},
        "back": None,
        "out": {},
        "own": {"aliases": ["x"]},
    }
    specs = _convert({"networks": wish}, networks=networks)
    assert specs.networks == {
        "fixed": {
            "Name": "fixed",
            "Driver": "overlay",
            "Labels": NAMESPACE,
            "Internal": True,
            "IPAM": {"Driver": "d", "Config": [{"Subnet": "10.0.0.0/24"}, {}]},
        },
        "st_front": {
            "Name": "st_front",
            "Driver": "weave",
            "Labels": {"x": "", **NAMESPACE},
            "Options": {"a": "b"},
            "Attachable": True,
        },
    }
    assert specs.services["st_web"]["TaskTemplate"]["Networks"] == [
        {"Target": "fixed", "Aliases": ["web"]},
        {"Target": "host", "Aliases": ["x"]},
        {"Target": "shared", "Aliases": ["web"]},
        {"Target": "st_front", "Aliases": ["b", "a", "web"], "DriverOpts": {"c": "d"}},
    ]
    assert specs.external["networks"] == ["shared"]


def test_newer_keys_of_networks() -> None:
    pool = {
        "subnet": "10.0.0.0/24",
        "gateway": "10.0.0.1",
        "ip_range": "10.0.0.0/25",
        "aux_addresses": {"h": "10.0.0.9"},
    }
    networks = {"default": {"enable_ipv6": True, "ipam": {"options": {"a": "b"}, "config": [pool]}}}
    spec = _convert({}, networks=networks).networks["st_default"]
    assert spec["EnableIPv6"] is True
    assert spec["IPAM"] == {
        "Options": {"a": "b"},
        "Config": [
            {
                "Subnet": "10.0.0.0/24",
                "Gateway": "10.0.0.1",
                "IPRange": "10.0.0.0/25",
                "AuxiliaryAddresses": {"h": "10.0.0.9"},
            }
        ],
    }


def test_the_default_network_can_be_external() -> None:
    specs = _convert({}, networks={"default": {"name": "shared", "external": True}})
    assert (specs.networks, specs.external["networks"]) == ({}, ["shared"])


@pytest.mark.parametrize(("section", "kind"), [("secrets", "Secret"), ("configs", "Config")])
def test_objects(section: str, kind: str) -> None:
    objects = {
        "own": {"content": DATA, "labels": {"a": "b"}, "template_driver": "golang"},
        "named": {"content": DATA, "name": "fixed"},
        "out": {"name": "real", "external": True},
        "unused": {"name": "elsewhere", "external": True},
    }
    wish = [
        {"source": "own", "target": "/x", "uid": "1", "gid": "2", "mode": 0},
        {"source": "out"},
        {"source": "named", "uid": ""},
        {"source": "own"},
    ]
    specs = _convert({section: wish}, **{section: objects})
    assert getattr(specs, section) == {
        "fixed": {"Name": "fixed", "Labels": NAMESPACE, "Data": DATA},
        "st_own": {"Name": "st_own", "Labels": {"a": "b", **NAMESPACE}, "Data": DATA, "Templating": {"Name": "golang"}},
    }
    assert specs.external[section] == ["real"]

    def reference(name: str, target: str, uid: str = "0", gid: str = "0", mode: int = 0o444) -> dict[str, Any]:
        file = {"Name": target, "UID": uid, "GID": gid, "Mode": mode}
        return {"File": file, f"{kind}ID": "", f"{kind}Name": name}

    assert specs.services["st_web"]["TaskTemplate"]["ContainerSpec"][section.capitalize()] == [
        reference("fixed", "named"),
        reference("real", "out"),
        reference("st_own", "/x", "1", "2", 0),
        reference("st_own", "own"),
    ]


def test_secrets_of_a_driver() -> None:
    secrets = {"s": {"driver": "vault", "driver_opts": {"a": "b"}}}
    driver = {"Name": "vault", "Options": {"a": "b"}}
    assert _convert(secrets=secrets).secrets == {"st_s": {"Name": "st_s", "Labels": NAMESPACE, "Driver": driver}}


def test_credential_spec_of_a_config() -> None:
    configs = {
        "own": {"content": DATA},
        "named": {"content": DATA, "name": "fixed"},
        "out": {"name": "o", "external": True},
    }
    specs = _convert({"credential_spec": {"config": "own"}, "configs": [{"source": "own"}]}, configs=configs)
    container = specs.services["st_web"]["TaskTemplate"]["ContainerSpec"]
    assert container["Privileges"]["CredentialSpec"] == {"Config": "st_own", "File": "", "Registry": ""}
    file = {"Name": "own", "UID": "0", "GID": "0", "Mode": 0o444}
    assert container["Configs"] == [
        {"File": file, "ConfigID": "", "ConfigName": "st_own"},
        {"Runtime": {}, "ConfigID": "", "ConfigName": "st_own"},
    ]
    assert _convert({"credential_spec": {"config": "out"}}, configs=configs).external["configs"] == ["o"]
    renamed = {"credential_spec": {"config": "named"}}
    assert _container(renamed, configs=configs)["Privileges"]["CredentialSpec"]["Config"] == "fixed"
    message = "service web: invalid credential spec: spec specifies config named, but no such config can be found"
    assert _message(renamed, configs=configs, compatibility="cli") == message


@pytest.mark.parametrize(
    ("service", "message"),
    [
        ({"networks": {"n": None}}, 'undefined network "n"'),
        ({"secrets": [{"source": "s"}]}, 'undefined secret "s"'),
        ({"configs": [{"target": "s"}]}, 'undefined config ""'),
        ({"volumes": [{"type": "volume", "source": "v", "target": "/x"}]}, 'undefined volume "v"'),
        ({"credential_spec": {"config": "c"}}, 'undefined config "c"'),
        (
            {"credential_spec": {"file": "c", "registry": "r"}},
            'invalid credential spec: cannot specify both "File" and "Registry"',
        ),
        (
            {"credential_spec": {"config": "d", "file": "c", "registry": "r"}},
            'invalid credential spec: cannot specify both "Config", "File", and "Registry"',
        ),
        ({"deploy": {"mode": "Global"}}, "Unknown mode: Global"),
        (
            {"deploy": {"mode": "global", "replicas": 0}},
            "replicas can only be used with replicated or replicated-job mode",
        ),
        ({"healthcheck": {"disable": True, "test": ["x"]}}, "test and disable can't be set at the same time"),
        ({"restart": "sometimes"}, "unknown restart policy: sometimes"),
        ({"restart": ":3"}, "invalid restart policy format: no policy provided before colon"),
        ({"restart": "always:x"}, "invalid restart policy format: maximum retry count must be an integer"),
        ({"deploy": {"resources": {"limits": {"cpus": "lots"}}}}, "failed to parse lots as a rational number"),
        (
            {"secrets": [{"source": "d"}, {"source": "e", "target": "d"}]},
            "duplicate secret target for st_e not allowed: d",
        ),
    ],
)
@pytest.mark.parametrize("compatibility", ["default", "cli"])
def test_refused(service: dict[str, Any], message: str, compatibility: str) -> None:
    objects = {"d": {"content": DATA}, "e": {"content": DATA}}
    found = _message(service, compatibility=compatibility, secrets=objects, configs={"d": {"content": DATA}})
    assert found == f"service web: {message}"


def test_two_of_one_name() -> None:
    secrets = {"a": {"name": "x", "content": DATA}, "b": {"name": "x", "content": "eQ=="}}
    assert _message(secrets=secrets) == "two secrets have the name x and differ"
    networks = {"a": {"name": "x"}, "b": {"name": "x", "driver": "y"}}
    assert (
        _message({"networks": {"a": None, "b": None}}, networks=networks) == "two networks have the name x and differ"
    )
    assert list(_convert(secrets={"a": secrets["a"], "c": secrets["a"]}).secrets) == ["x"]


def test_the_name_in_the_file_is_compared() -> None:
    assert _convert(name="other", warnings=["w"]).warnings == ["w", "name: other is ignored: the stack is called st"]
    assert _convert(name="st").warnings == []
