# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts that take long, that are cut short, and that get in each other's way."""

from __future__ import annotations

import threading
import time

import pytest

from tests.lab.wait import wait_until

from .conftest import ENGINES, changed, failures, plan_lines

IMAGE = "registry:5000/busybox:1"
FAST = {"endpoint_mode": "dnsrr", "update_config": {"monitor": "500ms"}}


def service(version, **options):
    return {
        "image": IMAGE,
        "command": "sleep 1000",
        "stop_grace_period": "1s",
        "environment": {"VERSION": str(version)},
        "deploy": FAST,
        **options,
    }


def environments(engines, name):
    """The variables of a service, as text, on each host."""
    return [" ".join(env) for env in engines.spec(name, ".TaskTemplate.ContainerSpec.Env").values()]


def versions(engines, services):
    """For each host, the VERSION of each service."""
    return {
        host: [engines.spec(name, ".TaskTemplate.ContainerSpec.Env")[host] for name in services] for host in ENGINES
    }


def test_a_long_rollout_is_shown_while_it_goes_on(engines, stack):
    slow = {"healthcheck": {"test": ["CMD", "true"], "interval": "3s"}, "stop_grace_period": "3s"}
    first = {"web": service(1, **slow), "old": service(1)}
    assert changed(stack(definition={"services": first})) == {True}
    engines.output = ""
    second = stack(definition={"services": {"web": service(2, **slow)}}, prune=True)
    for host, result in second.items():
        # The result is one, though the module was called several times.
        assert plan_lines(result) == [
            f"update service {stack.stack}_web: environment.VERSION",
            f"remove service {stack.stack}_old",
        ]
        lines = [line for line in engines.output.splitlines() if line.startswith(f"{host}: stack {stack.stack} after")]
        assert any("web 0/1 running" in line for line in lines), lines
        assert len(lines) == len(set(lines)) >= 2
        assert "unfinished" not in result
    assert changed(stack(definition={"services": {"web": service(2, **slow)}}, prune=True)) == {False}


def test_two_deployments_at_once(engines, stack):
    """Whoever says that all went well is right, and whoever was written over says so."""
    names = [f"s{number}" for number in range(4)]
    assert changed(stack(definition={"services": {name: service(0) for name in names}})) == {True}
    results = {}

    def deploy(version):
        results[version] = stack(definition={"services": {name: service(version) for name in names}})

    runs = [threading.Thread(target=deploy, args=(version,)) for version in (1, 2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    full = [f"{stack.stack}_{name}" for name in names]
    for host, found in versions(engines, full).items():
        failed = {version: result[host]["msg"] for version, result in results.items() if "msg" in result[host]}
        for message in failed.values():
            assert "Someone else wrote to services" in message
        # Where both went well, one was over before the other wrote; where both failed, it may be some of each.
        if len(failed) < 2:
            assert found in [[[f"VERSION={version}"]] * 4 for version in results.keys() - failed.keys()]
    # Whoever deploys next finds nothing broken.
    assert changed(stack(definition={"services": {name: service(3) for name in names}})) == {True}
    assert versions(engines, full) == dict.fromkeys(ENGINES, [["VERSION=3"]] * 4)


def test_somebody_changes_a_service_during_its_rollout(engines, stack):
    slow = {"healthcheck": {"test": ["CMD", "true"], "interval": "10s"}}
    options = {"prune": True, "on_failure": "rollback"}
    first = {"web": service(1, **slow), "old": service(1)}
    assert changed(stack(definition={"services": first}, **options)) == {True}
    second, results = {"services": {"web": service(2, **slow)}}, {}
    run = threading.Thread(target=lambda: results.update(stack(definition=second, **options)))
    run.start()
    web = f"{stack.stack}_web"
    wait_until(lambda: set(environments(engines, web)) == {"VERSION=2"})
    engines.docker(f"service update -d --no-resolve-image --env-add BY=hand {web}")
    run.join()
    for result in failures(results):
        assert f"Someone else wrote to services of stack {stack.stack} during this run: {web}." in result["msg"]
    # It stays as that one left it, and nothing was pruned.
    assert all("BY=hand" in environment for environment in environments(engines, web))
    assert set(engines.docker(f"service ls -q --filter name={stack.stack}_old | wc -l").values()) == {"1"}


@pytest.mark.parametrize("seconds", [1.5, 3.5])
def test_a_controller_that_is_killed_and_run_again(engines, stack, seconds):
    slow = {"healthcheck": {"test": ["CMD", "true"], "interval": "2s"}}
    env = {"KEY": "first"}

    def wish(version):
        return {
            "services": {
                "web": service(version, secrets=["key"], **slow),
                "api": service(version),
                **({"old": service(version)} if version == 1 else {}),
            },
            "secrets": {"key": {"environment": "KEY"}},
        }

    assert changed(stack(definition=wish(1), env=env)) == {True}
    options = {"definition": wish(2), "env": {"KEY": "second"}, "prune": True, "keep_versions": 0}
    engines.kill_after(seconds, "stack_deploy", name=stack.stack, resolve_image="never", **options)
    time.sleep(1)
    changed(stack(**options))
    assert changed(stack(**options)) == {False}
    full = [f"{stack.stack}_{name}" for name in ("web", "api")]
    assert versions(engines, full) == dict.fromkeys(ENGINES, [["VERSION=2"]] * 2)
    label = f"--filter label=com.docker.stack.namespace={stack.stack}"
    assert set(engines.docker(f"secret ls -q {label} | wc -l").values()) == {"1"}
    assert set(engines.docker(f"service ls -q {label} | wc -l").values()) == {"2"}
