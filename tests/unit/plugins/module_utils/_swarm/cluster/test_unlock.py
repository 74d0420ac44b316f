# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What swarm_unlock does, for every state of a node, and how it takes what an Engine answers."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.unlock import decide_unlock, why_not_ready
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.unlock_duty import unlock_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, SwarmError, Unanswered
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil

KEY = "SWMKEY-1-right"


def member(state, role="", quorum=False):
    return Membership(local_state=state, role=role, node_id="node1", cluster_id="swarm1", has_quorum=quorum)


# Every state, with what is done and whether the manager is ready for work.
TABLE = [
    (member("locked", "manager"), ["unlock"], False),
    (member("active", "manager", quorum=True), [], True),
    (member("active", "manager"), [], False),
    (member("active", "worker"), [], True),
    (member("pending", "manager"), [], False),
    (member("pending", "worker"), [], False),
    (member("pending"), [], False),
]


@pytest.mark.parametrize(("state", "actions", "ready"), TABLE)
def test_what_is_locked_is_unlocked(state, actions, ready):
    assert [step.action for step in decide_unlock(state, KEY)] == actions
    assert (why_not_ready(state) == "") is ready


@pytest.mark.parametrize("role", ["manager", "worker"])
def test_a_key_does_not_help_against_errors(role):
    with pytest.raises(SwarmError, match=r"state error.*not locked.*Nothing was changed"):
        decide_unlock(member("error", role), KEY)


def test_where_there_is_no_swarm_there_is_nothing_to_unlock():
    with pytest.raises(SwarmError, match=r"in no swarm.*nothing to unlock.*Nothing was changed"):
        decide_unlock(Membership(), KEY)


@pytest.mark.parametrize(
    ("key", "present", "warned"), [(KEY, KEY, False), (f" {KEY}\n", KEY, False), (KEY, "", False), (KEY, "new", True)]
)
def test_a_key_that_will_not_unlock_is_warned_of(key, present, warned):
    plan = decide_unlock(member("active", "manager", quorum=True), key, present)
    assert bool(plan.warnings) is warned
    assert KEY not in str(plan.warnings)


class Manager:
    """The transport of a manager that answers an unlock as it is told to."""

    api_version = "1.41"

    def __init__(self, state, answer="", autolock=True):
        self.state = state
        self.answer = answer
        self.autolock = autolock
        self.requests = []

    def request(self, method, path, query=None, body=None, headers=None, timeout=None):
        self.requests.append((method, path))
        if path == "/info":
            return {"Name": "host1", "Swarm": self._swarm()}
        if path == "/swarm/unlockkey":
            return {"UnlockKey": KEY}
        assert (method, path, body) == ("POST", "/swarm/unlock", {"UnlockKey": KEY})
        if self.answer == "silence":
            self.state = "pending"
            raise Unanswered("did not answer")
        if self.answer:
            raise EngineError(self.answer, 409 if self.answer == "swarm is not locked" else 401)
        self.state = "active"
        return None

    def _swarm(self):
        if self.state == "locked":
            return {"LocalNodeState": "locked", "Error": "Swarm is encrypted"}
        found = {"LocalNodeState": self.state, "NodeID": "n1", "ControlAvailable": True}
        spec = {"EncryptionConfig": {"AutoLockManagers": self.autolock}}
        return {**found, "Cluster": {"ID": "swarm1", "Spec": spec}} if self.state == "active" else found


def unlock(manager, check_mode=False, timeout=0):
    options = {"docker_host": "tcp://192.0.2.1:2376", "unlock_key": KEY, "wait_timeout": timeout}
    duty = unlock_duty(options)
    plan, seen = fulfil(Engine(manager), duty, check_mode)
    return plan, duty.result(seen)


def test_unlock_and_unlock_again():
    manager = Manager("locked")
    assert unlock(manager, check_mode=True)[0]
    assert manager.requests == [("GET", "/info")]
    plan, first = unlock(manager)
    assert plan
    manager.requests.clear()
    plan, second = unlock(manager)
    assert not plan
    assert first == second
    assert first["local_state"] == "active"
    assert manager.requests == [("GET", "/info"), ("GET", "/swarm/unlockkey")]


def test_without_autolock_no_key_is_asked_for():
    manager = Manager("active", autolock=False)
    assert not unlock(manager)[0].warnings
    assert manager.requests == [("GET", "/info")]


def test_a_manager_that_waits_for_the_others_is_unlocked_with_a_warning():
    manager = Manager("locked", "silence")
    plan, result = unlock(manager)
    assert plan
    assert "no quorum" in result["warnings"][0]
    plan, result = unlock(manager)
    assert not plan
    assert "no quorum" in result["warnings"][0]


def test_a_wrong_key_names_the_host_and_not_the_key():
    with pytest.raises(SwarmError, match=r"host1 was not unlocked: .*invalid key.*Nothing was changed") as refusal:
        unlock(Manager("locked", "swarm could not be unlocked: invalid key provided"))
    assert refusal.value.facts["changed"] is False
    assert KEY not in str(refusal.value)


def test_a_manager_that_is_still_locked_is_an_error():
    with pytest.raises(SwarmError, match=r"did not start: .*state locked"):
        unlock(Manager("locked", "swarm is not locked"))


def test_an_empty_key_is_refused_before_anything_is_asked():
    with pytest.raises(SwarmError, match="unlock_key is empty"):
        unlock_duty({"docker_host": "", "unlock_key": " ", "wait_timeout": 0})
