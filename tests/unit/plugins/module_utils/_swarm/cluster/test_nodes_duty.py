# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What node_update and node_label ask of an Engine and in which order."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import BlankTransport, Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.update_duty import nodes_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import read_wishes

from .scripted import Swarm, node

pytestmark = pytest.mark.usefixtures("clock")


def update(transport, wishes, check_mode=False):
    duty = nodes_duty(read_wishes(wishes), check_mode, wait_timeout=1, drained=False)
    plan, state = fulfil(Engine(transport), duty, check_mode)
    return plan, duty.result(state)


def test_a_thousand_nodes_are_one_request_and_one_write_for_each_that_differs():
    transport = Swarm("active", nodes=[node(number) for number in range(1000)])
    wishes = {f"n{number}": {"labels": {"zone": "a"}} for number in range(1000)}
    for number in range(990):
        transport.nodes[f"n{number}"]["Spec"]["Labels"] = {"zone": "a"}
    plan, result = update(transport, wishes)
    assert len(plan.steps) == len(transport.writes()) == 10
    assert transport.requests[0] == ("GET", "/nodes")
    assert len(transport.requests) == 11
    assert all(found["labels"] == {"zone": "a"} for found in result["nodes"])

    transport.requests.clear()
    assert not update(transport, wishes)[0]
    assert transport.requests == [("GET", "/nodes")]


def test_what_someone_else_wrote_in_between_is_kept():
    transport = Swarm("active", nodes=[node(1)])
    transport.conflicts = 2
    update(transport, {"host1": {"labels": {"zone": "a"}}})
    assert transport.nodes["n1"]["Spec"]["Labels"] == {"zone": "a", "of-another": "kept"}


def test_roles_change_one_after_the_other():
    transport = Swarm("active", NodeID="n1", nodes=[node(1, "manager"), node(2, "manager"), node(3)])
    plan, result = update(transport, {"n2": {"role": "worker"}, "n3": {"role": "manager"}})
    assert [(step.action, step.name) for step in plan] == [("promote", "host3"), ("demote", "host2")]
    assert transport.writes() == ["/nodes/n3/update", "/nodes/n2/update"]
    assert {found["id"]: found["role"] for found in result["nodes"]} == {"n2": "worker", "n3": "manager"}
    assert result["quorum"]["managers"] == 2


def test_nodes_of_a_swarm_that_is_only_planned():
    wishes = {"host1": {"labels": {"a": "1"}}}
    for transport in (Swarm("inactive"), BlankTransport()):
        plan, result = update(transport, wishes, check_mode=True)
        assert [step.name for step in plan] == ["host1"]
        assert result["nodes"] == []
    with pytest.raises(NotAManager):
        update(Swarm("inactive"), wishes)
    with pytest.raises(NotAManager):
        update(Swarm("pending"), wishes, check_mode=True)
