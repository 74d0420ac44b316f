# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks for single nodes, for the state of a swarm and for its end, each checked, run, and run again."""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cluster.conftest import Hosts, Outcome
from tests.integration.cluster.engines import stopped
from tests.lab import faults, lab
from tests.lab.wait import wait_until

BUSYBOX = "registry:5000/busybox:1 sleep 3600"
ALL = ["manager1", "manager2", "manager3", "worker1", "worker2"]


@pytest.fixture(scope="module")
def five() -> Iterator[Hosts]:
    with lab.for_tests("operations", managers=3, workers=2, engine=True) as made:
        yield Hosts(made)


@pytest.fixture
def swarm(five: Hosts) -> Hosts:
    """A swarm of all five, made without the collection."""
    five.reset()
    five.docker("manager1", "swarm init --task-history-limit 1")
    for name in ALL[1:]:
        five.join(name, name.rstrip("123"))
    return five


def play(hosts: Hosts, name: str, *arguments: str, **extra: str) -> Outcome:
    """Run a playbook of the collection; `extra` are variables on its command line."""
    stated = [part for key, value in extra.items() for part in ("-e", f"{key}={value}")]
    inventory = ("-i", str(hosts.lab.inventory_file))
    return Outcome(hosts.ansible("ansible-playbook", f"apiary.swarm.{name}", *inventory, *stated, *arguments))


def spoken(hosts: Hosts, manager: str = "manager1") -> dict[str, tuple[str, str]]:
    """Availability and state of all nodes by host name, by the Engine."""
    return {
        node["Description"]["Hostname"]: (node["Spec"]["Availability"], node["Status"]["State"])
        for node in hosts.nodes(manager).values()
    }


def drained(hosts: Hosts, manager: str = "manager1") -> set[str]:
    return {name for name, said in spoken(hosts, manager).items() if said[0] == "drain"}


def four_runs(hosts: Hosts, name: str, state: Any, **extra: str) -> None:
    """Check, run, run again, check again: only the second changes anything, and the first says that it would."""
    before = state()
    checked = play(hosts, name, "--check", **extra)
    assert checked.succeeded, checked.text
    assert checked.changed > 0, checked.text
    assert state() == before
    done = play(hosts, name, **extra)
    assert done.succeeded, done.text
    assert done.changed > 0, done.text
    after = state()
    assert after != before
    for arguments in ((), ("--check",)):
        again = play(hosts, name, *arguments, **extra)
        assert again.succeeded, again.text
        assert again.changed == 0, again.text
    assert state() == after


def test_nodes_are_drained_and_activated(swarm: Hosts) -> None:
    swarm.docker("manager1", f"service create --detach --replicas 5 --name web {BUSYBOX}")
    wait_until(lambda: len(swarm.docker("manager1", "service ps -q -f desired-state=running web").split()) == 5)
    unknown = play(swarm, "drain", swarm_target="worker1,wroker2")
    assert not unknown.succeeded
    assert "wroker2: no node of swarm" in unknown.words
    assert "Nothing was changed" in unknown.words
    four_runs(swarm, "drain", lambda: spoken(swarm), swarm_target="worker1,manager2")
    assert drained(swarm) == {"manager2", "worker1"}
    for host in ("worker1", "manager2"):
        assert swarm.docker(host, "ps --quiet") == ""
    four_runs(swarm, "activate", lambda: spoken(swarm), swarm_target="worker1,manager2")
    assert drained(swarm) == set()


def test_one_operation_at_a_time(swarm: Hosts) -> None:
    """The lock is one that somebody on another machine has taken."""
    lock = {
        "id": "lock-0123456789",
        "operation": "upgrade",
        "who": "anna@elsewhere",
        "controller": "another",
        "process": "1 2",
        "since": "2026-01-01T00:00:00Z",
        "until": "2126-01-01T00:00:00Z",
    }
    config = "config create --label apiary.swarm.lock={} apiary.swarm.operations -"
    swarm.console("manager1", f"echo about | docker {config.format(shlex.quote(json.dumps(lock)))}")
    refused = play(swarm, "drain", swarm_target="worker1")
    assert not refused.succeeded
    assert "anna@elsewhere" in refused.words
    assert "lock-0123456789" in refused.words
    assert spoken(swarm)["worker1"][0] == "active"
    status = play(swarm, "status")
    assert "Now: upgrade, by anna@elsewhere" in status.words, status.text
    broken = play(swarm, "drain", swarm_target="worker1", swarm_operation_break_lock="lock-0123456789")
    assert broken.succeeded, broken.text
    assert spoken(swarm)["worker1"][0] == "drain"
    labels = json.loads(
        swarm.docker("manager1", "config inspect --format '{{json .Spec.Labels}}' apiary.swarm.operations")
    )
    assert "apiary.swarm.lock" not in labels
    ended = [(entry["operation"], entry["result"]) for entry in json.loads(labels["apiary.swarm.audit"])]
    assert ended[0] == ("drain", "succeeded")
    assert ended[1][0] == "upgrade"
    status = play(swarm, "status")
    assert "Before: drain succeeded" in status.words, status.text


def test_living_nodes_are_removed(swarm: Hosts) -> None:
    """A worker, and the manager that is first in the inventory and leads."""
    swarm.docker("manager1", f"service create --detach --replicas 3 --name web {BUSYBOX}")
    four_runs(swarm, "remove_node", lambda: spoken(swarm, "manager2").keys(), swarm_target="manager1,worker1")
    assert sorted(spoken(swarm, "manager2")) == ["manager2", "manager3", "worker2"]
    for host in ("manager1", "worker1"):
        assert swarm.swarm(host)["LocalNodeState"] == "inactive"
        assert swarm.docker(host, "ps --quiet") == ""


@pytest.mark.long  # `site` changes and restarts all Engines
def test_dead_nodes_are_removed_and_a_manager_is_replaced(swarm: Hosts) -> None:
    """The first manager loses its disk, a worker its power; the manager comes back as a new host of the same name."""
    old = swarm.swarm("manager1")["NodeID"]
    faults.kill(swarm.lab, "worker1")
    try:
        removed = play(swarm, "remove_node", swarm_target="worker1")
        assert removed.succeeded, removed.text
        assert sorted(spoken(swarm)) == ["manager1", "manager2", "manager3", "worker2"]
        again = play(swarm, "remove_node", swarm_target="worker1")
        assert again.succeeded, again.text
        assert again.changed == 0, again.text
    finally:
        faults.start(swarm.lab, "worker1")
    wait_until(lambda: swarm.docker("worker1", "info", check=False) != "")
    swarm.docker("worker1", "swarm leave --force", check=False)
    wipe = "systemctl stop docker.service docker.socket; rm -rf /var/lib/docker/swarm; systemctl start docker"
    swarm.console("manager1", wipe)
    replaced = play(swarm, "replace_manager", swarm_target="manager1", docker_engine_source="distribution")
    assert replaced.succeeded, replaced.text
    nodes = swarm.nodes("manager2")
    assert old not in nodes
    new = nodes[swarm.swarm("manager1")["NodeID"]]
    assert new["ManagerStatus"]["Reachability"] == "reachable"
    assert sorted(spoken(swarm, "manager2")) == ALL


def test_status_tells_what_is_wrong(swarm: Hosts, tmp_path: Path) -> None:
    well = play(swarm, "status", swarm_status_file=str(tmp_path / "status.json"))
    assert well.succeeded, well.text
    assert well.changed == 0, well.text
    status = json.loads((tmp_path / "status.json").read_text())
    assert (status["verdict"], status["problems"], len(status["warnings"])) == ("warn", [], 1)
    assert "Engines of several versions" in status["warnings"][0]  # of Debian 12
    assert sorted(row["name"] for row in status["nodes"]) == ALL
    assert status["quorum"] == {"managers": 3, "reachable": 3, "majority": 2, "can_lose": 1, "holds": True}
    swarm.console("manager3", "systemctl stop docker.service docker.socket")
    try:
        ill = play(swarm, "status")
        assert not ill.succeeded
        assert "manager3" in ill.words, ill.text
        assert "2 of 3 managers are reachable" in ill.words, ill.text
        swarm.console("manager2", "systemctl stop docker.service docker.socket")
        lost = play(swarm, "status")
        assert not lost.succeeded
        # The leader that is left goes on answering for some seconds.
        said = ("No manager answers for a swarm with a quorum", "The quorum is lost: 1 of 3 managers")
        assert any(words in lost.words for words in said), lost.text
    finally:
        for host in ("manager2", "manager3"):
            swarm.console(host, "systemctl start docker")


def test_secrets_are_rotated_and_all_managers_unlocked(swarm: Hosts, tmp_path: Path) -> None:
    """A manager is down when the key is replaced, and twice: it can be unlocked with the key of then."""
    key_file = tmp_path / "unlock.key"
    swarm.docker("manager1", "swarm update --autolock=true")

    def key() -> str:
        return swarm.docker("manager1", "swarm unlock-key --quiet")

    def tokens() -> set[str]:
        return {swarm.docker("manager1", f"swarm join-token -q {role}") for role in ("manager", "worker")}

    first, old_tokens = key(), tokens()
    key_file.write_text(first + "\n")
    refused = play(swarm, "rotate", swarm_rotate="unlock_key")
    assert not refused.succeeded
    assert "swarm_manager_unlock_key_file" in refused.words
    assert key() == first
    stated = {"swarm_manager_unlock_key_file": str(key_file)}
    what = "worker_token,manager_token,unlock_key"
    young = play(swarm, "rotate", swarm_rotate=what, **stated)
    assert young.succeeded, young.text
    assert young.changed == 0, young.text
    assert "unlock_key was made at" in young.words, young.text
    assert (key(), tokens()) == (first, old_tokens)
    with stopped(swarm, "manager3"):
        time.sleep(3)  # the swarm is some seconds old
        stated["swarm_rotate_older_than"] = "3s"
        checked = play(swarm, "rotate", "--check", swarm_rotate=what, **stated)
        assert checked.succeeded, checked.text
        assert (key(), tokens()) == (first, old_tokens)
        done = play(swarm, "rotate", "-vvv", swarm_rotate=what, **stated)
        assert done.succeeded, done.text
        assert key_file.read_text().strip() == key() != first
        assert key_file.stat().st_mode & 0o777 == 0o600
        [kept] = tmp_path.glob("unlock.key.*")
        assert kept.read_text().strip() == first
        assert kept.stat().st_mode & 0o777 == 0o600
        stated["swarm_rotate_older_than"] = "1h"
        second, second_tokens = key(), tokens()
        for arguments in ((), ("--check",)):
            again = play(swarm, "rotate", *arguments, swarm_rotate=what, **stated)
            assert again.succeeded, again.text
            assert again.changed == 0, again.text
        assert (key(), tokens()) == (second, second_tokens)
        more = play(swarm, "rotate", swarm_rotate="unlock_key", **{**stated, "swarm_rotate_older_than": "0s"})
        assert more.succeeded, more.text
        assert len({key(), second, first}) == 3
        assert {path.read_text().strip() for path in tmp_path.glob("unlock.key.*")} == {first, second}
    assert swarm.swarm("manager3")["LocalNodeState"] == "locked"
    wrong = play(swarm, "unlock", **stated)
    assert not wrong.succeeded
    assert "invalid key" in wrong.words, wrong.text
    old = play(swarm, "unlock", "--limit", "manager3", swarm_manager_unlock_key_file=str(kept))
    assert old.succeeded, old.text
    assert swarm.swarm("manager3")["LocalNodeState"] == "active"
    assert not tokens() & old_tokens
    for secret in (first, second, *old_tokens, *second_tokens):
        assert secret not in done.text

    for host in ALL[:3]:
        swarm.console(host, "systemctl restart docker")
    assert {swarm.swarm(host)["LocalNodeState"] for host in ALL[:3]} == {"locked"}
    keyless = play(swarm, "unlock")
    assert not keyless.succeeded
    assert "the unlock key is not known" in keyless.words
    planned = play(swarm, "unlock", "--check", **stated)
    assert planned.succeeded, planned.text
    assert planned.changed == 3, planned.text
    assert {swarm.swarm(host)["LocalNodeState"] for host in ALL[:3]} == {"locked"}
    opened = play(swarm, "unlock", **stated)
    assert opened.succeeded, opened.text
    assert {swarm.swarm(host)["LocalNodeState"] for host in ALL[:3]} == {"active"}
    again = play(swarm, "unlock", **stated)
    assert again.succeeded, again.text
    assert again.changed == 0, again.text


@pytest.mark.long
def test_the_ca_is_replaced_once_and_a_node_that_is_down_is_waited_for(swarm: Hosts) -> None:
    def root() -> str:
        return str(swarm.swarm("manager1")["Cluster"]["TLSInfo"]["TrustRoot"])

    old = root()
    wish = {"swarm_rotate": "ca", "swarm_operation_wait_timeout": "20"}
    checked = play(swarm, "rotate", "--check", **wish, swarm_rotate_older_than="0s")
    assert (checked.succeeded, checked.changed, root()) == (True, 1, old), checked.text
    with stopped(swarm, "worker2"):
        late = play(swarm, "rotate", **wish, swarm_rotate_older_than="0s")
        assert not late.succeeded
        assert re.search(r"^manager\d: rotation of the CA after \d+ s: waits for .*worker2", late.text, re.MULTILINE), (
            late.text
        )
        assert swarm.swarm("manager1")["Cluster"]["RootRotationInProgress"] is True
    wish["swarm_operation_wait_timeout"] = "300"
    done = play(swarm, "rotate", **wish)
    assert (done.succeeded, done.changed) == (True, 0), done.text
    new = root()
    assert new != old
    assert swarm.swarm("manager1")["Cluster"]["RootRotationInProgress"] is False
    for arguments in ((), ("--check",)):
        again = play(swarm, "rotate", *arguments, **wish)
        assert (again.succeeded, again.changed, root()) == (True, 0, new), again.text


def test_a_swarm_is_ended(swarm: Hosts) -> None:
    swarm.docker("manager1", f"service create --detach --replicas 5 --mount src=kept,dst=/kept --name web {BUSYBOX}")
    wait_until(lambda: len(swarm.docker("manager1", "service ps -q -f desired-state=running web").split()) == 5)
    wait_until(lambda: "kept" in swarm.docker("worker1", "volume ls -q"))
    cluster = swarm.swarm("manager1")["Cluster"]["ID"]
    refused = play(swarm, "reset")
    assert not refused.succeeded
    assert f"swarm_confirm={cluster}" in refused.words
    assert len(spoken(swarm)) == 5
    four_runs(swarm, "reset", lambda: [swarm.swarm(host)["LocalNodeState"] for host in ALL], swarm_confirm=cluster)
    assert {swarm.swarm(host)["LocalNodeState"] for host in ALL} == {"inactive"}
    assert {swarm.docker(host, "ps --quiet") for host in ALL} == {""}
    assert "kept" in swarm.docker("worker1", "volume ls -q")
