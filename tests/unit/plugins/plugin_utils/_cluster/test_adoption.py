# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swarm that was made by hand, as inventory and variables."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.adoption import adopt, remaining
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report

DEBIAN_13 = {
    "id": "debian",
    "version": "13",
    "codename": "trixie",
    "name": "Debian GNU/Linux 13 (trixie)",
    "family": "debian",
    "architecture": "x86_64",
}
FROM_DEBIAN = {
    "docker.io": "26.1.5+dfsg1-9+b9",
    "docker-cli": "26.1.5+dfsg1-9+b9",
    "containerd": "1.7.24",
    "runc": "1.1.15",
    "python3-docker": "7.1.0-2",
}
FROM_DOCKER = dict.fromkeys(("docker-ce", "docker-ce-cli"), "5:28.5.2-1~debian.13~trixie") | {"containerd.io": "1.7"}
LEFT_ALONE = {"docker_engine_log_opts": {}, "docker_engine_kernel_modules": [], "docker_engine_sysctls": {}}


def swarm(**settings):
    known = {"task_history_limit": 5, "node_cert_expiry": "2160h", "autolock": False, "labels": {}, "log_driver": None}
    return {
        "id": "cluster",
        "settings": {**known, **settings},
        "default_addr_pool": ["10.0.0.0/8"],
        "subnet_size": 24,
        "data_path_port": 4789,
    }


def node(name, **more):
    return {
        "id": f"id-{name}",
        "name": name,
        "role": "worker",
        "leader": False,
        "availability": "active",
        "state": "ready",
        "labels": {},
        "address": "192.0.2.1",
        **more,
    }


def manager(name, **more):
    return node(name, role="manager", **more)


def engine(packages=None, held=()):
    return {"os": DEBIAN_13, "packages": FROM_DEBIAN if packages is None else packages, "held": list(held)}


class Loader(yaml.SafeLoader):
    """As Ansible reads it, with the text that is no template marked by a leading "unsafe "."""


Loader.add_constructor("!unsafe", lambda loader, item: f"unsafe {loader.construct_scalar(item)}")


def adopted(nodes, engines=None, reports=None, connections=None, **settings):
    """Hosts by group with their variables, the variables of all, and the warnings."""
    if reports is None:
        reports = {item["name"]: Report(item["name"], heard=True, node_id=item["id"]) for item in nodes}
    engines = {host: engine() for host in reports} if engines is None else engines
    found = adopt(swarm(**settings), nodes, reports, engines, connections or {})
    hosts, variables = (yaml.load(found.files[name], Loader) for name in ("hosts.yml", "group_vars/all.yml"))
    return {group: content["hosts"] for group, content in hosts.items()}, variables, found.warnings


def test_nodes_are_in_the_groups_of_their_roles_with_what_they_are():
    groups, _variables, warnings = adopted(
        [
            manager("m1", address="192.0.2.11"),
            node("w1", address="192.0.2.21", labels={"zone": "a", "flag": ""}, availability="drain"),
            node("w2", address="0.0.0.0"),
        ]
    )
    assert groups == {
        "swarm_managers": {"m1": {"ansible_host": "192.0.2.11", "swarm_node_advertise_addr": "192.0.2.11"}},
        "swarm_workers": {
            "w1": {
                "ansible_host": "192.0.2.21",
                "swarm_node_advertise_addr": "192.0.2.21",
                "swarm_node_availability": "drain",
                "swarm_node_labels": {"flag": "", "zone": "a"},
            },
            "w2": {},
        },
    }
    assert warnings == []


def test_settings_are_as_they_are_but_for_empty_ones():
    _groups, variables, _warnings = adopted([manager("m1")], task_history_limit=3)
    assert variables["swarm_manager_settings"] == {
        "task_history_limit": 3,
        "node_cert_expiry": "2160h",
        "autolock": False,
        "default_addr_pool": ["10.0.0.0/8"],
        "subnet_size": 24,
        "data_path_port": 4789,
    }


def test_settings_that_hold_secrets_are_left_out_with_a_warning():
    authorities = [{"protocol": "cfssl", "url": "https://bee:********@ca"}]
    _groups, variables, warnings = adopted([manager("m1")], external_cas=authorities, task_history_limit=3)
    assert "external_cas" not in variables["swarm_manager_settings"]
    assert variables["swarm_manager_settings"]["task_history_limit"] == 3
    assert any("external_cas" in warning and "swarm_manager_settings" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("facts", "variables"),
    [
        (engine(), {"docker_engine_source": "distribution", "docker_engine_hold": False}),
        (
            engine(held=["docker.io", "docker-cli", "containerd", "runc"]),
            {
                "docker_engine_source": "distribution",
                "docker_engine_hold": True,
                "docker_engine_version": "26.1.5",
            },
        ),
        # Held in part: the role would hold the others, too.
        (engine(held=["docker.io"]), {"docker_engine_source": "distribution", "docker_engine_hold": False}),
        (
            engine(FROM_DOCKER, held=FROM_DOCKER),
            {"docker_engine_source": "docker", "docker_engine_hold": True, "docker_engine_version": "28.5.2"},
        ),
    ],
)
def test_the_engine_is_as_it_is(facts, variables):
    groups, shared, warnings = adopted([manager("m1"), node("w1")], {"m1": facts, "w1": facts})
    assert {key: value for key, value in shared.items() if key.startswith("docker_engine")} == {
        **variables,
        **LEFT_ALONE,
    }
    assert "docker_engine_source" not in groups["swarm_workers"]["w1"]
    assert warnings == []


def test_what_differs_between_hosts_is_stated_for_each():
    engines = {"m1": engine(FROM_DOCKER, held=FROM_DOCKER), "w1": engine()}
    groups, shared, _warnings = adopted([manager("m1"), node("w1")], engines)
    assert groups["swarm_managers"]["m1"]["docker_engine_version"] == "28.5.2"
    assert groups["swarm_workers"]["w1"]["docker_engine_source"] == "distribution"
    assert {key for key in shared if key.startswith("docker_engine")} == set(LEFT_ALONE)


def test_an_engine_from_elsewhere_is_told_of():
    _groups, shared, (warning,) = adopted([manager("m1")], {"m1": engine({})})
    assert "docker_engine_source" not in shared
    assert warning.startswith("Docker Engine was not installed from packages that the role docker_engine knows: m1.")


def test_how_hosts_are_reached_is_kept_but_no_secret():
    secret = {"ansible_password": "hunter2", "ansible_become_password": "hunter2"}
    connection = {"ansible_host": "m1.example.com", "ansible_user": "deploy", "ansible_port": 2222, **secret}
    nodes = [manager("m1"), node("w1")]
    groups, shared, _warnings = adopted(nodes, connections=dict.fromkeys(("m1", "w1"), connection))
    assert groups["swarm_managers"]["m1"]["ansible_host"] == "m1.example.com"
    assert (shared["ansible_user"], shared["ansible_port"]) == ("deploy", 2222)
    assert "hunter2" not in str((groups, shared))


def test_labels_are_not_taken_for_templates():
    labels = {"evil": "{{ lookup('pipe', 'id') }}", "number": "1", "yes": "yes", "text": "a: b\n'c'"}
    groups, _shared, _warnings = adopted([manager("m1", labels=labels)])
    assert groups["swarm_managers"]["m1"]["swarm_node_labels"] == {
        **labels,
        "evil": "unsafe {{ lookup('pipe', 'id') }}",
    }


def test_a_node_without_a_host_is_written_as_the_managers_know_it():
    nodes = [manager("m1"), node("w1", address="192.0.2.21"), node("gone", state="down", id="id-gone")]
    reports = {"first": Report("first", heard=True, node_id="id-m1")}
    groups, _shared, (warning,) = adopted(nodes, reports=reports)
    assert list(groups["swarm_managers"]) == ["first"]
    assert list(groups["swarm_workers"]) == ["w1", "gone"]
    assert warning.startswith("Not asked, or no answer: w1, gone.")


def test_two_nodes_never_become_one_host():
    nodes = [manager("m1"), node("w1", id="id-old", state="down"), node("w1", id="id-new"), node("m1", id="id-other")]
    reports = {"m1": Report("m1", heard=True, node_id="id-m1")}
    groups, _shared, _warnings = adopted(nodes, reports=reports)
    assert list(groups["swarm_workers"]) == ["id-old", "id-new", "id-other"]


def test_autolock_and_nodes_out_of_service_are_told_of():
    labels = {"apiary.swarm.availability": "active", "zone": "a"}
    groups, shared, warnings = adopted([manager("m1", labels=labels, availability="drain")], autolock=True)
    assert shared["swarm_manager_settings"]["autolock"] is True
    assert groups["swarm_managers"]["m1"]["swarm_node_labels"] == {"zone": "a"}
    assert [warning.partition(",")[0] for warning in warnings] == [
        "Autolock is on",
        "Out of service for a while",
    ]


def test_what_site_would_still_do_is_said():
    step = {"action": "install", "kind": "package", "name": "python3-docker"}
    checked = {"m1": {"plan": []}, "w1": {"plan": [step]}, "w2": {"failed": True, "msg": "Podman is in the way."}}
    assert remaining(checked) == ["w1: install package python3-docker", "w2: Podman is in the way."]
