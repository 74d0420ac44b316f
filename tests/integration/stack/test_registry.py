# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images by digest, from a registry that asks for a login and from one that does not answer."""

from __future__ import annotations

import base64
import json

import pytest

from .conftest import ENGINES, changed, failures, plan_lines

FAST = {"endpoint_mode": "dnsrr", "update_config": {"monitor": "500ms"}}


def stack_of(image, **service):
    web = {"image": image, "command": "sleep 1000", "stop_grace_period": "1s", "deploy": FAST, **service}
    return {"services": {"web": web}}


@pytest.fixture
def registry(engines):
    """The registry that asks for a login, none of whose images is on a host."""
    registry = engines.lab.registry
    for host in ENGINES:
        images = engines.docker("images --digests --format '{{.Repository}}@{{.Digest}} {{.Repository}}:{{.Tag}}'")
        for name in {name for name in images[host].split() if name.startswith(registry.auth_host)}:
            engines.docker(f"rmi -f {name}", check=False)
    return registry


def login(registry):
    return {registry.auth_host: {"username": registry.username, "password": registry.password}}


def encoded(registry):
    return base64.b64encode(f"{registry.username}:{registry.password}".encode()).decode()


def assert_not_printed(engines, results):
    registry = engines.lab.registry
    for text in (engines.output, json.dumps(results)):
        assert registry.password not in text
        assert encoded(registry) not in text


def images_of(results):
    return {service["image"] for result in results.values() for service in result["services"]}


def test_a_registry_with_a_login(engines, stack, registry):
    image = f"{registry.auth_host}/busybox:1"
    options = {"definition": stack_of(image), "resolve_image": "changed"}
    refused = stack(**options, wait_timeout=15)
    for result in failures(refused):
        assert f"No such image: {image}" in result["msg"]
    done = stack(**{**options, "resolve_image": "always"}, registry_auth=login(registry))
    assert changed(done) == {True}
    (pinned,) = images_of(done)
    assert pinned.startswith(f"{image}@sha256:")
    assert changed(stack(**options, registry_auth=login(registry))) == {False}
    assert changed(stack(**options)) == {False}
    assert_not_printed(engines, [refused, done])


def test_the_login_of_the_controller(engines, stack, registry):
    auths = {f"http://{registry.auth_host}/v2/": {"auth": encoded(registry)}}
    (engines.folder / "config.json").write_text(json.dumps({"auths": auths}))
    done = stack(definition=stack_of(f"{registry.auth_host}/busybox:2"), resolve_image="always")
    assert changed(done) == {True}
    (pinned,) = images_of(done)
    assert pinned.startswith(f"{registry.auth_host}/busybox:2@sha256:")
    assert_not_printed(engines, done)


def test_a_login_is_needed_for_the_pull_alone_where_nothing_is_resolved(engines, stack, registry):
    image = f"{registry.auth_host}/busybox:1"
    done = stack(definition=stack_of(image), registry_auth=login(registry), resolve_image="never")
    assert images_of(done) == {image}
    assert {service["running"] for result in done.values() for service in result["services"]} == {1}


@pytest.fixture
def cut_off(engines, registry):
    """A function after which no host reaches the registry with a login."""
    rule = f"OUTPUT -p tcp -d {registry.address} --dport {registry.auth_port} -j REJECT --reject-with tcp-reset"

    def cut():
        for host in ENGINES:
            engines.console(host, f"iptables -I {rule}")

    yield cut
    for host in ENGINES:
        engines.console(host, f"iptables -D {rule}", check=False)


@pytest.mark.parametrize("policy", ["changed", "always"])
def test_an_unreachable_registry_unpins_nothing(engines, stack, registry, cut_off, policy):
    image = f"{registry.auth_host}/busybox:1"
    options = {"resolve_image": policy, "registry_auth": login(registry)}
    (pinned,) = images_of(stack(definition=stack_of(image), **options))
    cut_off()
    assert changed(stack(definition=stack_of(image), **options)) == {False}
    # Nor does a change of something else.
    done = stack(definition=stack_of(image, environment={"A": "1"}), **options)
    expected = [f"update service {stack.stack}_web: environment.A"]
    assert [plan_lines(result) for result in done.values()] == [expected] * 3
    assert images_of(done) == {pinned}
    assert_not_printed(engines, done)
