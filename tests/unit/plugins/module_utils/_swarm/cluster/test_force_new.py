# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When swarm_init recovers a swarm: every state of a node, with proof and confirmation and without."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import init_duty as init_duties
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.force_new import decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.init_duty import init_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.local_state import (
    ManagerState,
    is_joining,
    manager_state,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil

PEERS = ({"node_id": "n1", "addr": "192.0.2.1:2377"}, {"node_id": "n2", "addr": "192.0.2.2:2377"})
ADDRESSES = {"AdvertiseAddr": "", "ListenAddr": "192.0.2.1:2377", "DataPathAddr": "10.0.0.1", "DataPathPort": 7789}
OPEN = ManagerState(is_running=True, key_is_encrypted=False, addresses=ADDRESSES)


def member(state, role="manager", quorum=False):
    return Membership(state, role, "n1", "192.0.2.1", "swarm1", has_quorum=quorum, remote_managers=PEERS[::-1])


LOST = member("active")
OPTIONS = {"force_new_cluster": "n1", "on_drift": "warn"}


@pytest.mark.parametrize("state", [LOST, member("pending")])
def test_a_manager_without_a_leader_goes_on_alone(state):
    plan = decide(state, {}, OPEN, {**OPTIONS, "task_history_limit": 9, "default_addr_pool": ["10.1.0.0/16"]})
    (step,) = plan
    assert step.action == "force_new_cluster"
    assert str(step.changes[0]) == 'managers: ["192.0.2.1:2377", "192.0.2.2:2377"] -> ["192.0.2.1:2377"]'
    assert step.payload == {
        "ForceNewCluster": True,
        "AdvertiseAddr": "192.0.2.1:2377",
        "ListenAddr": "192.0.2.1:2377",
        "DataPathAddr": "10.0.0.1",
        "DataPathPort": 7789,
        "Availability": "active",
        "AutoLockManagers": False,
        "Spec": {},
    }
    assert "192.0.2.2:2377" in plan.warnings[0]


def test_pools_are_those_that_it_was_started_with():
    state = ManagerState(True, False, {"DefaultAddressPool": ["10.9.0.0/16"], "SubnetSize": 26})
    (step,) = decide(LOST, {}, state, {**OPTIONS, "default_addr_pool": ["10.1.0.0/16"], "subnet_size": 24})
    assert (step.payload["DefaultAddrPool"], step.payload["SubnetSize"]) == (["10.9.0.0/16"], 26)


def test_addresses_that_are_stated_count():
    stated = {"advertise_addr": "eth1", "listen_addr": "eth2", "data_path_addr": "eth3"}
    (step,) = decide(LOST, {}, OPEN, {**OPTIONS, **stated})
    assert [step.payload[name] for name in ("AdvertiseAddr", "ListenAddr", "DataPathAddr")] == ["eth1", "eth2", "eth3"]


REFUSED = [
    (Membership(), OPEN, "no swarm to recover"),
    (member("active", "worker"), OPEN, "Only a manager that runs"),
    (member("locked"), OPEN, "Only a manager that runs"),
    (member("error"), OPEN, "Only a manager that runs"),
    (member("error", "worker"), OPEN, "Only a manager that runs"),
    (member("pending", ""), OPEN, "Only a manager that runs"),
    (member("pending", "worker"), OPEN, "Only a manager that runs"),
    (member("pending"), ManagerState(False, False), "Only a manager that runs"),
    (LOST, ManagerState(True, None), "cannot be told from here"),
    (LOST, ManagerState(True, True), "autolock"),
]


@pytest.mark.parametrize(("state", "files", "why"), REFUSED)
def test_nothing_else_is_recovered(state, files, why):
    with pytest.raises(SwarmError, match=f"{why}.*Nothing was changed") as refusal:
        decide(state, {}, files, OPTIONS)
    assert refusal.value.hint


@pytest.mark.parametrize("given", ["n2", "true", "yes", "host1"])
def test_it_has_to_be_confirmed_by_the_own_name(given):
    with pytest.raises(SwarmError, match=f"'{given}', which is another node.*Nothing was changed") as refusal:
        decide(LOST, {}, OPEN, {**OPTIONS, "force_new_cluster": given})
    assert "'n1'" in refusal.value.hint


@pytest.mark.parametrize("options", [{"on_drift": "warn"}, {**OPTIONS, "force_new_cluster": None}])
def test_without_being_asked_for_it_is_never_done(options):
    for state in (LOST, member("pending"), member("locked"), member("error")):
        with pytest.raises(SwarmError, match="Nothing was changed"):
            decide(state, {}, OPEN, options)


@pytest.mark.parametrize("given", ["n1", "n2"])
def test_where_there_is_a_quorum_nothing_is_recovered(given):
    cluster = {"ID": "swarm1", "Spec": {"Orchestration": {"TaskHistoryRetentionLimit": 5}}}
    live = member("active", quorum=True)
    assert not decide(live, cluster, OPEN, {**OPTIONS, "force_new_cluster": given})
    (step,) = decide(live, cluster, OPEN, {**OPTIONS, "task_history_limit": 9})
    assert step.action == "update"


def test_the_files_of_a_manager(tmp_path):
    folder = tmp_path / "swarm" / "certificates"
    folder.mkdir(parents=True)
    info = {"DockerRootDir": str(tmp_path), "Swarm": {"ControlAvailable": True}}
    assert manager_state(info, is_here=True) == ManagerState(True, None, None)
    (folder / "swarm-node.key").write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nkek-version: 0\n")
    (tmp_path / "swarm" / "docker-state.json").write_text('{"AdvertiseAddr": "192.0.2.1:2377"}')
    assert manager_state(info, is_here=True) == ManagerState(True, True, {"AdvertiseAddr": "192.0.2.1:2377"})
    assert manager_state(info, is_here=False) == ManagerState(True, None, None)
    (folder / "swarm-node.key").write_text("-----BEGIN PRIVATE KEY-----\nkek-version: 0\n")
    assert manager_state(info, is_here=True).key_is_encrypted is False
    assert not is_joining(info)
    (tmp_path / "swarm" / "docker-state.json").write_text('{"JoinInProgress": true}')
    assert is_joining(info)


class Manager:
    """The transport of a manager of two that gets a leader after some looks, or when it is made the only one."""

    api_version = "1.41"

    def __init__(self, looks=10**6, refusal=""):
        self.looks = looks
        self.refusal = refusal
        self.rotates = False
        self.requests = []

    def request(self, method, path, query=None, body=None, headers=None, timeout=None):
        self.requests.append((method, path))
        if path == "/info":
            self.looks -= 1
            found = {"LocalNodeState": "active", "NodeID": "n1", "ControlAvailable": True}
            cluster = {"ID": "swarm1", "Spec": {}, "RootRotationInProgress": self.rotates}
            return {"Swarm": {**found, "Cluster": cluster} if self.looks < 0 else found}
        assert (method, path, body["ForceNewCluster"]) == ("POST", "/swarm/init", True)
        if self.refusal:
            raise EngineError(self.refusal, 503)
        self.looks = 0
        self.rotates = True
        return "n1"


@pytest.fixture(autouse=True)
def waits_for_nothing(monkeypatch, clock):
    monkeypatch.setattr(init_duties, "manager_state", lambda info, is_here: OPEN)


def recover(manager, check_mode=False):
    duty = init_duty({**OPTIONS, "docker_host": "tcp://192.0.2.1:2376", "wait_timeout": 5})
    plan, seen = fulfil(Engine(manager), duty, check_mode)
    return [step.action for step in plan], duty.result(seen)


def test_recovery_and_once_more():
    manager = Manager()
    assert recover(manager, check_mode=True)[0] == ["force_new_cluster"]
    assert {method for method, _path in manager.requests} == {"GET"}
    done, result = recover(manager)
    assert done == ["force_new_cluster"]
    assert result["has_quorum"] is True
    assert "rotate the CA" in result["warnings"][0]
    again, result = recover(manager)
    assert again == []
    assert "warnings" not in result


def test_a_leader_that_is_being_chosen_is_waited_for():
    manager = Manager(looks=3)
    assert recover(manager)[0] == []
    assert {method for method, _path in manager.requests} == {"GET"}


def test_a_recovery_that_fails_says_how_not_to_lose_more():
    with pytest.raises(SwarmError, match=r"not recovered: disk full.*Make no new swarm"):
        recover(Manager(refusal="disk full."))
