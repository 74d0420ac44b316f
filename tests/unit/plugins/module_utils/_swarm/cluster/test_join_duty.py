# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What swarm_join asks of an Engine and in which order."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.join_duty import has_joined, join_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import View
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Unfinished

from .scripted import Swarm, node

pytestmark = pytest.mark.usefixtures("clock")

TOKEN = "SWMTKN-1-" + "0" * 50 + "-" + "s" * 25
JOIN = {
    "docker_host": "tcp://192.0.2.1:2376",
    "remote_addrs": ["192.0.2.2", "192.0.2.3"],
    "join_token": TOKEN,
    "role": None,
    "wait_timeout": 1,
}
WORKER = {"ControlAvailable": False}
MANAGER = {"ControlAvailable": True, "Cluster": {"ID": "swarm1"}}


def join(transport, check_mode=False, **options):
    return fulfil(Engine(transport), join_duty({**JOIN, **options}, check_mode), check_mode)


def test_the_second_manager_is_tried_when_the_first_refuses():
    transport = Swarm(joins=["refused", WORKER])
    plan, member = join(transport)
    assert plan
    assert transport.joined_through == ["192.0.2.3:2377"]
    assert (member.local_state, member.role, member.node_id) == ("active", "worker", "n2")
    assert transport.writes() == ["/swarm/join", "/swarm/join"]


def test_an_attempt_that_nobody_answers_is_broken_off_before_the_next():
    transport = Swarm(joins=["silent", WORKER])
    join(transport)
    assert transport.writes() == ["/swarm/join", "/swarm/leave", "/swarm/join"]


def test_an_attempt_that_got_a_node_id_is_waited_for_and_not_broken_off():
    transport = Swarm(joins=["slow"])
    with pytest.raises(SwarmError, match=r"Timed out after 1 s: this node is a node of a swarm \(state pending"):
        join(transport)
    assert transport.writes() == ["/swarm/join"]


def test_no_manager_at_all_leaves_the_node_as_it_was():
    transport = Swarm(joins=["silent", "refused"])
    with pytest.raises(
        SwarmError, match=r"192.0.2.2:2377: Timeout was reached.*192.0.2.3:2377: connection refused"
    ) as error:
        join(transport)
    assert transport.swarm["LocalNodeState"] == "inactive"
    assert error.value.facts["changed"] is False
    assert TOKEN not in str(error.value)


def test_the_token_of_the_other_role_is_found_out_after_the_join():
    with pytest.raises(SwarmError, match="not a worker") as error:
        join(Swarm(joins=[MANAGER], nodes=[node(2, "manager")]), role="worker")
    assert "Nothing was changed" not in str(error.value)
    assert error.value.facts["changed"] is True


def test_a_worker_that_should_be_a_manager_is_found_out_at_the_end():
    with pytest.raises(SwarmError, match=r"not a manager.*node_update"):
        join(Swarm(joins=[WORKER]), role="manager")


@pytest.mark.parametrize(
    ("certified", "role", "over"),
    [("worker", "manager", True), ("manager", "manager", False), ("", "manager", False), ("worker", "worker", True)],
)
def test_a_certificate_tells_the_role_before_the_engine_does(certified, role, over):
    assert has_joined(View(Membership("active", "worker"), certified_role=certified), role) is over


def test_a_manager_has_joined_when_the_managers_know_it():
    transport = Swarm(joins=[MANAGER])
    with pytest.raises(SwarmError, match="Timed out"):
        join(transport, role="manager")
    transport = Swarm(joins=[MANAGER], nodes=[node(2, "manager")])
    assert join(transport, role="manager")[1].is_live_manager
    assert ("GET", "/nodes/n2") in transport.requests


def test_a_join_that_takes_long_is_shown_and_goes_on_in_the_next_round():
    transport = Swarm(joins=[MANAGER])
    with pytest.raises(Unfinished, match="this node is a manager") as pause:
        join(transport, role="manager", wait_timeout=60, ticket={"shown": ""})
    assert pause.value.facts["changed"] is True
    ticket = pause.value.facts["unfinished"]["ticket"]
    assert 5 <= ticket["waited"] < 7
    transport.nodes = {"n2": node(2, "manager")}
    plan, member = join(transport, role="manager", wait_timeout=60, ticket=ticket)
    assert not plan
    assert member.is_live_manager
    assert transport.writes() == ["/swarm/join"]


def test_a_node_that_left_between_two_rounds_is_an_error_and_does_not_join_again():
    transport = Swarm()
    with pytest.raises(SwarmError, match=r"The join failed.*in no swarm"):
        join(transport, ticket={"about": "join", "waited": 5, "shown": "x"})
    assert transport.writes() == []


@pytest.mark.parametrize("state", ["error", "locked"])
def test_a_join_that_ends_badly_is_an_error(state):
    with pytest.raises(SwarmError, match=f"The join failed.*state {state}.*broken"):
        join(Swarm(joins=[{"LocalNodeState": state, "Error": "broken"}]))


def test_a_node_that_is_pending_is_waited_for_and_not_touched():
    transport = Swarm("pending")
    with pytest.raises(SwarmError, match="Timed out"):
        join(transport)
    assert transport.writes() == []


def test_a_member_is_asked_once_and_left_alone():
    transport = Swarm("active", NodeID="n1")
    assert not join(transport)[0]
    assert transport.requests == [("GET", "/info")]


def test_join_in_check_mode_writes_nothing_and_needs_no_swarm():
    transport = Swarm()
    assert join(transport, check_mode=True, join_token="", remote_addrs=[])[0]
    assert transport.requests == [("GET", "/info")]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"remote_addrs": []}, "remote_addrs is empty"),
        ({"join_token": ""}, "join_token is empty"),
        ({"join_token": "SWMTKN-1-nonsense"}, "not a swarm join token"),
        ({"remote_addrs": ["192.0.2.256"]}, "192.0.2.256"),
        ({"advertise_addr": "192.0.2.256"}, "192.0.2.256"),
    ],
)
def test_bad_options_are_refused_before_anything_is_asked(options, complaint):
    with pytest.raises(SwarmError, match="Nothing was changed") as error:
        join_duty({**JOIN, **options}, check_mode=False)
    assert complaint in str(error.value)
