# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""service_scale, read back by the docker CLI."""

from __future__ import annotations

from .conftest import ENGINES, changed, failures

SLEEP = {"image": "registry:5000/busybox:1", "command": "sleep 1000", "stop_signal": "SIGKILL", "networks": ["host"]}
HOST = {"host": {"external": True, "name": "host"}}
QUIET = {"endpoint_mode": "dnsrr", "update_config": {"monitor": "500ms"}}


def scale(engines, wishes, **options):
    return engines.run("service_scale", services=wishes, **{"wait_timeout": 60, **options})


def spec_without_mode(engines, name):
    return {host: {**spec, "Mode": ""} for host, spec in engines.spec(name).items()}


def test_several_services(engines, stack):
    definition = {
        "services": {
            "web": {**SLEEP, "environment": {"A": "1", "B": ""}, "labels": {"x": ""}, "deploy": QUIET},
            "worker": {**SLEEP, "deploy": {**QUIET, "replicas": 2}},
            "agent": {**SLEEP, "deploy": {"mode": "global", "placement": {"constraints": ["node.labels.x==y"]}}},
        },
        "networks": HOST,
    }
    assert changed(stack(definition=definition)) == {True}
    web, worker, agent = (f"{stack.stack}_{name}" for name in ("web", "worker", "agent"))
    lone = f"{web}2"  # of no stack, and its name begins like another one
    engines.docker(
        f"service create -d -q --no-resolve-image --name {lone} --network host --stop-signal SIGKILL "
        "--update-monitor 500ms registry:5000/busybox:1 sleep 1000"
    )
    try:
        wishes = {web: 3, worker: 0, lone: "2"}
        specs = [spec_without_mode(engines, name) for name in wishes]
        versions = [engines.versions(name) for name in wishes]
        # What cannot be scaled is one error before any write.
        for check in (True, False):
            for result in failures(scale(engines, {**wishes, agent: 2, "no_such": 1, "nor_such": 2}, check=check)):
                assert "there is no service no_such, nor_such; " in result["msg"]
                assert f"service {agent} is global, and only replicated" in result["msg"]
                assert (result["changed"], result["plan"]) == (False, [])
        for result in failures(scale(engines, {web: 2, worker: -1})):
            assert f"services[{worker}] must be a number of replicas from 0 on, not -1" in result["msg"]

        planned = scale(engines, wishes, check=True)
        assert changed(planned) == {True}
        assert [engines.versions(name) for name in wishes] == versions
        done = scale(engines, wishes)
        for host in ENGINES:
            assert done[host]["plan"] == planned[host]["plan"]
            assert done[host]["diff"]["prepared"].splitlines() == [
                f"service {web}.deploy.replicas: 1 -> 3",
                f"service {lone}.deploy.replicas: 1 -> 2",
                f"service {worker}.deploy.replicas: 2 -> 0",
            ]
            services = [(item["name"], item["wanted"], item["running"]) for item in done[host]["services"]]
            assert services == [(web, 3, 3), (lone, 2, 2), (worker, 0, 0)]
        for name, wanted in wishes.items():
            shown = engines.docker(f"service ls --filter name={name} --format '{{{{.Name}}}} {{{{.Replicas}}}}'")
            assert all(f"{name} {wanted}/{wanted}" in text.splitlines() for text in shown.values()), shown
        assert [spec_without_mode(engines, name) for name in wishes] == specs
        assert set(engines.docker(f"ps -q --filter name={worker}").values()) == {""}

        versions = [engines.versions(name) for name in wishes]
        assert changed(scale(engines, wishes)) == {False}
        assert changed(scale(engines, wishes, check=True)) == {False}
        assert [engines.versions(name) for name in wishes] == versions
    finally:
        engines.docker(f"service rm {lone}")


def test_jobs_and_places(engines, stack):
    job = {"mode": "replicated-job", "replicas": 1, "restart_policy": {"condition": "none"}}
    definition = {
        "services": {
            "job": {**SLEEP, "command": "true", "deploy": job},
            "tight": {**SLEEP, "deploy": {**QUIET, "placement": {"max_replicas_per_node": 1}}},
            "web": {**SLEEP, "deploy": QUIET},
        },
        "networks": HOST,
    }
    assert changed(stack(definition=definition)) == {True}
    job, tight, web = (f"{stack.stack}_{name}" for name in ("job", "tight", "web"))
    # A job with another number runs again from the beginning.
    assert changed(scale(engines, {job: 3}, check=True)) == {True}
    for result in scale(engines, {job: 3}).values():
        assert [(item["wanted"], item["completed"]) for item in result["services"]] == [(3, 3)]
    mode = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 3}}
    assert engines.spec(job, ".Mode") == dict.fromkeys(ENGINES, mode)
    version = engines.versions(job)
    assert changed(scale(engines, {job: 3})) == {False}
    assert changed(scale(engines, {job: 3}, check=True)) == {False}
    assert engines.versions(job) == version

    # Replicas that find no place are a failure; what was written is waited for by the next run, too.
    wishes = {tight: 2, web: 2}
    for timeout, plan in ((20, [tight, web]), (1, [])):
        for result in failures(scale(engines, wishes, wait_timeout=timeout)):
            lost = f"At least one service has not converged within {timeout} s: {tight} 1/2 running, 1 pending: "
            assert f"{lost}no suitable node (max replicas per node limit exceed" in result["msg"]
            assert [item["name"] for item in result["services"]] == [tight]
            assert [step["name"] for step in result["plan"]] == plan
    assert changed(scale(engines, wishes, wait=False)) == {False}
