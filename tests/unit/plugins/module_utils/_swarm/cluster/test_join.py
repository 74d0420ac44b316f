# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.join import (
    check_join_options,
    decide_join,
    join_requests,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

from .states import (
    BROKEN,
    FAILED,
    INACTIVE,
    LOCKED,
    LOST,
    MANAGER,
    OURS,
    PENDING,
    STARTING,
    THEIRS,
    WORKER,
    member,
    token,
)

JOIN = {"join_token": token(OURS), "remote_addrs": ["192.0.2.2", "[2001:db8::1]:2400"], "role": None}


def test_join_of_an_engine_in_no_swarm():
    (step,) = decide_join(INACTIVE, {**JOIN, "availability": "drain"})
    assert (step.action, step.name) == ("join", "through 192.0.2.2:2377, [2001:db8::1]:2400")
    assert token(OURS) not in repr(step) + str(step.as_dict())


def test_each_manager_is_a_request_of_its_own():
    requests = join_requests({**JOIN, "advertise_addr": "eth1"})
    assert [request["RemoteAddrs"] for request in requests] == [["192.0.2.2:2377"], ["[2001:db8::1]:2400"]]
    assert all(request["JoinToken"] == token(OURS) and request["AdvertiseAddr"] == "eth1" for request in requests)


def test_join_in_check_mode_where_there_is_no_swarm_yet():
    assert check_join_options({"join_token": "", "remote_addrs": []}, check_mode=True) == []
    assert decide_join(INACTIVE, {"join_token": "", "remote_addrs": []})
    assert check_join_options({"join_token": "", "remote_addrs": []}, check_mode=False) == [
        "join_token is empty",
        "remote_addrs is empty",
    ]


# Every state, with the outcome for the same swarm: stays as it is, or an error.
SAME_SWARM = [
    (MANAGER, ""),
    (WORKER, ""),
    (LOST, ""),
    (PENDING, ""),
    (LOCKED, "docker swarm unlock"),
    (FAILED, "join again"),
    (BROKEN, "docker swarm leave --force"),
    (STARTING, ""),
]


@pytest.mark.parametrize(("state", "advice"), SAME_SWARM)
def test_join_of_a_member_of_the_same_swarm(state, advice):
    if advice:
        with pytest.raises(SwarmError, match="Nothing was changed") as refusal:
            decide_join(state, JOIN)
        assert advice in refusal.value.hint
    else:
        assert decide_join(state, JOIN).steps == ()


@pytest.mark.parametrize("state", [state for state, _advice in SAME_SWARM])
def test_join_of_a_member_of_another_swarm_names_both(state):
    with pytest.raises(SwarmError, match=f"{OURS}.*{THEIRS}.*Nothing was changed") as refusal:
        decide_join(state, {**JOIN, "join_token": token(THEIRS)})
    assert "s" * 25 not in str(refusal.value)


@pytest.mark.parametrize(("state", "wished"), list(itertools.product([MANAGER, WORKER, LOST], ["manager", "worker"])))
def test_join_of_a_member_in_another_role(state, wished):
    if state.role == wished:
        assert not decide_join(state, {**JOIN, "role": wished})
    else:
        with pytest.raises(SwarmError, match=f"not a {wished}"):
            decide_join(state, {**JOIN, "role": wished})


def test_join_says_what_it_cannot_tell():
    assert "cannot be told" in decide_join(member("active", "worker", digest=""), JOIN).warnings[0]
    assert "no quorum" in decide_join(LOST, JOIN).warnings[0]
    assert "Waiting" in decide_join(PENDING, JOIN).warnings[0]
