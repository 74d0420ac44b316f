# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the status of a swarm says is wrong."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.status import status_report


def node(name, **more):
    return {
        "id": f"id-{name}",
        "name": name,
        "role": "manager",
        "leader": False,
        "state": "ready",
        "reachability": "reachable",
        "availability": "active",
        "engine_version": "28.5.2",
        "tasks": [{"state": "running"}, {"state": "failed"}],
        **more,
    }


def service(**more):
    return {
        "name": "shop_web",
        "mode": "Replicated",
        "running": 2,
        "completed": 0,
        "wanted": 2,
        "update_status": {"state": "completed"},
        "errors": [],
        "converged": True,
        **more,
    }


def host(name, **more):
    return Report(name, **{"heard": True, "local_state": "active", "node_id": f"id-{name}", **more})


def status(nodes=None, services=(), hosts=None, **said):
    nodes = [node("a"), node("b"), node("c")] if nodes is None else nodes
    hosts = [host("a"), host("b"), host("c")] if hosts is None else hosts
    return status_report(
        {report.host: report for report in hosts}, {"nodes": nodes, "stacks": [{"services": list(services)}], **said}
    )


def test_all_is_well():
    found = status(services=[service()])
    assert (found["verdict"], found["problems"], found["warnings"]) == ("ok", [], [])
    assert [row["tasks"] for row in found["nodes"]] == [1, 1, 1]
    assert found["table"][0].split() == ["NAME", "HOST", "ROLE", "STATE", "AVAILABILITY", "ENGINE", "TASKS", "ID"]
    assert "3 of 3 managers are reachable, 2 must be; 1 more may fail." in found["table"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"nodes": [node("a"), node("b"), node("c", state="down")]}, "Node c (id-c) is down."),
        ({"nodes": [node("a"), node("b"), node("c", reachability="unreachable")]}, "Manager c (id-c) is unreachable."),
        ({"services": [service(running=1)]}, "Service shop_web: 1 of 2 tasks run."),
        (
            {"services": [service(running=0, converged=False, errors=[{"error": "no such image"}])]},
            "Service shop_web: 0 of 2 tasks run: no such image.",
        ),
        ({"services": [service(update_status={"state": "paused"})]}, "Service shop_web: the last update is paused."),
        ({"hosts": [host("a"), host("b"), host("c"), Report("d")]}, "d was not reached, or failed before in this run."),
        (
            {"hosts": [host("a"), host("b"), host("c", local_state="", problem="Is it running?")]},
            "c: Is it running.",
        ),
    ],
)
def test_a_problem(change, problem):
    found = status(**change)
    assert (found["verdict"], found["problems"]) == ("fail", [problem])
    assert f"fail: {problem}" in found["table"]


def test_the_old_node_of_a_host_that_joined_again_is_no_namesake():
    found = status(nodes=[node("a"), node("b"), node("c"), node("b", id="id-old", state="down", role="worker")])
    assert not [warning for warning in found["warnings"] if "host name" in warning]


def test_a_leader_without_the_others_has_lost_the_quorum():
    gone = [node("b", reachability="unreachable"), node("c", reachability="unreachable")]
    assert status(nodes=[node("a"), *gone])["problems"][0].startswith("The quorum is lost: 1 of 3 managers")


def test_without_any_manager_every_host_is_evidence():
    found = status(nodes=[])
    assert found["verdict"] == "fail"
    assert len(found["problems"]) == 3
    assert "No manager answers for a swarm with a quorum." in found["table"]


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"nodes": [node("a"), node("b"), node("c", engine_version="29.0.0")]}, "28.5.2 (2), 29.0.0 (1)"),
        ({"nodes": [node("a"), node("b"), node("c", availability="pause")]}, "Paused"),
        ({"nodes": [node("a"), node("b")], "hosts": [host("a"), host("b")]}, "Two managers tolerate no failure"),
        ({"hosts": [host("a"), host("b"), host("c"), host("d", local_state="inactive", node_id="")]}, "d is in no"),
        (
            {"nodes": [node("a"), node("b"), node("b", id="id-c")]},
            "2 nodes that are ready have the host name b: id-b, id-c",
        ),
    ],
)
def test_a_warning(change, warning):
    found = status(**change)
    assert found["verdict"] == "warn"
    assert warning in found["warnings"][0]


def test_complete_jobs_are_not_short_of_tasks():
    assert status(services=[service(mode="ReplicatedJob", running=0, completed=2)])["problems"] == []


def test_the_lock_and_what_was_done_are_shown():
    entry = {"operation": "backup", "result": "succeeded", "who": "a@b", "since": "1", "ended": "2"}
    lock = {"operation": "upgrade", "who": "c@d", "since": "3", "id": "lock-1"}
    table = status(lock=lock, audit=[entry] * 9)["table"]
    assert "Now: upgrade, by c@d since 3 (lock lock-1)." in table
    assert sum(line.startswith("Before: backup succeeded, by a@b, 1 to 2") for line in table) == 3
