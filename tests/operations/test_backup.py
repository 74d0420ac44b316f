# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup while the swarm works, whatever happens meanwhile; everything destroyed, and back."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.cluster.conftest import Hosts
from tests.lab import faults
from tests.lab.wait import wait_until

from .hosts import MANAGERS, SERVICE, containers, files, hosts, join_all, made, pinned_container, play, starts, wipe
from .watch import observed

__all__ = ["hosts", "made"]  # fixtures

PASSPHRASE = "a phrase with spaces & signs"


def left_on(hosts: Hosts) -> str:
    """Archives on the hosts, where none must be."""
    return "".join(
        hosts.console(name, "find /var/tmp /tmp /root /home /mnt -name '*apiary-swarm*' -o -name 'swarm*.gz*'")
        for name in MANAGERS
    )


def decrypted(path: Path, target: Path) -> None:
    """By hand, as the README says."""
    if path.suffix == ".gpg":
        command = ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--output", str(target)]
        command += ["--decrypt", str(path)]
    else:
        command = ["openssl", "enc", "-d", "-aes-256-cbc", "-pbkdf2", "-iter", "600000", "-pass", "stdin"]
        command += ["-in", str(path), "-out", str(target)]
    subprocess.run(command, input=PASSPHRASE, text=True, check=True, capture_output=True)


def without(tmp_path: Path, *missing: str) -> str:
    """A PATH on which everything is but these programs."""
    place = tmp_path / "programs"
    place.mkdir()
    for directory in os.environ["PATH"].split(os.pathsep):
        for program in Path(directory).glob("*"):
            if program.name not in missing and not (place / program.name).exists():
                (place / program.name).symlink_to(program)
    return str(place)


@pytest.mark.parametrize("method", ["gpg-symmetric", "openssl"])
def test_a_backup_while_the_swarm_works(hosts: Hosts, tmp_path: Path, method: str) -> None:
    container = pinned_container(hosts, "manager1")
    services = {"kept"}
    if method == "gpg-symmetric":  # once: the Engine stops for ten seconds, because the container does not listen
        hosts.docker("manager1", SERVICE.format(name="deaf", options="--mode global --constraint node.role==manager"))
        wait_until(lambda: all(containers(hosts, name, "deaf") for name in MANAGERS))
        services.add("deaf")
    target = tmp_path / "backups"
    wish: dict[str, object] = {"swarm_backup_dir": str(target), "swarm_backup_passphrase": PASSPHRASE}
    before = starts(hosts)
    checked = play(hosts, "backup", wish, "--check")
    assert checked.succeeded, checked.text
    assert (checked.changed, starts(hosts), target.exists()) == (0, before, False)
    assert "would be backed up" in checked.words

    environment = {"PATH": without(tmp_path, "gpg", "gpg2")} if method == "openssl" else {}
    with observed(hosts, *MANAGERS) as seen:
        done = play(hosts, "backup", {**wish, "swarm_backup_keep": 1}, "-vvv", **environment)
    assert done.succeeded, done.text
    assert PASSPHRASE not in done.text
    assert seen[0].most_down == 1
    print(f"measured: no manager answered for at most {seen[0].longest_silence:.1f} s; {seen[0].counts}")
    assert sum(one != other for one, other in zip(before, starts(hosts), strict=True)) == 1
    assert containers(hosts, "worker1", "kept") == container
    assert all(node["Status"]["State"] == "ready" for node in hosts.nodes("manager1").values())

    (record,) = target.glob("*.json")
    manifest = json.loads(record.read_text())
    (archive,) = target.glob("*.tar.gz.*")
    assert target.stat().st_mode & 0o777 == 0o700
    assert files(target) == {record.name: 0o600, archive.name: 0o600}
    assert (manifest["encryption"], manifest["file"]) == (method, archive.name)
    assert manifest["file_sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert manifest["cluster_id"] == hosts.swarm("manager1")["Cluster"]["ID"]
    assert manifest["node_id"] == hosts.swarm(manifest["host"])["NodeID"]
    assert set(manifest["services"].values()) == services
    told = re.findall(r"^(manager\d): archive after (\d+) s: the Engine stops, .*$", done.text, re.MULTILINE)
    assert {host for host, _seconds in told} <= {manifest["host"]}
    if "deaf" in services:
        assert told, done.text
        assert 5 <= int(told[0][1]) < 10
    assert left_on(hosts) == ""

    plain = tmp_path / "plain.tar.gz"
    decrypted(archive, plain)
    assert manifest["sha256"] == hashlib.sha256(plain.read_bytes()).hexdigest()
    listed = subprocess.run(["tar", "-tzf", plain], check=True, capture_output=True, text=True).stdout.split()
    assert {"swarm/docker-state.json", "swarm/certificates/swarm-node.key"} <= set(listed)
    assert any(name.startswith("swarm/raft/wal-v3-encrypted/") and name.endswith(".wal") for name in listed)
    with tarfile.open(plain) as content:
        assert content.getmember("swarm/certificates/swarm-node.key").mode == 0o600


@pytest.mark.long
def test_a_backup_while_nodes_are_down(hosts: Hosts, tmp_path: Path) -> None:
    """A worker is no obstacle; a manager is, as there is none to spare."""
    faults.kill(hosts.lab, "worker1")
    try:
        done = play(hosts, "backup", {"swarm_backup_dir": str(tmp_path / "worker")})
        assert done.succeeded, done.text
        assert len(list((tmp_path / "worker").glob("*.tar.gz"))) == 1
        before = starts(hosts)
        hosts.console("manager3", "systemctl stop docker.socket docker")
        wish: dict[str, object] = {"swarm_backup_dir": str(tmp_path / "manager"), "swarm_backup_wait_timeout": 10}
        refused = play(hosts, "backup", wish)
        assert not refused.succeeded
        assert "Only 2 of 3 managers are reachable" in refused.words
        assert "1 of 3 managers would be reachable" in refused.words
        assert starts(hosts)[:2] == before[:2]
        assert files(tmp_path / "manager") == {}
    finally:
        hosts.console("manager3", "systemctl start docker")
        faults.start(hosts.lab, "worker1")
    wait_until(lambda: "Ready" in hosts.docker("manager1", "node ls --filter name=worker1", check=False))


def test_what_cannot_be_encrypted_is_refused_before_the_engine_is_stopped(hosts: Hosts, tmp_path: Path) -> None:
    before = starts(hosts)
    wish: dict[str, object] = {"swarm_backup_dir": str(tmp_path / "b"), "swarm_backup_age_recipients": ["age1x"]}
    refused = play(hosts, "backup", wish, PATH=without(tmp_path, "age"))
    assert not refused.succeeded
    assert "needs age on the controller" in refused.words
    assert starts(hosts) == before


def test_an_archive_that_cannot_be_written_leaves_a_manager_that_runs(hosts: Hosts, tmp_path: Path) -> None:
    for name in MANAGERS:
        hosts.console(name, "mkdir -p /mnt/full && mount -t tmpfs -o size=16k tmpfs /mnt/full")
    try:
        before = starts(hosts)
        failed = play(hosts, "backup", {"swarm_backup_dir": str(tmp_path / "b"), "swarm_backup_node_dir": "/mnt/full"})
        assert not failed.succeeded
        assert "No space left on device" in failed.words
        assert sum(one != other for one, other in zip(before, starts(hosts), strict=True)) == 1
        assert [hosts.swarm(name)["LocalNodeState"] for name in MANAGERS] == ["active"] * 3
        assert left_on(hosts) == ""
        assert files(tmp_path / "b") == {}
    finally:
        for name in MANAGERS:
            hosts.console(name, "umount /mnt/full")


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_a_module_that_is_ended_leaves_a_manager_that_runs(hosts: Hosts, signal: str) -> None:
    """While the Engine stops, which takes ten seconds where a container does not listen."""
    hosts.docker("manager2", SERVICE.format(name="deaf", options="--constraint node.hostname==manager2"))
    wait_until(lambda: containers(hosts, "manager2", "deaf") != "")
    before = starts(hosts)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(hosts.ansible, "ansible", "manager2", "-m", "apiary.swarm.swarm_archive")
        find = "pgrep -f '^/bin/sh -c .read -r word' | head -n 1"
        wait_until(lambda: hosts.console("manager2", find, check=False) != "")
        time.sleep(1)
        guard = hosts.console("manager2", find)
        hosts.console("manager2", f"kill -{signal} $(ps -o ppid= -p {guard})")
        done = run.result()
    assert done.returncode != 0
    wait_until(lambda: starts(hosts) != before)
    wait_until(lambda: hosts.swarm("manager2")["LocalNodeState"] == "active", 90)
    assert left_on(hosts) == ""


@pytest.mark.long
def test_everything_is_destroyed_and_restored(hosts: Hosts, tmp_path: Path) -> None:
    hosts.docker("manager1", "network create --driver overlay backend")
    hosts.docker("manager1", "config create greeting /etc/hostname")
    hosts.docker("manager1", SERVICE.format(name="web", options="--replicas 3 --network backend --config greeting"))
    cluster = hosts.swarm("manager1")["Cluster"]["ID"]
    target = tmp_path / "backups"
    backed_up = play(hosts, "backup", {"swarm_backup_dir": str(target), "swarm_backup_passphrase": PASSPHRASE})
    assert backed_up.succeeded, backed_up.text
    (archive,) = target.glob("*.gpg")
    (record,) = target.glob("*.json")
    host = json.loads(record.read_text())["host"]
    wish = {
        "swarm_restore_archive": str(archive),
        "swarm_restore_host": host,
        "swarm_restore_passphrase": PASSPHRASE,
    }
    alive = play(hosts, "restore", {**wish, "swarm_restore_confirm": cluster})
    assert not alive.succeeded
    assert "a swarm that works" in alive.words

    wipe(hosts, hosts.names)
    short = tmp_path / "short"
    shutil.copytree(target, short)
    (short / archive.name).write_bytes(archive.read_bytes()[:-100])
    for options, words in (
        ({}, f"set swarm_restore_confirm: {cluster}"),
        ({"swarm_restore_archive": str(short / archive.name)}, "truncated"),
        ({"swarm_restore_confirm": cluster, "swarm_restore_passphrase": "wrong"}, "cannot be decrypted"),
        ({"swarm_restore_confirm": cluster, "swarm_restore_host": "manager1"}, "does not have the address"),
    ):
        refused = play(hosts, "restore", {**wish, **options})
        assert not refused.succeeded, words
        assert words in refused.words
        assert "Nothing was changed" in refused.words
    confirmed: dict[str, object] = {**wish, "swarm_restore_confirm": cluster}
    checked = play(hosts, "restore", confirmed, "--check")
    assert checked.succeeded, checked.text
    assert checked.changed == 1
    assert {hosts.swarm(name)["LocalNodeState"] for name in hosts.names} == {"inactive"}

    restored = play(hosts, "restore", confirmed, "-vvv")
    assert restored.succeeded, restored.text
    assert PASSPHRASE not in restored.text
    assert left_on(hosts) == ""
    assert hosts.swarm(host)["Cluster"]["ID"] == cluster
    managers = [node for node in hosts.nodes(host).values() if node["Spec"]["Role"] == "manager"]
    assert [node["Description"]["Hostname"] for node in managers] == [host]
    assert "swarm.before-restore-" in hosts.console(host, "ls /var/lib/docker")

    join_all(hosts)
    assert len([node for node in hosts.nodes(host).values() if "ManagerStatus" in node]) == 3
    wait_until(lambda: hosts.docker(host, "service ls --format '{{.Name}} {{.Replicas}}'") == "web 3/3", 90)
    # Beside it, what the lock of operations is kept in.
    assert hosts.docker(host, "config ls --format '{{.Name}}'").split() == ["apiary.swarm.operations", "greeting"]
    assert "backend" in hosts.docker(host, "network ls --format '{{.Name}}'")
    before = starts(hosts)
    for arguments in ((), ("--check",)):
        again = play(hosts, "restore", wish, *arguments)
        assert again.succeeded, again.text
        assert again.changed == 0
    assert starts(hosts) == before
    again = play(hosts, "recover_quorum", {})
    assert again.succeeded, again.text
    assert again.changed == 0


@pytest.mark.long
def test_autolock(hosts: Hosts, tmp_path: Path) -> None:
    """The manager is unlocked again; what Engines cannot restore is refused."""
    hosts.docker("manager1", "swarm update --autolock=true")
    key = hosts.docker("manager1", "swarm unlock-key -q")
    done = play(hosts, "backup", {"swarm_backup_dir": str(tmp_path / "b")}, "-vvv")
    assert done.succeeded, done.text
    assert key not in done.text
    assert "Autolock is on: without the present unlock key" in done.words
    assert [hosts.swarm(name)["LocalNodeState"] for name in MANAGERS] == ["active"] * 3
    (archive,) = (tmp_path / "b").glob("*.tar.gz")
    cluster = hosts.swarm("manager1")["Cluster"]["ID"]
    wipe(hosts, MANAGERS)
    wish: dict[str, object] = {"swarm_restore_archive": str(archive), "swarm_restore_confirm": cluster}
    record = json.loads(next((tmp_path / "b").glob("*.json")).read_text())
    refused = play(hosts, "restore", {**wish, "swarm_restore_host": record["host"]})
    assert not refused.succeeded
    assert "moby/moby/issues/36852" in refused.words
    assert hosts.swarm(record["host"])["LocalNodeState"] == "inactive"
