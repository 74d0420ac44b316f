# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""service_info: the same few requests however many services there are, and nothing of their environment."""

from __future__ import annotations

import json

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine

from tests.doubles import EngineDouble
from tests.unit.runs.stacks import deploy, specs_of


@pytest.mark.parametrize("size", [2, 200])
def test_all_services_with_five_requests(run, size):
    double = EngineDouble(nodes=3)
    services = {f"s{number}": {"image": "web:1", "environment": {"PASSWORD": "hunter2"}} for number in range(size - 1)}
    deploy(Engine(double), specs_of({"services": services}), wait=False)
    Engine(double).create_service({"Name": "alone", "TaskTemplate": {"ContainerSpec": {"Image": "web:1"}}})
    result = run(double, "service_info", {})
    assert len(result["services"]) == size
    assert [service["stack"] == "" for service in result["services"]] == [True] + [False] * (size - 1)
    assert [request.path for request in double.requests] == ["/version", "/services", "/tasks", "/nodes", "/tasks"]
    assert "hunter2" not in json.dumps(result)


def test_there_are_none_on_an_engine_that_is_to_become_a_manager(run):
    result = run(EngineDouble(member="inactive"), "service_info", {}, check_mode=True)
    assert result["services"] == []
