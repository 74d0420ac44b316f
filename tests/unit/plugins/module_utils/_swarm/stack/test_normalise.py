# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Engine makes of a spec is no difference, and everything else is one."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import normalise

NETWORKS = {"n1": "st_default", "n2": "proxy"}
CONFIGS = {"c1": "st_creds"}


def service(container=None, task=None, **spec):
    return {
        "Name": "st_web",
        **spec,
        "TaskTemplate": {"ContainerSpec": {"Image": "web:1", **(container or {})}, **(task or {})},
    }


def normal(spec):
    return normalise.service(spec, NETWORKS, CONFIGS)


SAME = {
    "names of networks": (
        service(task={"Networks": [{"Target": "st_default", "Aliases": ["b", "a"]}, {"Target": "proxy"}]}),
        service(task={"Networks": [{"Target": "n2"}, {"Target": "n1", "Aliases": ["a", "b"]}]}),
    ),
    "networks in the old place": (
        service(task={"Networks": [{"Target": "proxy"}]}),
        service(Networks=[{"Target": "n2"}]),
    ),
    "isolation, runtime and forced restarts": (
        service(),
        service({"Isolation": "default"}, {"Runtime": "container", "ForceUpdate": 3}),
    ),
    "endpoint": (service(), service(EndpointSpec={"Mode": "vip"})),
    "one replica": (service(Mode={"Replicated": {}}), service(Mode={"Replicated": {"Replicas": 1}})),
    "no mode": (service(), service(Mode={"Replicated": {"Replicas": 1}})),
    "job": (
        service(Mode={"ReplicatedJob": {"TotalCompletions": 3, "MaxConcurrent": None}}),
        service(Mode={"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 3}}),
    ),
    "restart policy": (
        service(task={"RestartPolicy": {"Condition": "", "MaxAttempts": None}}),
        service(task={"RestartPolicy": {"Condition": "any", "MaxAttempts": 0}}),
    ),
    "update config": (
        service(UpdateConfig={"Parallelism": 1, "MaxFailureRatio": 0.15, "Delay": 0}),
        service(
            UpdateConfig={
                "Parallelism": 1,
                "MaxFailureRatio": 0.15000000596046448,
                "FailureAction": "pause",
                "Order": "stop-first",
            }
        ),
    ),
    "ports": (
        service(EndpointSpec={"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}),
        service(
            EndpointSpec={
                "Mode": "vip",
                "Ports": [{"Protocol": "tcp", "PublishMode": "ingress", "TargetPort": 80, "PublishedPort": 8080}],
            }
        ),
    ),
    "empty things": (
        service(
            {
                "Env": [],
                "Labels": {},
                "TTY": False,
                "DNSConfig": {},
                "Healthcheck": {},
                "Privileges": {},
                "Mounts": None,
            },
            {"Resources": {"Limits": {}}, "Placement": {}},
            Labels=None,
        ),
        service({"Privileges": {"CredentialSpec": None, "SELinuxContext": None, "NoNewPrivileges": False}}, Labels={}),
    ),
    "healthcheck": (
        service({"Healthcheck": {"Test": ["CMD", "x"], "Interval": 0, "Retries": 0}}),
        service({"Healthcheck": {"Test": ["CMD", "x"]}}),
    ),
    "mounts": (
        service({"Mounts": [{"Source": "/a", "Target": "/b", "Consistency": "cached", "BindOptions": {}}]}),
        service(
            {"Mounts": [{"Type": "bind", "Source": "/a", "Target": "/b", "BindOptions": {"Propagation": "rprivate"}}]}
        ),
    ),
    "secrets by name": (
        service({"Secrets": [{"SecretName": "st_a", "SecretID": "", "File": {"Name": "a", "UID": "0", "Mode": 292}}]}),
        service({"Secrets": [{"SecretName": "st_a", "SecretID": "x", "File": {"Name": "a", "UID": "0", "Mode": 292}}]}),
    ),
    "credential spec": (
        service({"Privileges": {"CredentialSpec": {"Config": "st_creds"}}}),
        service({"Privileges": {"CredentialSpec": {"Config": "c1", "File": "", "Registry": ""}}}),
    ),
    "order of what is a set": (
        service(
            {"Env": ["B=2", "A=1"], "CapabilityAdd": ["CAP_B", "CAP_A"]}, {"Placement": {"Constraints": ["b", "a"]}}
        ),
        service(
            {"Env": ["A=1", "B=2"], "CapabilityAdd": ["CAP_A", "CAP_B"]}, {"Placement": {"Constraints": ["a", "b"]}}
        ),
    ),
}


@pytest.mark.parametrize(("wished", "read"), SAME.values(), ids=SAME.keys())
def test_what_the_engine_makes_of_a_spec_is_the_same(wished, read):
    assert normal(wished) == normal(read)


DIFFERENT = {
    "replicas": (service(Mode={"Replicated": {"Replicas": 0}}), service(Mode={"Replicated": {}})),
    "mode": (service(Mode={"Global": {}}), service(Mode={"GlobalJob": {}})),
    "empty label": (service(Labels={"a": ""}), service(Labels={})),
    "empty variable": (service({"Env": ["A="]}), service({"Env": ["A"]})),
    "init": (service({"Init": False}), service()),
    "grace period": (service({"StopGracePeriod": 0}), service()),
    "delay": (service(task={"RestartPolicy": {"Delay": 0}}), service(task={"RestartPolicy": {}})),
    "no restart policy": (service(task={"RestartPolicy": {}}), service()),
    "no update config": (service(UpdateConfig={}), service()),
    "order of arguments": (service({"Args": ["a", "b"]}), service({"Args": ["b", "a"]})),
    "order of name servers": (
        service({"DNSConfig": {"Nameservers": ["1", "2"]}}),
        service({"DNSConfig": {"Nameservers": ["2", "1"]}}),
    ),
    "secret version": (
        service({"Secrets": [{"SecretName": "st_a", "File": {"Name": "a"}}]}),
        service({"Secrets": [{"SecretName": "st_a-v2", "File": {"Name": "a"}}]}),
    ),
    "volume": (
        service({"Mounts": [{"Type": "volume", "Source": "a", "Target": "/b"}]}),
        service(
            {"Mounts": [{"Type": "volume", "Source": "a", "Target": "/b", "VolumeOptions": {"Labels": {"x": ""}}}]}
        ),
    ),
    "the same target twice": (
        service({"Mounts": [{"Source": "/a", "Target": "/b"}, {"Source": "/c", "Target": "/b"}]}),
        service({"Mounts": [{"Source": "/c", "Target": "/b"}]}),
    ),
    "a field of tomorrow": (service({"Tomorrow": {"Setting": 1}}), service()),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_what_means_something_else_differs(one, other):
    assert normal(one) != normal(other)


def test_what_the_engine_adds_to_a_network_is_no_difference():
    wished = {"Name": "n", "Labels": {"com.docker.stack.namespace": "st"}, "Options": {"encrypted": ""}}
    read = {
        **wished,
        "Id": "n1",
        "Scope": "swarm",
        "Driver": "overlay",
        "EnableIPv6": False,
        "Attachable": False,
        "Options": {"encrypted": "", "com.docker.network.driver.overlay.vxlanid_list": "4097"},
        "IPAM": {"Driver": "default", "Options": None, "Config": []},
    }
    assert normalise.network(wished) == normalise.network(read)
    assert normalise.network(wished) != normalise.network({**read, "Options": {}})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"Data": "YQ=="}, {"Labels": {"a": "b"}}, True),
        ({"Templating": {"Name": "golang"}}, {}, False),
        ({"Driver": {"Name": "vault"}}, {"Driver": {"Name": "vault", "Options": {}}}, True),
        ({"Driver": {"Name": "vault"}}, {"Driver": {"Name": "vault", "Options": {"a": ""}}}, False),
    ],
)
def test_blobs_are_compared_by_what_cannot_change(one, other, same):
    assert (normalise.blob(one) == normalise.blob(other)) is same
