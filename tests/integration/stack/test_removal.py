# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stacks that go, and networks that are replaced."""

from __future__ import annotations

from .conftest import changed, failures, plan_lines

WEB = {"image": "registry:5000/busybox:1", "command": "sleep 1000", "stop_grace_period": "2s"}
APART = {"deploy": {"endpoint_mode": "dnsrr", "update_config": {"monitor": "500ms"}}}


def definition(**network):
    return {
        "services": {
            "web": {**WEB, **APART, "secrets": ["key"], "configs": ["app"], "networks": ["front"]},
            "lone": {**WEB, **APART, "networks": ["back"]},
        },
        "networks": {"front": network, "back": {}},
        "secrets": {"key": {"environment": "KEY"}},
        "configs": {"app": {"content": "a"}},
    }


def test_removal_and_immediate_deployment(engines, stack):
    options = {"definition": definition(), "env": {"KEY": "k"}}
    steps = [
        f"remove {kind} {stack.stack}_{name}"
        for kind, name in [
            ("service", "lone"),
            ("service", "web"),
            ("secret", "key"),
            ("config", "app"),
            ("network", "back"),
            ("network", "front"),
        ]
    ]
    for _round in range(2):
        assert changed(stack(**options)) == {True}
        planned = stack(state="absent", check=True)
        assert all(plan_lines(result) == steps for result in planned.values())
        assert all(plan_lines(result) == steps for result in stack(state="absent").values())
        label = f"--filter label=com.docker.stack.namespace={stack.stack}"
        for left in (f"service ls -q {label}", f"network ls -q {label}", f"ps -q {label}"):
            assert set(engines.docker(left).values()) == {""}
    assert changed(stack(state="absent")) == {False}


def test_removal_where_no_service_is_left(engines, stack):
    assert changed(stack(definition=definition(), env={"KEY": "k"})) == {True}
    engines.docker(f"service rm {stack.stack}_web {stack.stack}_lone")
    assert changed(stack(state="absent")) == {True}
    assert set(engines.docker(f"network ls -q --filter name={stack.stack}_").values()) == {""}
    assert set(engines.docker(f"secret ls -q --filter name={stack.stack}_").values()) == {""}
    assert changed(stack(state="absent")) == {False}


def test_the_module_that_only_removes(engines, stack):
    options = {"definition": definition(), "env": {"KEY": "k"}}
    name = stack.stack
    left = [
        f"{kind} ls -q --filter label=com.docker.stack.namespace={name}" for kind in ("service", "network", "secret")
    ]
    assert changed(stack(**options)) == {True}
    web = engines.versions(f"{name}_web")
    # To the Engine, an empty label stands for any.
    for result in failures(engines.run("stack_remove", name="")):
        assert "A stack cannot have the name ''. Nothing was changed." in result["msg"]
    planned = engines.run("stack_remove", name=name, check=True)
    assert engines.versions(f"{name}_web") == web
    assert {host: plan_lines(result) for host, result in planned.items()} == {
        host: plan_lines(result) for host, result in stack(state="absent", check=True).items()
    }
    for wait in (True, False):
        done = engines.run("stack_remove", name=name, wait=wait, wait_timeout=60)
        assert {host: plan_lines(result) for host, result in done.items()} == {
            host: plan_lines(result) for host, result in planned.items()
        }
        if wait:
            assert changed(engines.run("stack_remove", name=name)) == {False}
            assert changed(engines.run("stack_remove", name=name, check=True)) == {False}
            assert all(set(engines.docker(command).values()) == {""} for command in left)
            assert changed(stack(**options)) == {True}
    # A removal that was not waited for is waited for by the next one. Until then the Engine lists the networks.
    for result in engines.run("stack_remove", name=name).values():
        assert not result["failed"], result["msg"]
        assert {step["kind"] for step in result["plan"]} <= {"network"}
    assert all(set(engines.docker(command).values()) == {""} for command in left)
    assert changed(engines.run("stack_remove", name=name)) == {False}


def test_a_network_that_changed(engines, stack):
    env = {"KEY": "k"}
    assert changed(stack(definition=definition(), env=env)) == {True}
    web, lone = f"{stack.stack}_web", f"{stack.stack}_lone"
    before, apart = engines.versions(web), engines.versions(lone)
    for result in failures(stack(definition=definition(attachable=True), env=env)):
        assert "attachable: (absent) -> true" in result["msg"]
        assert result["plan"] == []
    assert engines.versions(web) == before
    for result in stack(definition=definition(attachable=True), env=env, recreate_networks=True).values():
        assert plan_lines(result) == [
            f"remove service {web}",
            f"remove network {stack.stack}_front: attachable",
            f"create network {stack.stack}_front",
            f"create service {web}",
        ]
        assert all(service["running"] == 1 for service in result["services"])
    assert engines.versions(lone) == apart
    assert changed(stack(definition=definition(attachable=True), env=env, recreate_networks=True)) == {False}
