# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of backups, for whom they are encrypted, and restores elsewhere than where they were taken."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.cluster.conftest import Hosts
from tests.lab import faults
from tests.lab.wait import wait_until

from .hosts import MANAGERS, SERVICE, hosts, join_all, made, play, wipe

__all__ = ["hosts", "made"]  # fixtures

pytestmark = pytest.mark.long


def backed_up(hosts: Hosts, target: Path, **wish: object) -> tuple[Path, dict]:
    """The archive and the manifest of a new backup."""
    done = play(hosts, "backup", {"swarm_backup_dir": str(target), **wish})
    assert done.succeeded, done.text
    record = max(target.glob("*.json"))
    manifest = json.loads(record.read_text())
    return target / manifest["file"], manifest


def back_on(hosts: Hosts, host: str, archive: Path, manifest: dict, **wish: object) -> None:
    """The backup is restored on the host, the others join by what site does, and the service is back."""
    wish = {
        "swarm_restore_archive": str(archive),
        "swarm_restore_host": host,
        "swarm_restore_confirm": manifest["cluster_id"],
        **wish,
    }
    done = play(hosts, "restore", wish)
    assert done.succeeded, done.text
    again = play(hosts, "restore", wish)
    assert again.succeeded, again.text
    assert again.changed == 0, again.text
    assert hosts.swarm(host)["Cluster"]["ID"] == manifest["cluster_id"]
    assert [manager["Addr"] for manager in hosts.swarm(host)["RemoteManagers"]] == [f"{manifest['address']}:2377"]
    keys = {name: value for name, value in wish.items() if name.startswith("swarm_manager_")}
    join_all(hosts, "--extra-vars", json.dumps(keys))
    wait_until(lambda: hosts.docker(host, "service ls --format '{{.Name}} {{.Replicas}}'") == "web 4/4", 90)
    up = {node["Description"]["Hostname"] for node in hosts.nodes(host).values() if node["Status"]["State"] == "ready"}
    assert up == set(hosts.names)


def with_service(hosts: Hosts) -> None:
    hosts.docker("manager1", SERVICE.format(name="web", options="--replicas 4"))
    wait_until(lambda: "4/4" in hosts.docker("manager1", "service ls"))


@pytest.fixture
def age(hosts: Hosts, tmp_path: Path) -> str:
    """A PATH with age; where this machine has none, with that of a test host."""
    place = tmp_path / "age"
    place.mkdir()
    for program in ("age", "age-keygen"):
        if not shutil.which(program):
            hosts.console("manager1", f"command -v {program} || (apt-get -qq update; apt-get -qq install -y age)")
            found = hosts.console("manager1", f"base64 $(command -v {program})")
            (place / program).write_bytes(base64.b64decode(found))
            (place / program).chmod(0o755)
    return f"{place}{os.pathsep}{os.environ['PATH']}"


def test_an_archive_for_recipients_of_age(
    hosts: Hosts, tmp_path: Path, age: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", age)
    with_service(hosts)
    recipients = []
    for name in ("first", "second"):
        subprocess.run(["age-keygen", "-o", tmp_path / name], check=True, capture_output=True)
        told = subprocess.run(["age-keygen", "-y", tmp_path / name], check=True, capture_output=True, text=True)
        recipients.append(told.stdout.strip())
    archive, manifest = backed_up(hosts, tmp_path / "b", swarm_backup_age_recipients=recipients)
    assert (manifest["encryption"], archive.suffix) == ("age", ".age")
    assert archive.read_bytes().startswith(b"age-encryption.org/v1")
    for name in ("first", "second"):
        command = ["age", "--decrypt", "-i", tmp_path / name, archive]
        plain = subprocess.run(command, check=True, capture_output=True).stdout
        assert plain[:2] == b"\x1f\x8b"
    wipe(hosts, hosts.names)
    host = manifest["host"]
    wish: dict[str, object] = {
        "swarm_restore_archive": str(archive),
        "swarm_restore_host": host,
        "swarm_restore_confirm": manifest["cluster_id"],
    }
    keyless = play(hosts, "restore", wish)
    assert not keyless.succeeded
    assert "cannot be decrypted" in keyless.words
    assert hosts.swarm(host)["LocalNodeState"] == "inactive"
    back_on(hosts, host, archive, manifest, swarm_restore_age_identity=str(tmp_path / "second"))


def test_an_archive_for_a_recipient_of_gpg(hosts: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes the backup has the public key only, and whoever takes it back the secret one."""
    with_service(hosts)
    owner, taker = Path("/tmp") / f"gpg-{os.getpid()}-owner", Path("/tmp") / f"gpg-{os.getpid()}-taker"
    try:
        for home in (owner, taker):
            home.mkdir(mode=0o700)
        gpg = ["gpg", "--batch", "--quiet", "--homedir"]
        subprocess.run([*gpg, owner, "--passphrase", "", "--quick-gen-key", "backup@test"], check=True)
        key = subprocess.run([*gpg, owner, "--armor", "--export", "backup@test"], check=True, capture_output=True)
        subprocess.run([*gpg, taker, "--import"], input=key.stdout, check=True)
        monkeypatch.setenv("GNUPGHOME", str(taker))
        unknown = play(
            hosts,
            "backup",
            {"swarm_backup_dir": str(tmp_path / "b"), "swarm_backup_gpg_recipients": ["nobody@test"]},
        )
        assert not unknown.succeeded
        assert "nobody@test" in unknown.words
        assert list((tmp_path / "b").glob("*")) == []
        archive, manifest = backed_up(hosts, tmp_path / "b", swarm_backup_gpg_recipients=["backup@test"])
        assert (manifest["encryption"], archive.suffix) == ("gpg", ".gpg")
        wipe(hosts, hosts.names)
        host = manifest["host"]
        wish: dict[str, object] = {
            "swarm_restore_archive": str(archive),
            "swarm_restore_host": host,
            "swarm_restore_confirm": manifest["cluster_id"],
        }
        keyless = play(hosts, "restore", wish)
        assert not keyless.succeeded
        assert "cannot be decrypted" in keyless.words
        monkeypatch.setenv("GNUPGHOME", str(owner))
        back_on(hosts, host, archive, manifest)
    finally:
        for home in (owner, taker):
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
            shutil.rmtree(home, ignore_errors=True)


def test_only_the_newest_backups_of_this_swarm_are_kept(hosts: Hosts, tmp_path: Path) -> None:
    target = tmp_path / "b"
    _archive, first = backed_up(hosts, target)
    _archive, second = backed_up(hosts, target)
    other = ["swarm-othercluster-20200101T000000Z.json", "swarm-othercluster-20200101T000000Z.tar.gz", "swarm-notes"]
    ends = (".json", ".tar.gz.age")
    older = [f"swarm-{first['cluster_id']}-2020010{day}T000000Z{end}" for day in (1, 2) for end in ends]
    for name in (*other, *older):
        (target / name).write_text("about")
    _archive, third = backed_up(hosts, target, swarm_backup_keep=0)
    assert len(list(target.iterdir())) == 3 * 2 + len(other) + len(older)
    archive, fourth = backed_up(hosts, target, swarm_backup_keep=2)
    kept = [name for manifest in (third, fourth) for name in (manifest["file"], _record(manifest))]
    assert sorted(path.name for path in target.iterdir()) == sorted([*other, *kept])
    assert second["created"] < third["created"] < fourth["created"]
    assert archive.stat().st_size > 1000


def _record(manifest: dict) -> str:
    return manifest["file"].partition(".")[0] + ".json"


def test_another_host_gets_the_address_of_the_lost_one(hosts: Hosts, tmp_path: Path) -> None:
    """A manager and the worker are left, the manager without a quorum."""
    with_service(hosts)
    archive, manifest = backed_up(hosts, tmp_path / "b")
    lost = manifest["host"]
    host, left = [name for name in MANAGERS if name != lost]
    wipe(hosts, (lost, host))
    wait_until(lambda: "ID" not in hosts.docker(left, "node ls", check=False), 90)
    faults.kill(hosts.lab, lost)
    address = hosts.lab.host(lost).address
    wish: dict[str, object] = {
        "swarm_restore_archive": str(archive),
        "swarm_restore_host": host,
        "swarm_restore_confirm": manifest["cluster_id"],
        "swarm_restore_lost_hosts": lost,
    }
    try:
        elsewhere = play(hosts, "restore", wish)
        assert not elsewhere.succeeded
        assert f"does not have the address {address}" in elsewhere.words
        assert "moby/swarmkit/issues/642" in elsewhere.words
        hosts.console(host, f"ip address add {address}/24 dev eth0")
        beside = play(hosts, "restore", wish)
        assert not beside.succeeded
        assert "set swarm_restore_rejoin: true" in beside.words
        assert hosts.swarm(left)["LocalNodeState"] in ("active", "pending")
        done = play(hosts, "restore", {**wish, "swarm_restore_rejoin": True})
        assert done.succeeded, done.text
        assert hosts.swarm(left)["LocalNodeState"] == "inactive"
        known = [manager["Addr"] for manager in hosts.swarm(host)["RemoteManagers"]]
        assert known == [f"{address}:2377"]
        hosts.join(left, "manager", host)
        wait_until(lambda: hosts.docker(host, "service ls --format '{{.Replicas}}'") == "4/4", 120)
        # The worker has found the manager by itself.
        nodes = "node ls --format '{{.Hostname}} {{.Status}}'"
        wait_until(lambda: "worker1 Ready" in hosts.docker(host, nodes), 120)
    finally:
        hosts.console(host, f"ip address del {address}/24 dev eth0", check=False)
        faults.start(hosts.lab, lost)


@pytest.mark.parametrize("autolock", [False, True])
def test_a_single_manager(hosts: Hosts, tmp_path: Path, autolock: bool) -> None:
    """With autolock, it is unlocked by the key of the day of the backup."""
    hosts.reset()
    hosts.docker("manager1", f"swarm init --autolock={str(autolock).lower()}")
    key: dict[str, object] = {}
    if autolock:
        (tmp_path / "key").write_text(hosts.docker("manager1", "swarm unlock-key -q"))
        key["swarm_manager_unlock_key_file"] = str(tmp_path / "key")
    hosts.docker("manager1", SERVICE.format(name="web", options="--replicas 4"))
    archive, manifest = backed_up(hosts, tmp_path / "b", swarm_backup_allow_downtime=True, **key)
    assert manifest["autolock"] == autolock
    wipe(hosts, hosts.names)
    back_on(hosts, "manager1", archive, manifest, **key)
