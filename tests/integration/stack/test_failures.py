# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts that fail: each with what the tasks themselves say, within seconds or at the timeout."""

from __future__ import annotations

import pytest

from .conftest import changed, failures

FAST = {"endpoint_mode": "dnsrr", "update_config": {"monitor": "500ms"}}
# A task that ends at once is still running for the Engine until its network is taken down.
PATIENT = {"update_config": {"monitor": "4s"}}


def service(command="sleep 1000", image="registry:5000/busybox:1", **options):
    return {
        "image": image,
        "command": command,
        "stop_grace_period": "1s",
        **options,
        "deploy": {**({} if "mode" in options.get("deploy", {}) else FAST), **options.get("deploy", {})},
    }


# (service, wanted, running, what is said)
FAULTS = {
    "image": (service(image="registry:5000/nothing:1"), "No such image: registry:5000/nothing:1"),
    "crash": (
        service("sh -c 'sleep 2; echo the end; exit 7'", deploy=PATIENT),
        "exit (7)",
    ),
    "unhealthy": (
        service(healthcheck={"test": ["CMD", "false"], "interval": "1s", "retries": 1}),
        "unhealthy container",
    ),
    "constraint": (
        service(deploy={"placement": {"constraints": ["node.labels.none == x"]}}),
        "no suitable node (scheduling constraints not satisfied on 1 node)",
    ),
    "resources": (
        service(deploy={"resources": {"reservations": {"memory": "900G"}}}),
        "no suitable node (insufficient resources on 1 node)",
    ),
    "job": (
        service(
            "sh -c 'exit 5'",
            deploy={"mode": "replicated-job", "restart_policy": {"condition": "none"}},
        ),
        "exit (5)",
    ),
    "one-shot": (
        service("sh -c 'exit 6'", deploy={"restart_policy": {"condition": "none"}, **PATIENT}),
        "exit (6)",
    ),
}


@pytest.mark.parametrize(("broken", "reason"), FAULTS.values(), ids=FAULTS.keys())
def test_fault(engines, stack, broken, reason):
    for result in failures(stack(definition={"services": {"good": service(), "bad": broken}}, wait_timeout=25)):
        assert reason in result["msg"]
        report = next(item for item in result["services"] if item["name"] == f"{stack.stack}_bad")
        assert (report["wanted"], report["running"]) in [(1, 0), (1, 1)]
        assert reason in report["errors"][0]["error"]
        assert result["changed"] is True


def test_a_rollback_by_the_engine(engines, stack):
    good = {"services": {"web": service()}}
    assert changed(stack(definition=good)) == {True}
    update = {"update_config": {"monitor": "3s", "failure_action": "rollback"}}
    bad = {"services": {"web": service("sh -c 'echo no good; exit 1'", deploy=update)}}
    for _attempt in range(2):
        # The status of the first attempt is not taken for that of the second, and the second is no success either.
        for result in failures(stack(definition=bad, wait_timeout=40)):
            assert "the update was rolled back" in result["msg"]
            assert result["services"][0]["log"] == ["no good"]
    # A stale status does not make a failure of a stack that is as it should be.
    assert changed(stack(definition=good)) == {False}


def test_a_pause_by_the_engine(engines, stack):
    good = {"services": {"web": service()}}
    assert changed(stack(definition=good)) == {True}
    update = {"update_config": {"monitor": "3s", "failure_action": "pause"}}
    bad = {"services": {"web": service("sh -c 'echo no good; exit 1'", deploy=update)}}
    for words, timeout in (("the update was paused", 40), ("has not converged within 15 s", 15)):
        for result in failures(stack(definition=bad, wait_timeout=timeout)):
            assert words in result["msg"]
            assert result["services"][0]["log"] == ["no good"]
    assert changed(stack(definition=good)) == {True}
    assert changed(stack(definition=good)) == {False}


def test_the_specs_before_are_restored(engines, stack):
    good = {"services": {"web": service(), "api": service()}}
    assert changed(stack(definition=good)) == {True}
    before = engines.spec(f"{stack.stack}_web", ".TaskTemplate.ContainerSpec.Args")
    bad = {"services": {"web": service("sh -c 'exit 1'", deploy=PATIENT), "api": service()}}
    for result in failures(stack(definition=bad, wait_timeout=25, on_failure="rollback")):
        assert f"The previous specs were restored: {stack.stack}_web." in result["msg"]
        assert result["rolled_back"] == [f"{stack.stack}_web"]
    assert engines.spec(f"{stack.stack}_web", ".TaskTemplate.ContainerSpec.Args") == before
    assert changed(stack(definition=good)) == {False}


def test_a_run_that_was_cut_short_is_waited_for_by_the_next(engines, stack):
    slow = {"services": {"web": service(healthcheck={"test": ["CMD", "true"], "interval": "6s"})}}
    assert changed(stack(definition=slow, wait=False)) == {True}
    result = stack(definition=slow)
    assert changed(result) == {False}
    assert {item["running"] for answer in result.values() for item in answer["services"]} == {1}
