# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""service_rebalance as a whole: which requests it sends, in which order, and where it stops."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import rounds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rebalance_duty import rebalance_duty

from tests.doubles import EngineDouble

OLD, NEW = "2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z"


class Uneven(EngineDouble):
    """All tasks are on the first node until they are replaced. `stuck`: services that stay there.

    `paused`: services whose update ends like that.
    """

    def __init__(self, services, stuck=(), paused=(), monitor=1):
        super().__init__(nodes=3)
        self.stuck, self.paused = stuck, paused
        for name in services:
            spec = {"Name": name, "Mode": {"Replicated": {"Replicas": 6}}, "UpdateConfig": {"Monitor": monitor}}
            spec["TaskTemplate"] = {"ContainerSpec": {"Image": "web:1", "Env": ["A=1"]}}
            Engine(self).create_service(spec)
        for item in self._objects["nodes"].values():
            item["UpdatedAt"] = OLD

    def _is_forced(self, service):
        return service["Spec"]["TaskTemplate"]["ForceUpdate"] > 0

    def _tasks(self, service):
        moved = self._is_forced(service) and service["Spec"]["Name"] not in self.stuck
        nodes = list(self._objects["nodes"])
        return [
            {
                **task,
                "CreatedAt": NEW if self._is_forced(service) else OLD,
                "NodeID": task["NodeID"] if moved else nodes[0],
            }
            for task in super()._tasks(service)
        ]

    def _shown(self, kind, item):
        if kind == "services" and item["Spec"]["Name"] in self.paused and self._is_forced(item):
            item = {**item, "UpdateStatus": {"State": "paused", "Message": "task failed"}}
        return super()._shown(kind, item)


def updated(double):
    """The names of the services that were written, in order."""
    names = {service["ID"]: service["Spec"]["Name"] for service in Engine(double).services()}
    return [names[request.path.split("/")[2]] for request in double.writes]


@pytest.mark.parametrize("size", [2, 60])
def test_a_run_that_has_nothing_to_do_takes_three_lists(run, size):
    double = Uneven(f"s{number}" for number in range(size))
    assert len(run(double, "service_rebalance", {})["plan"]) == size
    result = run(double, "service_rebalance", {})
    assert (result["changed"], result["plan"], result["services"]) == (False, [], [])
    assert double.writes == []
    assert [request.path for request in double.requests] == ["/version", "/services", "/nodes", "/tasks"]


def test_services_are_done_one_after_the_other(run):
    double = Uneven(["b", "a"])
    stored = {service["Spec"]["Name"]: service["Spec"] for service in Engine(double).services()}
    result = run(double, "service_rebalance", {})
    assert updated(double) == ["a", "b"]
    before, after = {"host1": 6, "host2": 0, "host3": 0}, {"host1": 2, "host2": 2, "host3": 2}
    assert result["services"] == [{"name": name, "before": before, "after": after} for name in ("a", "b")]
    for service in Engine(double).services():
        old = stored[service["Spec"]["Name"]]
        assert service["Spec"] == {**old, "TaskTemplate": {**old["TaskTemplate"], "ForceUpdate": 1}}


def test_several_rounds_write_to_each_service_once(run, monkeypatch):
    """A round ends while each service is being watched, and the next one goes on with that."""
    monkeypatch.setattr(rounds, "SHORTEST", 0.3)
    double, ticket, written, told = Uneven(["b", "a"], monitor=20 * 10**9), {"shown": ""}, [], []
    for _round in range(9):
        result = run(double, "service_rebalance", {"ticket": ticket})
        written += updated(double)
        if "unfinished" not in result:
            break
        ticket = result["unfinished"]["ticket"]
        told.append((ticket["about"], result["unfinished"]["line"]))
    assert written == ["a", "b"]
    watched = "all 1 services run, and are watched for their monitor periods"
    assert told == [("rebalance of a", watched)] * 2 + [("rebalance of b", watched)] * 2
    before, after = {"host1": 6, "host2": 0, "host3": 0}, {"host1": 2, "host2": 2, "host3": 2}
    assert result["services"] == [{"name": name, "before": before, "after": after} for name in ("a", "b")]


def test_only_what_is_named_is_looked_at(run):
    double = Uneven(["web", "web2"])
    assert [item["name"] for item in run(double, "service_rebalance", {"services": ["web"]})["services"]] == ["web"]
    assert run(double, "service_rebalance", {"services": []})["changed"] is False
    result = run(double, "service_rebalance", {"services": ["web", "we"]})
    assert "there is no service we. Nothing was changed" in result["msg"]
    assert double.writes == []


def test_what_stays_uneven_is_told_and_not_tried_again():
    """Not as a module: where a controller was loaded into the process, warnings do not get into results."""
    double = Uneven(["a", "b"], stuck=["a"])

    def warned():
        duty = rebalance_duty(None, 60, check_mode=False)
        plan, found = fulfil(Engine(double), duty, check_mode=False)
        result = duty.result(found)
        return [item["after"]["host1"] for item in result["services"]], [*plan.warnings, *result["warnings"]]

    after, (warning,) = warned()
    assert after == [6, 2]
    assert warning.startswith("Service a is still unevenly spread")
    double.requests.clear()
    after, (warning,) = warned()
    assert (after, double.writes) == ([], [])
    assert warning.startswith("Service a is unevenly spread (host1: 6, host2: 0, host3: 0) and is left: its tasks are")


def test_a_paused_rollout_leaves_the_next_services_alone(run):
    double = Uneven(["a", "b", "c"], paused=["b"])
    result = run(double, "service_rebalance", {})
    assert result["failed"]
    assert "b 6/6 running: the update was paused (task failed)" in result["msg"]
    assert [step["name"] for step in result["plan"]] == ["a", "b"]
    double.requests.clear()
    assert [service["Spec"]["TaskTemplate"]["ForceUpdate"] for service in Engine(double).services()] == [1, 1, 0]


def test_check_mode_tries_no_write(run):
    double = Uneven(["a"])
    double.refuses_writes = True
    result = run(double, "service_rebalance", {}, check_mode=True)
    assert result["changed"]
    counts = {"host1": 6, "host2": 0, "host3": 0}
    assert result["services"] == [{"name": "a", "before": counts, "after": counts}]
    assert result["plan"][0]["changes"][0] == {"path": "tasks.host1", "before": 6, "after": 2}
    assert double.writes == []
    result = run(double, "service_rebalance", {})
    assert "this Engine refuses writes" in result["msg"]
    assert not result["changed"]


@pytest.mark.parametrize(("member", "fails"), [("worker", True), ("inactive", False)])
def test_an_engine_that_is_no_manager(run, member, fails):
    double = EngineDouble(nodes=3, member=member)
    result = run(double, "service_rebalance", {"services": ["a"]}, check_mode=True)
    assert result.get("failed", False) is fails
    assert run(double, "service_rebalance", {})["failed"]
