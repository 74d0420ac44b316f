# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What swarm_init and swarm_join do, for every state of a node."""

from __future__ import annotations

import base64
import itertools

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import (
    check_join_options,
    check_settings,
    decide_init,
    decide_join,
    init_request,
    join_requests,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.membership import Membership


def certificate(content):
    body = base64.b64encode(content.encode()).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


ROOT, MINE = certificate("root"), certificate("mine")
OURS, THEIRS = "0" * 62 + "ab", "0" * 62 + "cd"


def token(digest):
    number, digits = int(digest, 16), ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return f"SWMTKN-1-{digits:0>50}-{'s' * 25}"


def member(state, role="", digest=OURS, quorum=False, error=""):
    known = state != "inactive"
    return Membership(
        local_state=state,
        role=role,
        node_id="node1" if known else "",
        node_address="192.0.2.1" if known else "",
        cluster_id="swarm1" if known else "",
        root_ca_digest=digest if known else "",
        has_quorum=quorum,
        error=error,
    )


INACTIVE = member("inactive")
WORKER = member("active", "worker")
MANAGER = member("active", "manager", quorum=True)
LOST = member("active", "manager", error="The swarm does not have a leader.")
PENDING = member("pending")
LOCKED = member("locked", "manager", error="Swarm is encrypted")
FAILED = member("error", "worker", error="x509: certificate has expired or is not yet valid")
BROKEN = member("error", "worker", error="disk full")
STARTING = member("pending", "manager")

CLUSTER = {
    "ID": "swarm1",
    "Version": {"Index": 17},
    "Spec": {"Labels": {"env": "prod"}, "EncryptionConfig": {"AutoLockManagers": True}, "Raft": {"ElectionTick": 10}},
    "SubnetSize": 24,
    "TLSInfo": {"TrustRoot": ROOT},
}
NO_INIT = {"on_drift": "warn"}


@pytest.mark.parametrize(
    ("state", "complaint", "advice"),
    [
        (WORKER, "a worker of swarm swarm1", "on one of its managers"),
        (LOST, "have no quorum", "Start (and unlock) the managers"),
        (PENDING, "state pending", "docker swarm leave --force"),
        (LOCKED, "state locked", "docker swarm unlock"),
        (FAILED, "certificate has expired", "join again"),
        (BROKEN, "disk full", "journalctl"),
        (STARTING, "state pending", "without a leader"),
    ],
)
def test_init_refuses_whatever_is_in_a_swarm_and_is_no_live_manager(state, complaint, advice):
    with pytest.raises(SwarmError, match="Nothing was changed") as refusal:
        decide_init(state, {}, NO_INIT)
    assert complaint in refusal.value.message
    assert advice in refusal.value.hint
    assert refusal.value.facts["local_state"] == state.local_state


def test_init_of_an_engine_in_no_swarm():
    options = {"advertise_addr": "eth1", "autolock": True, "labels": {"a": ""}, "availability": "drain"}
    (step,) = decide_init(INACTIVE, {}, options)
    assert (step.action, step.kind) == ("init", "swarm")
    assert {change.path: change.after for change in step.changes} == options
    assert step.payload == {
        "ListenAddr": "0.0.0.0:2377",
        "AdvertiseAddr": "eth1",
        "DataPathAddr": "",
        "Availability": "drain",
        "ForceNewCluster": False,
        "AutoLockManagers": True,
        "Spec": {"EncryptionConfig": {"AutoLockManagers": True}, "Labels": {"a": ""}},
    }


def test_init_passes_on_what_can_be_set_only_then():
    request = init_request({"data_path_port": 7789, "default_addr_pool": ["10.20.0.0/16"], "subnet_size": 26})
    assert (request["DataPathPort"], request["DefaultAddrPool"], request["SubnetSize"]) == (7789, ["10.20.0.0/16"], 26)


def test_a_key_of_a_ca_is_in_the_request_and_in_nothing_that_is_shown():
    (step,) = decide_init(INACTIVE, {}, {"signing_ca_cert": MINE, "signing_ca_key": "hidden"})
    assert step.payload["Spec"]["CAConfig"] == {"SigningCACert": MINE, "SigningCAKey": "hidden"}
    assert "hidden" not in repr(step) + str(step.as_dict())
    (step,) = decide_init(MANAGER, CLUSTER, {"signing_ca_cert": MINE, "signing_ca_key": "hidden"})
    assert [change.path for change in step.changes] == ["signing_ca_cert"]
    assert step.payload[1]["CAConfig"]["SigningCAKey"] == "hidden"
    assert "hidden" not in repr(step) + str(step.as_dict())


def test_settings_of_a_live_swarm_are_left_alone_when_none_differs():
    plan = decide_init(
        MANAGER,
        CLUSTER,
        {"autolock": True, "labels": {"env": "prod"}, "signing_ca_cert": f"Subject: CN=mine\n{ROOT}\n"},
    )
    assert (plan.steps, plan.warnings) == ((), ())


def test_one_setting_is_updated_with_all_others_as_they_are():
    (step,) = decide_init(MANAGER, CLUSTER, {"election_tick": 20})
    assert [str(change) for change in step.changes] == ["election_tick: 10 -> 20"]
    version, spec = step.payload
    assert version == 17
    assert spec == {**CLUSTER["Spec"], "Raft": {"ElectionTick": 20}}


def test_a_rotation_of_the_ca_that_is_under_way_is_left_alone():
    plan = decide_init(MANAGER, {**CLUSTER, "RootRotationInProgress": True}, {"signing_ca_cert": MINE})
    assert not plan
    assert "being rotated" in plan.warnings[0]


def test_drift_is_warned_of_or_refused():
    plan = decide_init(MANAGER, CLUSTER, {"subnet_size": 26, "on_drift": "warn"})
    assert not plan
    assert "subnet_size is 24, not 26" in plan.warnings[0]
    with pytest.raises(SwarmError, match=r"subnet_size is 24, not 26.*Nothing was changed"):
        decide_init(MANAGER, CLUSTER, {"subnet_size": 26, "election_tick": 20, "on_drift": "fail"})


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


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"task_history_limit": 0, "keep_old_snapshots": 0, "snapshot_interval": 1, "node_cert_expiry": "1h"},
        {"default_addr_pool": ["10.0.0.0/8", "2001:db8::/32"], "subnet_size": 24, "data_path_port": 1024},
    ],
)
def test_good_settings(options):
    assert check_settings(options) == []


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"task_history_limit": -1}, "task_history_limit: -1"),
        ({"snapshot_interval": 0}, "snapshot_interval: 0"),
        ({"log_entries_for_slow_followers": 0}, "log_entries_for_slow_followers: 0"),
        ({"heartbeat_tick": 0}, "heartbeat_tick: 0"),
        ({"node_cert_expiry": "90 days"}, "node_cert_expiry: '90 days'"),
        ({"dispatcher_heartbeat": "0s"}, "dispatcher_heartbeat: '0s'"),
        ({"default_addr_pool": ["10.0.0.1/8"]}, "10.0.0.1/8"),
        ({"signing_ca_cert": "key"}, "signing_ca_cert: it has no certificate"),
        ({"subnet_size": 33}, "subnet_size: 33"),
        ({"data_path_port": 80}, "data_path_port: 80"),
    ],
)
def test_bad_settings_are_named(options, complaint):
    (problem,) = check_settings(options)
    assert complaint in problem
