# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packing a swarm directory and taking it back; when a host may take it."""

from __future__ import annotations

import contextlib
import stat
import tarfile

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup import (
    archive,
    archive_duty,
    restore_duty,
    service,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.manifest import (
    Place,
    check_manifest,
    decide_restore,
    manifest_of,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import View
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineUnreachable, SwarmError, Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Unfinished

MANIFEST = {
    "format": 1,
    "cluster_id": "swarm1",
    "node_id": "n1",
    "address": "192.0.2.1",
    "engine_version": "26.1.5+dfsg1",
    "sha256": "abc",
}


@pytest.fixture
def root(tmp_path):
    files = tmp_path / "docker" / "swarm"
    (files / "certificates").mkdir(parents=True, mode=0o700)
    (files / "certificates" / "swarm-node.key").write_text("key")
    (files / "certificates" / "swarm-node.key").chmod(0o600)
    (files / "state.json").write_text("[]")
    (files / "state.json").chmod(0o666)
    return tmp_path / "docker"


def test_what_is_packed_comes_back_as_it_was(root, tmp_path):
    path = archive.new_file(str(tmp_path))
    size, digest = archive.pack(str(root), path)
    assert stat.S_IMODE((tmp_path / path).stat().st_mode) == 0o600
    assert (tmp_path / path).stat().st_size == size
    archive.unpack(path, digest, str(tmp_path / "new"))
    assert (tmp_path / "new/certificates/swarm-node.key").read_text() == "key"
    assert stat.S_IMODE((tmp_path / "new/certificates/swarm-node.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new/state.json").stat().st_mode) == 0o666
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.is_dir()) == ["docker", "new"]


def test_files_of_an_interrupted_run_are_removed(tmp_path):
    old = archive.new_file(str(tmp_path))
    new = archive.new_file(str(tmp_path))
    assert [str(path) for path in tmp_path.iterdir()] == [new]
    assert old != new
    with pytest.raises(SwarmError, match="No file can be made"):
        archive.new_file(str(tmp_path / "missing"))


def test_a_truncated_archive_is_refused_before_anything_is_written(root, tmp_path):
    path = archive.new_file(str(tmp_path))
    _size, digest = archive.pack(str(root), path)
    (tmp_path / path).write_bytes((tmp_path / path).read_bytes()[:-10])
    with pytest.raises(SwarmError, match="truncated"):
        archive.unpack(path, digest, str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["etc/passwd", "swarm/../passwd", "/swarm"])
def test_an_archive_with_anything_else_is_refused(tmp_path, name):
    path = tmp_path / "foreign.tar.gz"
    with tarfile.open(path, "w:gz") as made:
        made.addfile(tarfile.TarInfo(name))
    digest = archive._checksum(str(path))
    with pytest.raises(SwarmError, match="no archive of a swarm"):
        archive.unpack(str(path), digest, str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_directories_are_exchanged_and_the_old_one_is_kept(root, tmp_path):
    new = root / "swarm.to-restore"
    new.mkdir()
    (kept,) = restore_duty.exchange(str(root / "swarm"), str(new), "T1")
    assert kept == str(root / "swarm.before-restore-T1")
    assert (root / "swarm.before-restore-T1/state.json").exists()
    assert list((root / "swarm").iterdir()) == []
    new.mkdir()
    (root / "swarm").rmdir()
    assert restore_duty.exchange(str(root / "swarm"), str(new), "T2") == []
    with pytest.raises(SwarmError, match="Nothing was changed"):
        restore_duty.exchange(str(root / "swarm"), str(new), "T3")
    assert (root / "swarm").is_dir()


def test_addresses_of_this_host():
    assert restore_duty.has_address("127.0.0.1")
    assert not restore_duty.has_address("192.0.2.1")
    assert not restore_duty.has_address("name")


def test_a_manifest_has_nothing_secret():
    info = {
        "Name": "host1",
        "ServerVersion": "26.1.5",
        "Swarm": {
            "Cluster": {"Spec": {"EncryptionConfig": {"AutoLockManagers": True}}, "JoinTokens": {"Worker": "SWMTKN"}}
        },
    }
    peers = ({"node_id": "n2", "addr": "b:2377"}, {"node_id": "n1", "addr": "a:2377"})
    member = Membership("active", "manager", "n1", "a", "swarm1", has_quorum=True, remote_managers=peers)
    services = [
        {"ID": "s1", "Spec": {"Name": "web", "TaskTemplate": {"ContainerSpec": {"Env": ["PASSWORD=x"]}}}},
        {"ID": "s2", "Spec": {"Name": "job", "Mode": {"ReplicatedJob": {}}}},
    ]
    assert manifest_of(member, info, services, "now") == {
        "format": 1,
        "created": "now",
        "cluster_id": "swarm1",
        "node_id": "n1",
        "host": "host1",
        "address": "a",
        "engine_version": "26.1.5",
        "autolock": True,
        "managers": [{"node_id": "n1", "addr": "a:2377"}, {"node_id": "n2", "addr": "b:2377"}],
        "services": {"s1": "web"},
    }


@pytest.mark.parametrize(
    ("changed", "words"), [({"sha256": ""}, "lacks sha256"), ({"format": 2}, "format 2"), ({"format": None}, "format")]
)
def test_a_manifest_that_is_none_is_refused(changed, words):
    with pytest.raises(SwarmError, match=words):
        check_manifest({**MANIFEST, **changed})


EMPTY = Place(engine_version="26.1.5", has_address=True)
OLD = Membership("pending", "manager", "n9", "192.0.2.1", "swarm1")


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (EMPTY, ""),
        (Place(OLD, "28.5.2", has_address=True, has_state=True), "what is there is set aside"),
        (Place(Membership("inactive"), "26.1.5", marker={"sha256": "other"}, has_address=True), ""),
    ],
)
def test_a_backup_is_put_where_nothing_works(place, reason):
    (step,) = decide_restore(place, MANIFEST)
    assert (step.action, step.name, step.reason) == ("restore", "swarm1", reason)


@pytest.mark.parametrize("state", ["locked", "pending", "active"])
def test_what_was_restored_is_left_alone(state):
    restored = Membership(state, "manager", "n1", "192.0.2.1", "swarm1", has_quorum=state == "active")
    assert not decide_restore(Place(restored, "26.1.5", marker={"sha256": "abc"}), MANIFEST)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(engine_version="20.10.24", has_address=True), "older than that of the backup"),
        (Place(engine_version="26.1.5"), "does not have the address 192.0.2.1"),
        (Place(Membership("active", "manager", "n1", has_quorum=True), "26.1.5", has_address=True), "that works"),
    ],
)
def test_what_is_known_to_fail_is_refused(place, words):
    with pytest.raises(SwarmError, match=words) as refused:
        decide_restore(place, MANIFEST)
    assert "Nothing was changed" in str(refused.value)


def test_only_the_engine_of_the_service_is_ever_stopped():
    with pytest.raises(SwarmError, match=service.SERVICE):
        archive_duty.archive_duty({"docker_host": "unix:///run/other.sock"})


LIVE = {"LocalNodeState": "active", "Cluster": {"ID": "swarm1"}}
KEY = "SWMKEY-1-key"


class Restarted:
    """The Engine of a manager that was started just now: what it says of its swarm, one answer after the other."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.unlocked = []

    def info(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return {"Swarm": answer}

    def services(self):
        return []

    def unlock_key(self):
        return KEY

    def unlock_swarm(self, key, timeout):
        self.unlocked.append(key)


@pytest.fixture
def archived(monkeypatch, clock, root, tmp_path):
    """A function that calls the module of an Engine with a ticket: what is unfinished, and its result."""
    monkeypatch.setattr(archive_duty, "engine_stopped", lambda leftover: contextlib.nullcontext())

    def archived(engine, ticket, autolock=False):
        spec = {"Spec": {"EncryptionConfig": {"AutoLockManagers": autolock}}}
        info = {"DockerRootDir": str(root), "Swarm": {"Cluster": spec}}
        manager = Membership("active", "manager", "n1", "a", "swarm1", has_quorum=True)
        monkeypatch.setattr(archive_duty, "look", lambda engine, docker_host: View(manager, info=info))
        options = {
            "docker_host": "unix:///var/run/docker.sock",
            "directory": str(tmp_path),
            "wait_timeout": 20,
            "ticket": ticket,
        }
        duty = archive_duty.archive_duty(options)
        try:
            plan, state = fulfil(engine, duty, check_mode=False)
        except Unfinished as pause:
            return pause.facts["unfinished"], pause.facts
        return None, {"changed": bool(plan), **duty.result(state)}

    return archived


def test_while_the_manager_comes_back_a_line_is_shown_and_nothing_is_archived_again(archived, tmp_path):
    starting = Restarted(EngineUnreachable("no answer"), {"LocalNodeState": "pending"})
    unfinished, facts = archived(starting, {"shown": ""})
    assert unfinished["line"] == "the Engine is not a manager with a leader again (state pending)"
    assert (unfinished["ticket"]["about"], [step["action"] for step in facts["plan"]]) == (
        "start of the Engine",
        ["archive"],
    )
    (made,) = tmp_path.glob(f"{archive.PREFIX}*")
    nothing_more, result = archived(Restarted(LIVE), unfinished["ticket"])
    assert (nothing_more, result["changed"], result["path"]) == (None, False, str(made))
    assert result["manifest"]["size"] == result["size"] == made.stat().st_size
    assert result["manifest"]["cluster_id"] == "swarm1"


def test_a_manager_that_does_not_come_back_leaves_no_archive(archived, tmp_path):
    def rounds(ticket):
        while True:
            unfinished, _result = archived(Restarted({"LocalNodeState": "pending"}), ticket)
            ticket = unfinished["ticket"]

    with pytest.raises(Timeout, match="after 20 s: the Engine is not a manager with a leader again"):
        rounds({"shown": ""})
    assert list(tmp_path.glob(f"{archive.PREFIX}*")) == []


def test_a_locked_manager_is_unlocked_in_the_first_round_and_its_key_does_not_travel(archived):
    engine = Restarted({"LocalNodeState": "locked"}, {"LocalNodeState": "pending"})
    unfinished, facts = archived(engine, {"shown": ""}, autolock=True)
    assert engine.unlocked == [KEY]
    assert KEY not in str(facts)
    assert archived(Restarted(LIVE), unfinished["ticket"])[1]["manifest"]["autolock"] is True


def test_where_nobody_shows_anything_there_is_one_round(archived):
    engine = Restarted(EngineUnreachable("no answer"), {"LocalNodeState": "pending"}, {"LocalNodeState": "x"}, LIVE)
    unfinished, result = archived(engine, None)
    assert (unfinished, result["changed"]) == (None, True)
