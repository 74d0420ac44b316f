# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which manager is backed up, how its archive is encrypted, and which are kept."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.backups import (
    choose_encryption,
    decrypt_command,
    encrypt_command,
    name_of,
    of_method,
    outdated,
    plan_backup,
)


def answer(node_id, managers=3, reachable=3, leader="n1", cluster="c1", **other):
    majority = managers // 2 + 1
    return {
        "local_state": "active",
        "role": "manager",
        "node_id": node_id,
        "cluster_id": cluster,
        "has_quorum": True,
        "quorum": {"managers": managers, "reachable": reachable, "can_lose": max(reachable - majority, 0)},
        "nodes": [{"id": f"n{number}", "leader": f"n{number}" == leader} for number in range(1, managers + 1)],
        "swarm": {"settings": {"autolock": False}},
        **other,
    }


def three(**options):
    return {f"m{number}": answer(f"n{number}", **options) for number in (1, 2, 3)}


HOSTS = ("m1", "m2", "m3")


@pytest.mark.parametrize(("leader", "chosen"), [("n1", "m2"), ("n2", "m1"), ("n3", "m1")])
def test_a_manager_that_is_not_the_leader_is_taken(leader, chosen):
    plan = plan_backup(three(leader=leader), HOSTS, allow_downtime=False)
    assert (plan.at, plan.cluster_id, plan.errors, plan.warnings) == (chosen, "c1", [], [])


def test_one_that_is_away_or_has_no_quorum_is_not():
    answers = {"m1": {"unreachable": True}, "m2": answer("n2", has_quorum=False), "m3": answer("n3", leader="n2")}
    assert plan_backup(answers, HOSTS, allow_downtime=False).at == "m3"


def test_the_leader_where_no_other_one_is_named():
    plan = plan_backup({"m1": answer("n1")}, HOSTS, allow_downtime=False)
    assert (plan.at, plan.errors) == ("m1", [])
    answers = {"m1": answer("n1"), "m2": answer("n2")}
    assert plan_backup(answers, ("m1",), allow_downtime=False).warnings


def test_autolock_is_told():
    assert plan_backup(three(swarm={"settings": {"autolock": True}}), HOSTS, allow_downtime=False).autolock


@pytest.mark.parametrize(
    ("answers", "allowed", "words"),
    [
        ({}, True, "None of the managers has a quorum"),
        ({"m1": {}}, True, "m1 was not reached"),
        ({"m1": {"local_state": "", "engine": {"problem": "no socket."}}}, True, "m1: no socket."),
        ({"m1": {"local_state": "inactive"}}, True, "in no swarm"),
        ({"m1": answer("n1", has_quorum=False)}, True, "without quorum"),
        ({"m1": answer("n1"), "m2": answer("n2", cluster="c2")}, True, "2 swarms"),
        ({"m1": answer("n1", 2, 1)}, True, "Only 1 of 2"),
        ({"m1": answer("n1", 1, 1)}, False, "1 manager, and"),
        ({"m1": answer("n1", 2, 2)}, False, "swarm_backup_allow_downtime"),
        ({"m9": answer("n9")}, True, "host of this run"),
    ],
)
def test_what_would_cost_the_quorum_is_one_error(answers, allowed, words):
    (error,) = plan_backup(answers, HOSTS, allowed).errors
    assert words in error


def test_a_manager_that_is_down_is_waited_for():
    plan = plan_backup(three(reachable=2), HOSTS, allow_downtime=False)
    assert plan.errors == []
    assert "Only 2 of 3" in plan.warnings[0]


@pytest.mark.parametrize(("managers", "chosen"), [(1, "m1"), (2, "m2")])
def test_downtime_can_be_allowed(managers, chosen):
    answers = {f"m{number}": answer(f"n{number}", managers, managers) for number in range(1, managers + 1)}
    plan = plan_backup(answers, HOSTS, allow_downtime=True)
    assert (plan.at, plan.errors) == (chosen, [])


ALL = ("gpg", "openssl", "age")


@pytest.mark.parametrize(
    ("given", "present", "method", "suffix"),
    [
        ((False, [], []), (), "none", ""),
        ((True, [], []), ALL, "gpg-symmetric", ".gpg"),
        ((True, [], []), ("openssl",), "openssl", ".enc"),
        ((False, ["age1x"], []), ALL, "age", ".age"),
        ((False, [], ["me"]), ALL, "gpg", ".gpg"),
    ],
)
def test_encryption_by_what_is_given_and_what_there_is(given, present, method, suffix):
    chosen = choose_encryption(*given, present)
    assert (chosen.method, chosen.suffix, chosen.errors) == (method, suffix, ())


@pytest.mark.parametrize(
    ("given", "present", "words"),
    [
        ((True, [], []), (), "swarm_backup_passphrase needs gpg or openssl"),
        ((False, ["age1x"], []), ("gpg",), "needs age"),
        ((False, [], ["me"]), ("age",), "needs gpg"),
        ((True, ["age1x"], []), ALL, "in one way"),
    ],
)
def test_what_cannot_be_encrypted_is_known_before(given, present, words):
    (error,) = choose_encryption(*given, present).errors
    assert words in error


def test_an_archive_of_an_unknown_method():
    assert of_method("rot13", ALL, "The archive").errors
    assert of_method("none", (), "The archive").errors == ()


@pytest.mark.parametrize("method", ["gpg-symmetric", "gpg", "age", "openssl"])
def test_commands_name_the_files_and_no_secret(method):
    encrypt = encrypt_command(method, "plain", "file", ["me", "you"])
    decrypt = decrypt_command(method, "file", "plain")
    assert {"plain", "file"} <= set(encrypt) & set(decrypt)
    assert encrypt[0] == decrypt[0]
    assert ("me" in encrypt) is (method in ("gpg", "age"))


def test_the_identity_of_age():
    assert decrypt_command("age", "file", "plain", "key.txt")[2:4] == ["-i", "key.txt"]


def test_the_newest_backups_of_this_swarm_are_kept():
    def files(cluster, day):
        name = name_of({"cluster_id": cluster, "created": f"2026-01-0{day}T00:00:00Z"})
        return [f"/b/{name}.json", f"/b/{name}.tar.gz.gpg"]

    old, other = [*files("c1", 1), *files("c1", 2)], files("c2", 1)
    paths = [*other, *files("c1", 4), *old, *files("c1", 3), "/b/swarm-c1-notes.txt", "/b/x"]
    assert outdated(paths, "c1", 2) == old
    assert outdated(paths, "c1", 9) == outdated(paths, "c1", 0) == []


def test_recipients_may_be_a_text_as_on_the_command_line():
    assert encrypt_command("age", "a", "b", "age1x,age1y") == encrypt_command("age", "a", "b", ["age1x", "age1y"])
