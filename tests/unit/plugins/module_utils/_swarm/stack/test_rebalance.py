# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services are rebalanced, as a function of what was found."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rebalance import Found, decide

BEFORE, CHANGED, AFTER = "2026-01-01T10:00:00Z", "2026-01-01T10:00:00.5Z", "2026-01-01T10:00:00.512Z"


def node(name, changed=CHANGED, state="ready", availability="active", labels=None, platform=("x86_64", "linux")):
    return {
        "ID": f"id-{name}",
        "UpdatedAt": changed,
        "Spec": {"Availability": availability, "Role": "worker", "Labels": labels or {}},
        "Description": {"Hostname": name, "Platform": dict(zip(("Architecture", "OS"), platform, strict=True))},
        "Status": {"State": state},
    }


def service(replicas=6, mode=None, status=None, **placement):
    return {
        "ID": "s1",
        "Version": {"Index": 7},
        "UpdateStatus": {"State": status} if status else None,
        "Spec": {
            "Name": "web",
            "Labels": {"kept": "yes"},
            "Mode": mode or {"Replicated": {"Replicas": replicas}},
            "TaskTemplate": {"Placement": placement, "ForceUpdate": 4},
        },
    }


def tasks(created=BEFORE, state="running", desired="running", **counts):
    return [
        {
            "ServiceID": "s1",
            "NodeID": f"id-{name}",
            "CreatedAt": created,
            "DesiredState": desired,
            "Status": {"State": state},
        }
        for name, count in counts.items()
        for _number in range(count)
    ]


A, B, C = node("a"), node("b"), node("c")
ABC = (A, B, C)

# service, nodes, tasks, and the plan in words
SPREAD_AGAIN = {
    "a new node": (service(), ABC, tasks(a=3, b=3), ["a: 3 -> 2", "b: 3 -> 2", "c: 0 -> 2"]),
    "a rest": (service(4), ABC, tasks(a=3, b=1), ["a: 3 -> 1 or 2", "b: 1 -> 1 or 2", "c: 0 -> 1 or 2"]),
    "two below the most": (service(2), (A, B), tasks(a=2), ["a: 2 -> 1", "b: 0 -> 1"]),
    "what is even is not told": (service(6), ABC, tasks(a=3, b=2, c=1), ["a: 3 -> 2", "c: 1 -> 2"]),
    "no mode stated": (
        {**service(), "Spec": {**service()["Spec"], "Mode": {"Replicated": {"Replicas": 2}}}},
        (A, B),
        tasks(b=2),
        ["a: 0 -> 1", "b: 2 -> 1"],
    ),
    "tasks on a paused node": (
        service(5),
        (A, B, node("c", availability="pause")),
        tasks(a=3, c=2),
        ["a: 3 -> 2 or 3", "b: 0 -> 2 or 3", "c: 2 -> 0"],
    ),
    "a limit for each node": (
        service(MaxReplicas=3),
        ABC,
        tasks(a=3, b=3),
        ["a: 3 -> 2", "b: 3 -> 2", "c: 0 -> 2"],
    ),
    "one old task is enough": (
        service(2),
        (A, B),
        [*tasks(a=1), *tasks(AFTER, a=1)],
        ["a: 2 -> 1", "b: 0 -> 1"],
    ),
    "an update that was rolled back": (
        service(2, status="rollback_completed"),
        (A, B),
        tasks(a=2),
        ["a: 2 -> 1", "b: 0 -> 1"],
    ),
    "the image fits": (
        service(2, Platforms=[{"Architecture": "arm64"}, {"Architecture": "amd64", "OS": "linux"}]),
        (A, B),
        tasks(a=2),
        ["a: 2 -> 1", "b: 0 -> 1"],
    ),
    "tasks that end do not count": (
        service(2),
        (A, B),
        [*tasks(a=2), *tasks(b=1, desired="shutdown"), *tasks(b=1, state="failed")],
        ["a: 2 -> 1", "b: 0 -> 1"],
    ),
}


@pytest.mark.parametrize(("found", "nodes", "running", "words"), SPREAD_AGAIN.values(), ids=SPREAD_AGAIN)
def test_what_is_uneven_is_spread_again(found, nodes, running, words):
    plan = decide(None, Found([found], nodes, running))
    (step,) = plan
    assert plan.diff()["prepared"].splitlines() == [
        "service web: update (replaces all of its tasks)",
        *(f"service web.tasks.{line}" for line in words),
    ]
    template = {**found["Spec"]["TaskTemplate"], "ForceUpdate": 5}
    assert (step.payload["id"], step.payload["version"]) == ("s1", 7)
    assert step.payload["spec"] == {**found["Spec"], "TaskTemplate": template}


EVEN = {
    "even": (service(), ABC, tasks(a=2, b=2, c=2)),
    "a difference of one": (service(4), ABC, tasks(a=2, b=1, c=1)),
    "fewer tasks than nodes": (service(1), ABC, tasks(a=1)),
    "one node": (service(), (A,), tasks(a=6)),
    "no node": (service(), (), []),
    "nothing wanted": (service(0), ABC, []),
    "a global service": (service(mode={"Global": {}}), ABC, tasks(a=2)),
    "a job": (service(mode={"ReplicatedJob": {"TotalCompletions": 2}}), ABC, tasks(a=2)),
    "a drained node": (service(), (A, B, node("c", availability="drain")), tasks(a=3, b=3)),
    "a node that is down": (service(), (A, B, node("c", state="down")), tasks(a=3, b=3)),
    "pinned": (service(Constraints=["node.hostname == a"]), ABC, tasks(a=6)),
    "by labels": (service(Constraints=["node.labels.disk == ssd"]), (node("a", labels={"disk": "ssd"}), B), tasks(a=6)),
    "another architecture": (
        service(Platforms=[{"Architecture": "amd64", "OS": "linux"}]),
        (A, node("b", platform=("aarch64", "linux"))),
        tasks(a=6),
    ),
    "another system": (
        service(Platforms=[{"OS": "linux"}]),
        (A, node("b", platform=("x86_64", "windows"))),
        tasks(a=6),
    ),
}


@pytest.mark.parametrize(("found", "nodes", "running"), EVEN.values(), ids=EVEN)
def test_what_is_even_is_left_alone(found, nodes, running):
    plan = decide(None, Found([found], nodes, running))
    assert (plan.steps, plan.warnings) == ((), ())


LEFT = {
    "being updated": (service(status="updating"), ABC, tasks(a=3, b=3), "it is being updated"),
    "being rolled back": (service(status="rollback_started"), ABC, tasks(a=3, b=3), "it is being rolled back"),
    "paused": (service(status="paused"), ABC, tasks(a=3, b=3), "it has an update that was paused"),
    "rollback paused": (service(status="rollback_paused"), ABC, tasks(a=3, b=3), "it has a rollback that was paused"),
    "not all run": (service(7), ABC, tasks(a=3, b=3), "6 of 7 tasks run"),
    "placed since": (service(), ABC, tasks(AFTER, a=3, b=3), "its tasks are newer than the last change"),
    "only a full node has changed": (
        service(),
        (node("a", changed="2026-02-01T00:00:00Z"), B, C),
        tasks(AFTER, a=3, b=3),
        "its tasks are newer than the last change",
    ),
}


@pytest.mark.parametrize(("found", "nodes", "running", "words"), LEFT.values(), ids=LEFT)
def test_what_is_left_uneven_is_told(found, nodes, running, words):
    plan = decide(None, Found([found], nodes, running))
    assert not plan
    (warning,) = plan.warnings
    assert warning.startswith(f"Service web is unevenly spread (a: 3, b: 3, c: 0) and is left: {words}")


def test_nodes_that_share_a_name_are_told_by_their_ids():
    twin = {**B, "ID": "id-twin"}
    plan = decide(None, Found([service(2)], (A, B, twin), tasks(a=2)))
    assert [change.path for change in plan.steps[0].changes] == ["tasks.a", "tasks.id-b", "tasks.id-twin"]


def test_all_services_that_cannot_be_rebalanced_are_one_error():
    found = Found([service(), {**service(mode={"Global": {}}), "Spec": {"Name": "agent", "Mode": {"Global": {}}}}], ABC)
    with pytest.raises(SwarmError) as caught:
        decide(["web", "agent", "y", "x"], found)
    assert caught.value.message == (
        "Services cannot be rebalanced: there is no service x, y; "
        "service agent is global, and only replicated services can be spread again. Nothing was changed."
    )


def test_where_there_is_no_swarm_yet_there_is_nothing_to_do():
    plan = decide(["web"], Found(blank=True, warnings=("none yet",)))
    assert (plan.steps, plan.warnings) == ((), ("none yet",))
