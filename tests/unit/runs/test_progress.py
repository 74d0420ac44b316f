# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that are called in rounds: what is shown, and that each thing is done once."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import rounds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine

from tests.doubles import EngineDouble
from tests.unit.runs.slow import Slow


def in_rounds(run, double, name, options, **ticket):
    """(what is told, the steps of all rounds, the result of the last)."""
    told, steps, ticket = [], [], {"shown": "", **ticket}
    for _round in range(20):
        result = run(double, name, {**options, "ticket": ticket})
        steps += [f"{step['action']} {step['name']}" for step in result["plan"]]
        if "unfinished" not in result:
            return told, steps, result
        ticket = result["unfinished"]["ticket"]
        told.append(f"{ticket['about']}: {result['unfinished']['line']}")
    raise AssertionError(f"the rounds have no end: {told}")


REMOVED = ["remove shop_db", "remove shop_web", "remove shop_net1", "remove shop_net2"]


def test_the_removal_of_a_stack_tells_what_is_left(run):
    told, steps, result = in_rounds(run, Slow(tasks=15, networks=15), "stack_remove", {"name": "shop"})
    assert told == [
        "removal of stack shop: 6 tasks and 0 networks of stack shop are still being removed",
        "removal of stack shop: 0 tasks and 2 networks of stack shop are still being removed",
    ]
    assert (steps, result["services"], result["changed"]) == (REMOVED, [], False)


def test_where_nobody_looks_on_a_stack_is_removed_in_one_round(run):
    result = run(Slow(tasks=15, networks=15), "stack_remove", {"name": "shop"})
    assert [f"{step['action']} {step['name']}" for step in result["plan"]] == REMOVED


def test_the_rounds_of_a_removal_share_their_timeout(run):
    options = {"name": "shop", "wait_timeout": 40}
    told, steps, result = in_rounds(run, Slow(tasks=1000, networks=0), "stack_remove", options)
    assert len(told) == 3
    assert (steps, result["failed"]) == (REMOVED[:2], True)
    assert "Timed out after 40 s: 6 tasks and 0 networks of stack shop are still being removed" in result["msg"]


@pytest.fixture
def watched(monkeypatch):
    """A service whose tasks have to run for a while, and rounds that end before they have."""
    monkeypatch.setattr(rounds, "SHORTEST", 0.3)
    double = EngineDouble()
    container = {"Image": "web:1", "Env": ["A=1"]}
    spec = {"Name": "web", "Mode": {"Replicated": {"Replicas": 1}}, "TaskTemplate": {"ContainerSpec": container}}
    Engine(double).create_service({**spec, "UpdateConfig": {"Monitor": 20 * 10**9}})
    return double


def test_scaling_tells_how_far_it_is_and_writes_once(run, watched):
    told, steps, result = in_rounds(run, watched, "service_scale", {"services": {"web": 3}})
    assert set(told) == {"scaling: all 1 services run, and are watched for their monitor periods"}
    assert steps == ["update web"]
    assert [(item["wanted"], item["running"]) for item in result["services"]] == [(3, 3)]


def test_a_round_of_scaling_does_not_undo_what_somebody_else_wrote(run, watched):
    first = run(watched, "service_scale", {"services": {"web": 3}, "ticket": {"shown": ""}})
    assert [step["name"] for step in first["plan"]] == ["web"]
    (service,) = Engine(watched).services()
    spec = {**service["Spec"], "Mode": {"Replicated": {"Replicas": 5}}}
    Engine(watched).update_service(service["ID"], service["Version"]["Index"], spec)
    _told, steps, _result = in_rounds(
        run, watched, "service_scale", {"services": {"web": 3}}, **first["unfinished"]["ticket"]
    )
    assert steps == []
    assert Engine(watched).services()[0]["Spec"]["Mode"] == {"Replicated": {"Replicas": 5}}
