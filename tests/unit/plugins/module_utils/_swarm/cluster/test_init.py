# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.init import (
    check_settings,
    decide_init,
    init_request,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

from .states import (
    BROKEN,
    FAILED,
    INACTIVE,
    LOCKED,
    LOST,
    MANAGER,
    MINE,
    PENDING,
    ROOT,
    STARTING,
    WORKER,
)

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


def test_no_secret_of_an_external_ca_is_shown():
    authority = {"protocol": "cfssl", "url": "https://bee:wax@ca", "options": {"auth_key": "wax"}}
    options = {"external_cas": [authority], **NO_INIT}
    for plan in (decide_init(INACTIVE, {}, options), decide_init(MANAGER, CLUSTER, options)):
        assert plan.steps
        assert "wax" not in str(plan.as_list()) + str(plan.diff())
        assert "********" in str(plan.diff())
