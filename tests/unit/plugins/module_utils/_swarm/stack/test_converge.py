# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When the services of a stack have converged, as a function of what the Engine lists."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import converge
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.converge import Look

SECOND = 1_000_000_000


def node(name, state="ready", availability="active", **labels):
    return {
        "ID": name,
        "Spec": {"Availability": availability, "Role": "worker", "Labels": labels},
        "Status": {"State": state, "Addr": "10.0.0.1"},
        "Description": {"Hostname": f"host-{name}"},
    }


def service(mode=None, update=None, restart=None, constraints=None, iteration=None, **fields):
    task = {"RestartPolicy": {"Condition": restart}} if restart else {}
    if constraints:
        task["Placement"] = {"Constraints": constraints}
    found = {
        "ID": "s",
        "Spec": {"Name": "st_web", "Mode": mode or {"Replicated": {"Replicas": 2}}, "TaskTemplate": task},
    }
    if update:
        found["UpdateStatus"] = {"State": update, "Message": "because"}
    if iteration is not None:
        found["JobStatus"] = {"JobIteration": {"Index": iteration} if iteration else {}}
    return {**found, **fields}


def task(state, slot=1, desired="running", node="a", error="", iteration=None, **fields):
    found = {
        "ID": f"t-{slot}-{node}-{state}-{desired}-{error}-{iteration}",
        "ServiceID": "s",
        "NodeID": node,
        "DesiredState": desired,
        "Status": {"State": state, "Timestamp": "2026-01-01T00:00:00Z", **({"Err": error} if error else {})},
        **fields,
    }
    if slot:
        found["Slot"] = slot
    if iteration is not None:
        found["JobIteration"] = {"Index": iteration} if iteration else {}
    return found


NODES = [node("a"), node("b")]
GLOBAL = {"Global": {}}
JOB = {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 3}}


def look(found, tasks, nodes=None, **times):
    return Look([found], tasks, NODES if nodes is None else nodes, **times)


def only(*arguments, changed=(), **options):
    (progress,) = converge.progress(look(*arguments, **options), changed)
    return progress


CASES = {
    "all run": (service(), [task("running", 1), task("running", 2)], "st_web 2/2 running", True),
    "no tasks yet": (service(), [], "st_web 0/2 running", False),
    "one is starting": (service(), [task("running", 1), task("starting", 2)], "st_web 1/2 running, 1 starting", False),
    "no replicas": (service({"Replicated": {"Replicas": 0}}), [], "st_web 0/0 running", True),
    "a failed one has a successor": (
        service(),
        [task("running", 1), task("failed", 2, "shutdown"), task("ready", 2, "ready")],
        "st_web 1/2 running, 1 ready",
        False,
    ),
    "what is shut down does not count": (
        service(),
        [task("running", 1), task("running", 2, "shutdown")],
        "st_web 1/2 running",
        False,
    ),
    "scaled down": (
        service({"Replicated": {"Replicas": 1}}),
        [task("running", 1), task("running", 2, "remove")],
        "st_web 1/1 running",
        True,
    ),
    "on a node that is down": (
        service(),
        [task("running", 1), task("running", 2, node="c")],
        "st_web 1/2 running",
        False,
    ),
    "global": (service(GLOBAL), [task("running", 0), task("running", 0, node="b")], "st_web 2/2 running", True),
    "global, a node is missing": (service(GLOBAL), [task("running", 0)], "st_web 1/2 running", False),
    "global, none is eligible": (service(GLOBAL, constraints=["node.labels.x == y"]), [], "st_web 0/0 running", True),
    "job": (
        service(JOB, iteration=1),
        [task("complete", n, "complete", iteration=1) for n in (0, 1, 2)],
        "st_web 3/3 complete",
        True,
    ),
    "job of the run before": (
        service(JOB, iteration=1),
        [task("complete", n, "complete", iteration=0) for n in (1, 2, 3)],
        "st_web 0/3 complete",
        False,
    ),
    "job, again: the first of its slots is 0": (
        service(JOB, iteration=1),
        [
            task("complete", 0, "complete", iteration=0),
            *(task("complete", n, "complete", iteration=1) for n in (0, 1, 2)),
        ],
        "st_web 3/3 complete",
        True,
    ),
    "job, running": (
        service(JOB, iteration=0),
        [task("complete", 1, "complete", iteration=0), task("running", 2, "complete", iteration=0)],
        "st_web 1/3 complete, 1 running",
        False,
    ),
    "one-shot": (
        service({"Replicated": {"Replicas": 1}}, restart="none"),
        [task("complete", 1, "shutdown")],
        "st_web 1/1 running",
        True,
    ),
    "complete, but to be restarted": (
        service({"Replicated": {"Replicas": 1}}),
        [task("complete", 1, "shutdown"), task("ready", 1, "ready")],
        "st_web 0/1 running, 1 ready",
        False,
    ),
}


@pytest.mark.parametrize(("found", "tasks", "words", "converged"), CASES.values(), ids=CASES.keys())
def test_progress(found, tasks, words, converged):
    progress = only(found, tasks, [*NODES, node("c", state="down")])
    assert (str(progress), progress.converged) == (words, converged)


@pytest.mark.parametrize(
    ("nodes", "wanted"),
    [
        ([node("a"), node("b", availability="drain")], 1),
        ([node("a"), node("b", state="down")], 1),
        # A paused node keeps its tasks.
        ([node("a", availability="pause"), node("b")], 2),
        ([node("a"), node("b", availability="pause")], 1),
    ],
)
def test_a_global_service_wants_a_task_on_each_eligible_node(nodes, wanted):
    assert only(service(GLOBAL), [task("running", 0)], nodes).wanted == wanted


@pytest.mark.parametrize(
    ("update", "failure"),
    [
        ("paused", "the update was paused (because)"),
        ("rollback_completed", "the update was rolled back (because)"),
        ("rollback_paused", "the rollback of the update was paused (because)"),
        ("updating", ""),
        ("completed", ""),
    ],
)
def test_only_the_status_of_this_run_counts(update, failure):
    running = [task("running", 1), task("running", 2)]
    mine = only(service(update=update), running, changed={"s"})
    stale = only(service(update=update), running)
    assert (mine.failure, stale.failure) == (failure, "")
    assert (mine.converged, stale.converged) == (not failure, True)


@pytest.mark.parametrize(
    ("found", "tasks", "failure"),
    [
        (
            service(restart="none"),
            [task("failed", 1, "shutdown"), task("running", 2)],
            "1 failed and will not be restarted",
        ),
        (service(), [task("rejected", 1, "shutdown"), task("pending", 1), task("running", 2)], ""),
        # It has just failed, and the swarm has not yet decided.
        (service(), [task("failed", 1), task("running", 2)], ""),
        # Scaled down: nobody misses it.
        (service(), [task("running", 1), task("running", 2), task("failed", 3, "remove")], ""),
        (service(update="updating"), [task("failed", 1, "shutdown")], ""),
        (service(JOB, iteration=0), [task("failed", 1, "shutdown", iteration=0)], "1 failed and will not be restarted"),
        # Tried again on another node, in the first slot of a job, which is 0.
        (
            service(JOB, iteration=0),
            [task("failed", 0, "shutdown", iteration=0), task("running", 0, "complete", node="b", iteration=0)],
            "",
        ),
    ],
)
def test_tasks_that_failed_for_good(found, tasks, failure):
    assert only(found, tasks).failure == failure


def test_a_task_of_an_earlier_attempt_says_nothing_of_this_one():
    old = task("failed", 1, "shutdown")
    look = Look([service()], [old, task("running", 2)], NODES)
    (again,) = converge.progress(look, {"s"}, {old["ID"]})
    (untouched,) = converge.progress(look, (), {old["ID"]})
    assert (again.failure, untouched.failure) == ("", "1 failed and will not be restarted")


def test_a_changed_service_has_to_run_for_its_monitor_period():
    tasks = [task("running", 1), task("running", 2)]
    since = {}
    for at, stable in [(0.0, False), (4.9, False), (5.0, True)]:
        seen = look(service(), tasks, at=at, now=2_000_000_000.0)
        services = converge.progress(seen, {"s"})
        since = converge.monitored_since(since, services, seen)
        assert converge.is_stable(services[0], since, at) is stable


def test_a_restart_begins_the_monitor_period_anew():
    first = look(service(), [task("running", 1), task("running", 2)], at=0.0)
    since = converge.monitored_since({}, converge.progress(first, {"s"}), first)
    other = task("running", 2, ID="t-new")
    second = look(service(), [task("running", 1), other], at=4.0)
    services = converge.progress(second, {"s"})
    since = converge.monitored_since(since, services, second)
    assert since == {"t-1-a-running-running--None": 0.0, "t-new": 4.0}
    assert not converge.is_stable(services[0], since, 6.0)
    assert converge.is_stable(services[0], since, 9.0)


def test_a_service_that_was_left_alone_is_stable_at_once_if_its_tasks_are_old():
    old = converge.seconds("2026-01-01T00:00:00Z")
    for now, stable in [(old + 60, True), (old + 1, False), (old - 60, False)]:
        seen = look(service(), [task("running", 1), task("running", 2)], at=100.0, now=now)
        services = converge.progress(seen)
        assert converge.is_stable(services[0], converge.monitored_since({}, services, seen), 100.0) is stable


def test_what_runs_during_a_rollback_is_no_success():
    running = [task("running", 1), task("running", 2)]
    assert not only(service(update="rollback_started"), running, changed={"s"}).converged


def test_the_monitor_period_is_that_of_the_service():
    found = service()
    found["Spec"]["UpdateConfig"] = {"Monitor": 30 * SECOND}
    assert only(found, []).monitor == 30.0


def test_an_error_shows_no_password_of_the_command_that_failed():
    tasks = [task("rejected", error='exec: "serve --password=p1": not found', node="a")]
    (found,) = converge.errors(tasks, NODES)
    assert found["error"] == 'exec: "serve --password=********": not found'


def test_errors_are_distinct_and_name_the_nodes():
    tasks = [
        task("rejected", error="No such image: x", node="a"),
        task("rejected", error="No such image: x", node="b"),
        task("rejected", error="No such image: x", node="a"),
        task("failed", error="exit 1", node="gone"),
        task("pending", error="no suitable node", node=""),
        task("running"),
    ]
    assert converge.errors(tasks, NODES) == [
        {"error": "No such image: x", "count": 3, "nodes": ["host-a", "host-b"]},
        {"error": "exit 1", "count": 1, "nodes": []},
        {"error": "no suitable node", "count": 1, "nodes": []},
    ]


UPDATED = "2026-01-01T00:00:00.123456789Z"
NOW = converge.seconds(UPDATED)
RUNNING = {"RunningTasks": 2, "DesiredTasks": 2}


@pytest.mark.parametrize(
    ("found", "age", "quiet"),
    [
        (service(ServiceStatus=RUNNING), 11, True),
        (service(ServiceStatus=RUNNING), 9, False),
        (service(ServiceStatus={"RunningTasks": 1, "DesiredTasks": 2}), 99, False),
        (service(ServiceStatus=RUNNING, update="completed"), 99, True),
        (service(ServiceStatus=RUNNING, update="updating"), 99, False),
        (service(ServiceStatus=RUNNING, update="paused"), 99, False),
        (service(GLOBAL, ServiceStatus=RUNNING), 99, True),
        (service(JOB, ServiceStatus={"RunningTasks": 0, "CompletedTasks": 3}), 0, True),
        (service(JOB, ServiceStatus={"RunningTasks": 3, "CompletedTasks": 0}), 99, False),
        (service(), 99, False),
    ],
)
def test_tasks_need_not_be_looked_at_if_all_is_quiet(found, age, quiet):
    assert converge.is_quiet([{**found, "UpdatedAt": UPDATED}], NOW + age) is quiet


def test_a_paused_update_that_is_not_through_has_stalled():
    half = [task("running", 1)]
    assert converge.stalled(look(service(update="paused"), half)) == ["st_web"]
    assert converge.stalled(look(service(update="paused"), [*half, task("running", 2)])) == []
    # It fails on its own: another update would change nothing.
    assert converge.stalled(look(service(update="paused"), [*half, task("failed", 2, "shutdown")])) == []
    assert converge.stalled(look(service(update="completed"), half)) == []


@pytest.mark.parametrize(
    ("left", "counts"),
    {
        "being stopped": (task("running", desired="remove"), True),
        "stopped, its container is still there": (task("complete", desired="remove"), True),
        "of a job that still runs": (task("running", desired="complete"), True),
        "of a job that ended (Engine 20.10)": (task("complete", desired="complete"), False),
        "of a job without a node (Engine 20.10)": (task("new", desired="complete", node=""), False),
        "on a node that is down": (task("running", desired="remove", node="b"), False),
    }.values(),
)
def test_what_of_a_removed_service_is_waited_for(left, counts):
    assert converge.leaving([left], [node("a"), node("b", state="down")]) == [left["ID"]] * counts


ENDING = {
    "wanted": (task("running"), False),
    "of a job": (task("running", desired="complete"), False),
    "to be shut down": (task("running", desired="shutdown"), True),
    "to be removed": (task("running", desired="remove"), True),
    "has ended": (task("complete", desired="remove"), False),
    "has failed": (task("failed", desired="shutdown"), False),
    "never had a node": (task("pending", desired="remove", node=""), False),
    "on a node that is down": (task("running", desired="remove", node="b"), False),
}


@pytest.mark.parametrize(("left", "counts"), ENDING.values(), ids=ENDING.keys())
def test_what_is_to_end_and_still_runs(left, counts):
    assert converge.unwanted([left], [node("a"), node("b", state="down")]) == [left["ID"]] * counts
