# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stack_info tells, as a function of what the Engine lists."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.converge import Look, seconds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.info import Listed, services, stacks

BEGAN = "2026-01-01T00:00:00Z"
LATER = seconds(BEGAN) + 60
REPLICATED = {"Replicated": {"Replicas": 1}}
JOB = {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 2}}


def of(stack):
    return {"com.docker.stack.namespace": stack}


def service(name="st_web", mode=None, stack="st", **fields):
    container = {"Image": "web:1"}
    spec = {"Name": name, "Labels": of(stack), "Mode": mode, "TaskTemplate": {"ContainerSpec": container}}
    return {"ID": f"id-{name}", "Spec": spec, **fields}


def task(state="running", name="st_web", node="a", slot=1, **status):
    return {
        "ID": f"task-{name}-{slot}-{node}-{state}",
        "ServiceID": f"id-{name}",
        "DesiredState": "running",
        "Status": {"State": state, "Timestamp": BEGAN, **status},
        **({"NodeID": node} if node else {}),
        **({"Slot": slot} if slot else {}),
    }


def node(name, state="ready", availability="active"):
    return {
        "ID": name,
        "Spec": {"Availability": availability, "Role": "worker"},
        "Status": {"State": state},
        "Description": {"Hostname": f"host-{name}"},
    }


NODES = [node("a"), node("b"), node("c", state="down"), node("d", availability="drain")]


def listed(services=(), tasks=(), now=LATER, **fields):
    return Listed(Look(services, tasks, NODES, at=now, now=now), tasks, **fields)


def only(*arguments, **options):
    """What is told of the one service of the one stack."""
    (stack,) = stacks(listed(*arguments, **options))
    assert stack["name"] == "st"
    (found,) = stack["services"]
    return found


def counts(found):
    return found["wanted"], found["running"], found["completed"], found["converged"]


# (service, its tasks, (wanted, running, completed, converged))
CASES = {
    "it runs": (service(mode=REPLICATED), [task()], (1, 1, 0, True)),
    "no mode": (service(), [task()], (1, 1, 0, True)),
    "no task yet": (service(), [], (1, 0, 0, False)),
    "pending, so on no node": (service(), [task("pending", node="")], (1, 0, 0, False)),
    "global: nodes that are up and active": (service(mode={"Global": {}}), [task(slot=0)], (2, 1, 0, False)),
    "global everywhere": (service(mode={"Global": {}}), [task(slot=0), task(slot=0, node="b")], (2, 2, 0, True)),
    "a job at work": (service(mode=JOB), [task("complete"), task(slot=2)], (2, 1, 1, False)),
    "a job that is done": (service(mode=JOB), [task("complete"), task("complete", slot=2)], (2, 0, 2, True)),
    "a pending job": (service(mode=JOB), [task("pending", node="")], (2, 0, 0, False)),
    "a global job": (
        service(mode={"GlobalJob": {}}),
        [task("complete", slot=0), task("complete", slot=0, node="b")],
        (2, 0, 2, True),
    ),
}


@pytest.mark.parametrize(("found", "tasks", "expected"), CASES.values(), ids=CASES.keys())
def test_counts(found, tasks, expected):
    assert counts(only([found], tasks)) == expected


def test_a_service_has_converged_after_its_monitor_period():
    assert not only([service()], [task()], now=seconds(BEGAN) + 4)["converged"]
    assert only([service()], [task()], now=seconds(BEGAN) + 5)["converged"]


INGRESS = {"PublishedPort": 80, "TargetPort": 8080, "Protocol": "udp", "PublishMode": "host"}
PORTS = {
    "no endpoint": ({}, []),
    "an empty endpoint": ({"Endpoint": {"Spec": {}}}, []),
    "as stated": (
        {"Endpoint": {"Ports": [INGRESS]}},
        [{"published": 80, "target": 8080, "protocol": "udp", "mode": "host"}],
    ),
    "by default": (
        {"Endpoint": {"Ports": [{"TargetPort": 8080}]}},
        [{"published": 0, "target": 8080, "protocol": "tcp", "mode": "ingress"}],
    ),
}


@pytest.mark.parametrize(("fields", "expected"), PORTS.values(), ids=PORTS.keys())
def test_ports(fields, expected):
    assert only([service(**fields)])["ports"] == expected


def test_ports_that_are_not_allocated_yet_are_those_of_the_spec():
    found = service()
    found["Spec"]["EndpointSpec"] = {"Ports": [INGRESS]}
    assert [port["published"] for port in only([found])["ports"]] == [80]


def test_the_update_status():
    empty = {"state": "", "message": "", "started_at": "", "completed_at": ""}
    assert only([service()])["update_status"] == empty
    found = only([service(UpdateStatus={"State": "paused", "Message": "because", "StartedAt": BEGAN})])
    assert found["update_status"] == {**empty, "state": "paused", "message": "because", "started_at": BEGAN}


def test_errors_are_counted_over_all_tasks_that_are_remembered():
    old = [task("failed", slot=slot, node=at, Err="exit (1)") for slot, at in [(1, "a"), (2, "b"), (3, "a")]]
    pending = task("pending", slot=4, node="", Err="no suitable node")
    look = Look([service()], [pending], NODES, at=LATER, now=LATER)
    (stack,) = stacks(Listed(look, [pending, *old]))
    assert stack["services"][0]["errors"] == [
        {"error": "exit (1)", "count": 3, "nodes": ["host-a", "host-b"]},
        {"error": "no suitable node", "count": 1, "nodes": []},
    ]


def test_each_stack_has_its_own_by_label_and_in_order():
    found = stacks(
        listed(
            [service("b_x", stack="b"), service("a_y", stack="a"), service("a_x", stack="a")],
            networks=[{"Name": "c_n", "Id": "n", "Labels": of("c"), "IPAM": {}}],
            secrets=[{"ID": "s", "Spec": {"Name": "a_s", "Labels": of("a")}}],
            configs=[{"ID": "c", "Spec": {"Name": "b_c", "Labels": of("b"), "Data": "c2VjcmV0"}}],
        )
    )
    assert [(stack["name"], [item["name"] for item in stack["services"]]) for stack in found] == [
        ("a", ["a_x", "a_y"]),
        ("b", ["b_x"]),
        ("c", []),
    ]
    assert [stack["secrets"] for stack in found] == [[{"name": "a_s", "id": "s"}], [], []]
    assert [stack["configs"] for stack in found] == [[], [{"name": "b_c", "id": "c"}], []]
    assert [stack["networks"] for stack in found] == [[], [], [{"name": "c_n", "id": "n"}]]
    assert all(stack["exists"] for stack in found)


def test_a_stack_that_does_not_exist():
    nothing = {"name": "st", "exists": False, "services": [], "networks": [], "secrets": [], "configs": []}
    assert stacks(listed(), "st") == [nothing]
    assert stacks(listed([service(stack="other")]), "st") == [nothing]
    assert stacks(listed()) == []


def test_services_of_no_stack_are_told_of_too():
    found = services(listed([service("st_web"), service("alone", stack="")], [task(), task(name="alone")]))
    assert [(item["stack"], item["name"], item["running"]) for item in found] == [("", "alone", 1), ("st", "st_web", 1)]
    assert only([service()], [task()]).items() <= found[1].items()
