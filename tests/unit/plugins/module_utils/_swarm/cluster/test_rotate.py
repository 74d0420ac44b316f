# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What swarm_rotate does, for every state of a node and every secret, and whom a rotation of the CA waits for."""

from __future__ import annotations

import base64
import copy
from datetime import UTC, datetime

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import ca_digest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.rotate import behind, decide_rotate
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.rotate_duty import rotate_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, OutOfSequence, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Unfinished

pytestmark = pytest.mark.usefixtures("clock")


def certificate(content):
    body = base64.b64encode(content.encode()).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


ROOT, MINE = certificate("root"), certificate("mine")
PRESENT = {"worker_token": "worker-1", "manager_token": "manager-1", "unlock_key": "key-1"}
SPEC = {
    "Name": "default",
    "Labels": {"a": ""},
    "CAConfig": {"NodeCertExpiry": 5, "ForceRotate": 3},
    "EncryptionConfig": {"AutoLockManagers": True},
}
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
STAMP = "2026-11-25T12:00:00Z"
CLUSTER = {
    "ID": "swarm1",
    "CreatedAt": "2026-11-25T06:00:00.123456789Z",
    "Version": {"Index": 7},
    "Spec": SPEC,
    "TLSInfo": {"TrustRoot": ROOT, "CertIssuerPublicKey": "old"},
    "RootRotationInProgress": False,
}


def member(state="active", role="manager", quorum=True):
    return Membership(state, role, "n1", cluster_id="swarm1", root_ca_digest=ca_digest(ROOT), has_quorum=quorum)


def decide(rotate, cluster=None, **options):
    return decide_rotate(member(), cluster or CLUSTER, PRESENT, {"rotate": rotate, **options}, NOW)


def stamped(spec, *names):
    return {**spec, "Labels": {**spec["Labels"], **{f"apiary.swarm.replaced.{name}": STAMP for name in names}}}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Membership(), "in no swarm.*nothing to change"),
        (member(role="worker", quorum=False), "Only a manager"),
        (member(quorum=False), "no quorum"),
        (member("pending", "", quorum=False), "state pending"),
        (member("pending", quorum=False), "state pending"),
        (member("locked", quorum=False), "state locked"),
        (member("error", quorum=False), "state error"),
    ],
)
@pytest.mark.parametrize("secret", ["worker_token", "manager_token", "unlock_key", "ca"])
def test_only_a_manager_with_a_quorum_can(state, words, secret):
    with pytest.raises(SwarmError, match=f"{words}.*Nothing was changed"):
        decide_rotate(state, {}, {}, {"rotate": [secret]}, NOW)


@pytest.mark.parametrize(
    ("rotate", "flags"),
    [
        (["worker_token"], {"rotateWorkerToken": True}),
        (["manager_token"], {"rotateManagerToken": True}),
        (["unlock_key"], {"rotateManagerUnlockKey": True}),
        (["worker_token", "unlock_key"], {"rotateWorkerToken": True, "rotateManagerUnlockKey": True}),
    ],
)
def test_one_update_with_the_spec_as_it_is(rotate, flags):
    (step,) = decide(rotate)
    assert step.payload == (7, stamped(SPEC, *rotate), flags)
    assert [change.path for change in step.changes] == rotate
    assert not [secret for secret in PRESENT.values() if secret in str(step.as_dict())]


@pytest.mark.parametrize(
    ("rotate", "compromised", "done"),
    [
        (["worker_token"], ["worker-1"], ["worker_token"]),
        (["worker_token"], [" worker-1\n", "x"], ["worker_token"]),
        (["worker_token"], ["worker-0"], []),
        (["worker_token", "manager_token"], ["worker-0", "manager-1"], ["manager_token"]),
        (["unlock_key"], ["key-1"], ["unlock_key"]),
        (["unlock_key"], ["worker-1"], []),
    ],
)
def test_only_what_is_compromised_is_replaced(rotate, compromised, done):
    assert [change.path for step in decide(rotate, compromised=compromised) for change in step.changes] == done


@pytest.mark.parametrize(
    ("labels", "older_than", "done"),
    [
        ({}, "5h", ["worker_token", "root_ca"]),  # all are as old as the swarm, six hours
        ({}, "7h", []),
        ({"worker_token": "2026-11-25T11:30:00Z"}, "1h", ["root_ca"]),
        ({"worker_token": "2026-11-25T11:30:00Z"}, "30m", ["worker_token", "root_ca"]),
        ({"worker_token": "2026-11-25T11:30:00Z", "ca": STAMP}, "1h", []),
        ({"worker_token": STAMP, "ca": STAMP}, "0s", ["worker_token", "root_ca"]),
        ({"worker_token": "nonsense"}, "1h", ["worker_token", "root_ca"]),
        ({"unlock_key": STAMP}, "1h", ["worker_token", "root_ca"]),
    ],
)
def test_only_what_is_old_enough_is_replaced(labels, older_than, done):
    stored = {f"apiary.swarm.replaced.{name}": text for name, text in labels.items()}
    plan = decide(["worker_token", "ca"], {**CLUSTER, "Spec": {**SPEC, "Labels": stored}}, older_than=older_than)
    assert [change.path for step in plan for change in step.changes] == done
    left = {"worker_token", "root_ca"} - {*done}
    assert len(plan.warnings) == len(left)
    for name in left:
        assert any(warning.startswith(f"{name.replace('root_', '')} was made at ") for warning in plan.warnings)


def test_a_rotation_that_is_under_way_is_told_of_although_it_is_young():
    cluster = {**CLUSTER, "Spec": stamped(SPEC, "ca"), "RootRotationInProgress": True}
    assert "being rotated already" in decide(["ca"], cluster, older_than="1h").warnings[-1]


def test_without_autolock_there_is_no_key():
    with pytest.raises(SwarmError, match=r"autolock is off.*Nothing was changed"):
        decide(["worker_token", "unlock_key"], {**CLUSTER, "Spec": {**SPEC, "EncryptionConfig": {}}})


def test_a_new_ca_is_made_by_the_engine():
    before = copy.deepcopy(SPEC)
    (step,) = decide(["ca"])
    version, spec, flags = step.payload
    assert (version, flags) == (7, {})
    stamps = ("ca", "worker_token", "manager_token")  # the tokens carry the digest of the CA
    assert spec == stamped({**SPEC, "CAConfig": {"NodeCertExpiry": 5, "ForceRotate": 4}}, *stamps)
    assert before == SPEC


@pytest.mark.parametrize(
    ("old", "rotates"), [(ca_digest(ROOT), True), (f"sha256:{ca_digest(ROOT)}\n", True), (ca_digest(MINE), False)]
)
def test_a_ca_is_replaced_only_if_it_is_the_old_one(old, rotates):
    assert bool(decide(["ca"], old_root_ca=old)) is rotates


def test_a_ca_that_is_given():
    options = {"signing_ca_cert": MINE, "signing_ca_key": "hidden"}
    (step,) = decide(["ca"], **options)
    assert step.payload[1]["CAConfig"] == {**SPEC["CAConfig"], "SigningCACert": MINE, "SigningCAKey": "hidden"}
    assert "hidden" not in repr(step) + str(step.as_dict())
    assert not decide(["ca"], {**CLUSTER, "TLSInfo": {"TrustRoot": MINE}}, **options)


@pytest.mark.parametrize("options", [{}, {"signing_ca_cert": MINE}, {"old_root_ca": ca_digest(ROOT)}])
def test_a_rotation_that_is_under_way_is_not_begun_again(options):
    plan = decide(["ca"], {**CLUSTER, "RootRotationInProgress": True}, **options)
    assert not plan
    assert "being rotated already" in plan.warnings[0]
    (step,) = decide(["ca", "worker_token"], {**CLUSTER, "RootRotationInProgress": True}, **options)
    assert [change.path for change in step.changes] == ["worker_token"]
    assert step.payload[1] == stamped(SPEC, "worker_token")


def node(name, issuer="new", root=ROOT, state="ready"):
    tls = {"TrustRoot": root, "CertIssuerPublicKey": issuer}
    return {"ID": f"id-{name}", "Description": {"Hostname": name, "TLSInfo": tls}, "Status": {"State": state}}


@pytest.mark.parametrize(
    ("running", "nodes", "found"),
    [
        (True, [node("a"), node("b", state="down")], []),
        (True, [node("a", "old"), node("b")], ["a (id-a, ready: its certificate is of the old CA)"]),
        (True, [node("a", "old", state="down")], ["a (id-a, down: its certificate is of the old CA)"]),
        (True, [{"ID": "c"}], ["a node (c, unknown: its certificate is of the old CA)"]),
        (True, [node("a", root=MINE)], []),
        (False, [node("a", root=MINE)], ["a (id-a, ready: it still trusts the old CA)"]),
        (False, [node("a", "old")], ["a (id-a, ready: its certificate is of the old CA)"]),
        (False, [node("a", "old", state="down"), node("b")], []),
    ],
)
def test_whom_a_rotation_waits_for(running, nodes, found):
    tls = {"TrustRoot": ROOT, "CertIssuerPublicKey": "new"}
    assert behind({"TLSInfo": tls, "RootRotationInProgress": running}, nodes) == found


class Manager:
    """The transport of a manager whose CA rotation takes `looks` looks; the tokens are counted."""

    api_version = "1.41"

    def __init__(self, looks=2):
        self.cluster = copy.deepcopy({**CLUSTER, "JoinTokens": {"Worker": "worker-1", "Manager": "manager-1"}})
        self.issuer = "old"
        self.looks = looks
        self.left = 0
        self.conflicts = 0
        self.requests = []

    def request(self, method, path, query=None, body=None, headers=None, timeout=None):
        self.requests.append((method, path))
        if path == "/info":
            return {
                "SystemTime": STAMP,
                "Swarm": {
                    "LocalNodeState": "active",
                    "NodeID": "n1",
                    "ControlAvailable": True,
                    "Cluster": self.cluster,
                },
            }
        if path == "/swarm":
            self._pass_time()
            return copy.deepcopy(self.cluster)
        if path == "/nodes":
            if self.left == 1:
                raise NotAManager("The swarm does not have a leader.", 503)
            return [node("worker1", self.issuer, self.cluster["TLSInfo"]["TrustRoot"])]
        if path == "/swarm/unlockkey":
            return {"UnlockKey": "key-1"}
        assert (method, path) == ("POST", "/swarm/update")
        if self.conflicts:
            self.conflicts -= 1
            self.cluster["Version"]["Index"] += 1
            raise OutOfSequence("update out of sequence", 500)
        assert query["version"] == self.cluster["Version"]["Index"]
        if query.get("rotateWorkerToken"):
            self.cluster["JoinTokens"]["Worker"] += "+"
        if body["CAConfig"] != self.cluster["Spec"]["CAConfig"]:
            self.cluster["RootRotationInProgress"] = True
            self.cluster["TLSInfo"]["CertIssuerPublicKey"] = "new"
            self.left = self.looks
        self.cluster["Spec"] = body
        return None

    def _pass_time(self):
        if self.cluster["RootRotationInProgress"]:
            self.left -= 1
            if not self.left:
                self.issuer = "new"
                self.cluster["RootRotationInProgress"] = False
                self.cluster["TLSInfo"]["TrustRoot"] = MINE

    def writes(self):
        return [path for method, path in self.requests if method != "GET"]


OPTIONS = {
    "docker_host": "tcp://192.0.2.1:2376",
    "older_than": None,
    "compromised": None,
    "old_root_ca": None,
    "signing_ca_cert": None,
    "signing_ca_key": None,
    "join_tokens": False,
    "unlock_key": False,
    "wait_timeout": 5,
}


def run(manager, rotate, check_mode=False, **options):
    duty = rotate_duty({**OPTIONS, "rotate": rotate, **options})
    plan, seen = fulfil(Engine(manager), duty, check_mode)
    return plan, duty.result(seen)


def test_tokens_are_returned_only_if_asked_for():
    manager = Manager()
    plan, planned = run(manager, ["worker_token"], check_mode=True)
    assert manager.requests == [("GET", "/info")]
    plan, result = run(manager, ["worker_token"])
    assert plan
    assert set(result) == set(planned)
    assert result["join_tokens"] == {"manager": "", "worker": ""}
    assert "worker-1" not in str(result)
    plan, result = run(manager, ["worker_token"], compromised=["worker-1"], join_tokens=True, unlock_key=True)
    assert not plan
    assert result["join_tokens"] == {"manager": "manager-1", "worker": "worker-1+"}
    assert result["unlock_key"] == "key-1"
    assert manager.writes() == ["/swarm/update"]


def test_a_second_run_in_a_row_writes_nothing():
    manager = Manager()
    wish = {"rotate": ["worker_token", "ca"], "older_than": "1h"}
    assert run(manager, **wish)[0]
    for check_mode in (False, True):
        plan, _result = run(manager, check_mode=check_mode, **wish)
        assert not plan
        assert len(plan.warnings) == 2
    assert manager.writes() == ["/swarm/update"]


def test_a_change_in_between_is_kept():
    manager = Manager()
    manager.conflicts = 2
    assert run(manager, ["worker_token"])[0]
    assert manager.writes() == ["/swarm/update"] * 3


def test_a_rotation_of_the_ca_is_waited_for():
    manager = Manager(looks=3)
    plan, result = run(manager, ["ca"], old_root_ca=ca_digest(ROOT))
    assert plan
    assert result["root_ca_digest"] == ca_digest(MINE)
    assert not run(manager, ["ca"], old_root_ca=ca_digest(ROOT))[0]
    assert manager.writes() == ["/swarm/update"]


def test_the_next_run_waits_and_does_not_rotate_again():
    manager = Manager(looks=1000)
    with pytest.raises(SwarmError, match=r"Timed out after 5 s.*worker1 \(id-worker1, ready: its cert") as error:
        run(manager, ["ca"])
    assert error.value.facts["changed"] is True
    with pytest.raises(SwarmError, match="Timed out") as error:
        run(manager, ["ca"])
    assert error.value.facts["changed"] is False
    manager.left = 2
    plan, result = run(manager, ["ca"])
    assert not plan
    assert result["swarm"]["root_rotation_in_progress"] is False
    assert manager.writes() == ["/swarm/update"]


@pytest.mark.parametrize("left", [2, 1000])
def test_a_rotation_is_not_begun_again_by_the_next_round(left):
    """Also where it came to its end between two rounds, and nothing says which CA was the old one."""
    manager = Manager(looks=1000)
    rotate = ["worker_token", "ca"]
    with pytest.raises(Unfinished, match="waits for worker1") as pause:
        run(manager, rotate, ticket={"shown": ""})
    ticket = pause.value.facts["unfinished"]["ticket"]
    assert ticket["about"] == "rotation of the CA"
    manager.left = 1
    manager._pass_time()
    manager.left = left
    plan, result = run(manager, rotate, ticket=ticket)
    assert not plan
    assert result["root_ca_digest"] == ca_digest(MINE)
    assert manager.writes() == ["/swarm/update"]


def test_what_was_warned_of_in_the_first_round_is_told_at_the_end():
    manager = Manager(looks=1000)
    manager.cluster["Spec"]["Labels"]["apiary.swarm.replaced.worker_token"] = STAMP
    options = {"rotate": ["worker_token", "ca"], "older_than": "1h"}
    with pytest.raises(Unfinished) as pause:
        run(manager, **options, ticket={"shown": ""})
    manager.left = 2
    plan, _result = run(manager, **options, ticket=pause.value.facts["unfinished"]["ticket"])
    assert [warning.split()[0] for warning in plan.warnings] == ["worker_token"]


def test_the_end_of_a_rotation_to_another_ca_is_no_success():
    manager = Manager(looks=1000)
    with pytest.raises(SwarmError, match="Timed out"):
        run(manager, ["ca"])
    manager.left = 2
    with pytest.raises(SwarmError, match="Run again"):
        run(manager, ["ca"], signing_ca_cert=certificate("third"), signing_ca_key="k")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"rotate": []}, "rotate is empty"),
        ({"rotate": ["ca"], "older_than": "90d"}, "older_than: '90d' is no duration"),
        ({"rotate": ["worker_token"], "signing_ca_cert": MINE}, "does not contain ca"),
        ({"rotate": ["worker_token"], "old_root_ca": "x"}, "does not contain ca"),
        ({"rotate": ["ca"], "signing_ca_cert": "nonsense"}, "signing_ca_cert: it has no certificate"),
    ],
)
def test_bad_options_are_refused_before_anything_is_asked(options, complaint):
    with pytest.raises(SwarmError, match=complaint):
        rotate_duty({**OPTIONS, **options})
