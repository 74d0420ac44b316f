# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests modules take, and of which kind: whole modules, and a double behind the socket that they reach.

Counts and never seconds: they are the same on every machine.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine

from tests.doubles import EngineDouble
from tests.unit.runs.stacks import STACK, deploy, specs_of

MOST_FOR_NOTHING = 8  # requests of a run that has nothing to do, the one that asks for the API version among them


def stack_of(count, **options):
    """Many services, of which all share a network and a config, and one is in the network of the hosts."""
    service = {"image": "web:1", "networks": ["front"], "configs": ["conf"], **options}
    services = {f"s{number}": service for number in range(count - 1)}
    return {
        "services": {**services, "agent": {**service, "networks": ["host"]}},
        "networks": {"front": None, "host": {"external": True, "name": "host"}},
        "configs": {"conf": {"file": "a.txt"}},
    }


def model_of(compose):
    return {"name": STACK, "model": json.dumps({"specs": specs_of(compose), "auths": {}})}


def deployed(compose):
    double = EngineDouble(nodes=3)
    deploy(Engine(double), specs_of(compose), wait=False)
    return double


def asked(double):
    """How often each kind of object was read and written."""
    return Counter((request.method, request.path.split("/")[1]) for request in double.requests)


def succeeded(result):
    assert not result.get("failed"), result
    return result


def test_a_stack_that_is_as_wished_costs_the_same_few_requests_whatever_its_size(run):
    counts = []
    for size in (20, 200):
        double = deployed(stack_of(size))
        assert succeeded(run(double, "stack_deploy", model_of(stack_of(size))))["plan"] == []
        assert double.writes == []
        counts.append(len(double.requests))
    assert counts[0] == counts[1] <= MOST_FOR_NOTHING


def test_the_content_of_each_secret_takes_one_request_that_writes_nothing(run):
    secrets = {f"k{number}": {"file": "a.txt"} for number in range(5)}
    for compose, probes in ((stack_of(3), 0), ({**stack_of(3), "secrets": secrets}, len(secrets))):
        double = deployed(compose)
        assert succeeded(run(double, "stack_deploy", model_of(compose)))["plan"] == []
        assert asked(double)["POST", "secrets"] == probes
        assert len(double.requests) - probes <= MOST_FOR_NOTHING
        assert double.writes == []


def test_changes_are_planned_without_a_request_for_each_service(run):
    double = deployed(stack_of(200))
    wish = model_of(stack_of(200, hostname="changed"))
    assert len(succeeded(run(double, "stack_deploy", wish, check_mode=True))["plan"]) == 200
    assert len(double.requests) <= MOST_FOR_NOTHING


def test_an_image_is_looked_up_once_however_many_services_have_it(run):
    double = deployed(stack_of(20))
    wish = model_of(stack_of(20, image="web:2"))
    assert len(succeeded(run(double, "stack_deploy", wish, check_mode=True))["plan"]) == 20
    assert asked(double)["GET", "distribution"] == 1


@pytest.mark.parametrize("name", [STACK, None])
def test_stacks_are_told_of_with_eight_requests_whatever_there_is(run, name):
    for size in (2, 50):
        double = deployed(stack_of(size))
        (stack,) = succeeded(run(double, "stack_info", {"name": name}))["stacks"]
        assert len(stack["services"]) == size
        assert all(service["converged"] for service in stack["services"])
        # The API version, and seven lists.
        assert len(double.requests) == 8
        assert double.writes == []


def test_replicas_of_many_services_are_one_list_and_one_write_for_each_that_differs(run):
    double = deployed(stack_of(50))
    wishes = {f"{STACK}_s{number}": 2 for number in range(49)}
    for differing in (49, 0):
        options = {"services": wishes, "wait": False}
        assert len(succeeded(run(double, "service_scale", options))["plan"]) == differing
        assert len(double.writes) == differing
        # What was written is read again for the result.
        assert asked(double)["GET", "services"] == (2 if differing else 1)


def test_labels_of_a_thousand_nodes_are_one_list_and_one_write_for_each_that_differs(run):
    double = EngineDouble(nodes=1000)
    wishes = {f"host{number}": {"zone": "a"} for number in range(1, 1001)}
    run(double, "node_label", {"nodes": {name: wishes[name] for name in list(wishes)[:950]}})
    for differing in (50, 0):
        assert len(succeeded(run(double, "node_label", {"nodes": wishes}))["plan"]) == differing
        expected = {("GET", "version"): 1, ("GET", "nodes"): 1, ("POST", "nodes"): differing}
        assert asked(double) == Counter({key: count for key, count in expected.items() if count})


@pytest.mark.parametrize("tasks", [False, True])
def test_all_nodes_and_what_runs_there_are_told_with_a_list_of_each(run, tasks):
    for size in (3, 300):
        double = EngineDouble(nodes=size)
        deploy(Engine(double), specs_of(stack_of(20, deploy={"mode": "global"})), wait=False)
        nodes = succeeded(run(double, "node_info", {"tasks": tasks}))["nodes"]
        assert [len(node["tasks"]) for node in nodes] == [20 if tasks else 0] * size
        # The API version, the nodes, and what runs there: tasks, and the names of services.
        assert len(double.requests) == (4 if tasks else 2)


@pytest.mark.parametrize("drain", [False, True])
def test_a_node_is_removed_with_one_write_and_a_drain(run, drain):
    counts = []
    for size in (1, 100):
        double = EngineDouble(nodes=200)
        names = [f"host{number}" for number in range(2, 2 + size)]
        options = {"nodes": names, "force": True, "drain": drain}
        assert len(succeeded(run(double, "node_remove", options))["nodes"]) == size
        assert asked(double)["DELETE", "nodes"] == size
        assert asked(double)["POST", "nodes"] == (size if drain else 0)
        # A drain is made from the node as it is at that moment.
        counts.append(len(double.requests) - len(double.writes) - (size if drain else 0))
        assert run(double, "node_remove", options)["changed"] is False
        assert len(double.requests) == 2
    assert counts[0] == counts[1] <= MOST_FOR_NOTHING


# Each changes something on a swarm of three nodes with a stack of two services.
CHANGES = {
    "settings of the swarm": ("swarm_init", {"autolock": True, "task_history_limit": 2}),
    "labels": ("node_label", {"nodes": {"host1": {"zone": "a"}, "host2": {"zone": "b"}}}),
    "nodes": ("node_update", {"nodes": {"host2": {"availability": "drain"}, "host3": {"role": "manager"}}}),
    "a stack": ("stack_deploy", model_of({**stack_of(3, image="web:2"), "secrets": {"key": {"file": "a.txt"}}})),
    "a stack pruned": ("stack_deploy", {**model_of(stack_of(1, hostname="changed")), "prune": True}),
    "no stack": ("stack_deploy", {"name": STACK, "state": "absent"}),
    "a removal": ("stack_remove", {"name": STACK}),
    "replicas": ("service_scale", {"services": {f"{STACK}_s0": 5}}),
}


@pytest.mark.parametrize(("name", "options"), CHANGES.values(), ids=CHANGES)
def test_check_mode_works_on_an_engine_that_refuses_writes(run, name, options):
    double = deployed(stack_of(2))
    double.refuses_writes = True
    result = succeeded(run(double, name, options, check_mode=True))
    assert result["changed"]
    assert result["plan"]
    assert double.writes == []


@pytest.mark.parametrize(("name", "options"), CHANGES.values(), ids=CHANGES)
def test_without_check_mode_such_an_engine_is_a_failure(run, name, options):
    double = deployed(stack_of(2))
    double.refuses_writes = True
    result = run(double, name, options)
    assert result["failed"]
    assert not result["changed"]
    assert "this Engine refuses writes" in result["msg"]
    assert len(double.writes) == 1
