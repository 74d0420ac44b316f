# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which manager is backed up, how the archive is encrypted, and which archives are kept: over plain data."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.operation import names_of
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import report_of

Answer = Mapping[str, Any]


@dataclass
class BackupPlan:
    """`at` is the manager whose Engine is stopped meanwhile. With `errors` nothing is to be done."""

    at: str = ""
    cluster_id: str = ""
    autolock: bool = False
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def plan_backup(answers: Mapping[str, Answer], play_hosts: Collection[str], allow_downtime: bool) -> BackupPlan:
    """A manager that is not the leader and that the others can do without; `answers` are of swarm_info, by host."""
    live = {host: answer for host, answer in answers.items() if report_of(host, answer).is_live_manager}
    if not live:
        told = "; ".join(str(report_of(host, answer)) for host, answer in answers.items())
        return BackupPlan(errors=[f"None of the managers has a quorum, so none is backed up: {told}."])
    clusters = {answer["cluster_id"]: host for host, answer in live.items()}
    if len(clusters) > 1:
        told = ", ".join(f"{cluster} ({host})" for cluster, host in clusters.items())
        return BackupPlan(errors=[f"These managers are of {len(clusters)} swarms: {told}. Name those of one."])
    witness = next(iter(live.values()))
    plan = BackupPlan(
        cluster_id=witness["cluster_id"],
        autolock=bool(((witness.get("swarm") or {}).get("settings") or {}).get("autolock")),
    )
    leaders = {node["id"] for node in witness.get("nodes") or () if node.get("leader")}
    able = sorted((host for host in live if host in play_hosts), key=lambda host: live[host]["node_id"] in leaders)
    if not able:
        plan.errors.append("None of the managers with a quorum is a host of this run.")
        return plan
    plan.at = able[0]
    quorum = witness.get("quorum") or {}
    plan.errors += filter(None, [_cannot_spare(quorum, allow_downtime)])
    if quorum.get("managers", 0) > 2 and not quorum.get("can_lose", 0):
        # It may be just a moment: a run that was killed leaves its module, which has an Engine stopped.
        plan.warnings.append(
            f"Only {quorum['reachable']} of {quorum['managers']} managers are reachable. Without one more there would "
            "be no quorum while an Engine is stopped, so nothing is done before another one is back."
        )
    if live[plan.at]["node_id"] in leaders and len(live) > 1:
        plan.warnings.append(f"{plan.at} is the leader: another manager takes over when its Engine stops.")
    return plan


def _cannot_spare(quorum: Mapping[str, Any], allow_downtime: bool) -> str:
    """Of one manager or two; more are waited for."""
    managers, reachable = quorum.get("managers", 0), quorum.get("reachable", 0)
    if managers > 2:
        return ""
    if reachable < managers:
        return f"Only {reachable} of {managers} managers are reachable. Bring the other back first."
    if allow_downtime:
        return ""
    return (
        f"The swarm has {managers} manager{'s' if managers > 1 else ''}, and a backup stops the Engine of one for a "
        "while: meanwhile nothing in the swarm can be changed, and tasks on that node end. Set "
        "swarm_backup_allow_downtime: true to have it so, or have three managers."
    )


@dataclass(frozen=True)
class Encryption:
    """`program` encrypts and decrypts; `suffix` is added to the name of the file. `errors` say why it cannot be."""

    method: str = "none"
    program: str = ""
    suffix: str = ""
    errors: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "errors": list(self.errors)}


_SUFFIXES = {"none": "", "gpg-symmetric": ".gpg", "gpg": ".gpg", "openssl": ".enc", "age": ".age"}
_PROGRAMS = {"gpg-symmetric": "gpg", "gpg": "gpg", "openssl": "openssl", "age": "age"}


def choose_encryption(passphrase: bool, age: Sequence[str], gpg: Sequence[str], present: Collection[str]) -> Encryption:
    """`present` are the programs that the controller has."""
    stated = [
        name
        for name, given in (
            ("swarm_backup_passphrase", passphrase),
            ("swarm_backup_age_recipients", age),
            ("swarm_backup_gpg_recipients", gpg),
        )
        if given
    ]
    if len(stated) > 1:
        return Encryption(errors=(f"An archive is encrypted in one way, and these are given: {', '.join(stated)}.",))
    if not stated:
        return Encryption()
    if passphrase:
        method = "openssl" if "gpg" not in present and "openssl" in present else "gpg-symmetric"
    else:
        method = "age" if age else "gpg"
    return of_method(method, present, stated[0])


def of_method(method: str, present: Collection[str], because: str) -> Encryption:
    if method not in _SUFFIXES:
        return Encryption(method, errors=(f"The archive is encrypted with {method!r}, which is not known.",))
    program = _PROGRAMS.get(method, "")
    if program and program not in present:
        wanted = "gpg or openssl" if method == "gpg-symmetric" else program
        return Encryption(
            method, program, errors=(f"{because} needs {wanted} on the controller. Install it, or leave it out.",)
        )
    return Encryption(method, program, _SUFFIXES[method])


_GPG = ("--batch", "--yes", "--no-tty", "--quiet")
_ASKS_INPUT = ("--pinentry-mode", "loopback", "--no-symkey-cache", "--passphrase-fd", "0")
# The rounds are not told by the file, so they are part of the format.
_OPENSSL = ("enc", "-aes-256-cbc", "-pbkdf2", "-iter", "600000", "-salt", "-pass", "stdin")


def encrypt_command(method: str, source: str, target: str, recipients: str | Sequence[str] = ()) -> list[str]:
    """A passphrase is read from the standard input."""
    recipients = names_of(recipients)
    if method == "gpg-symmetric":
        cipher = ("--symmetric", "--cipher-algo", "AES256")
        return ["gpg", *_GPG, *_ASKS_INPUT, *cipher, "--output", target, source]
    if method == "gpg":
        named = [part for name in recipients for part in ("--recipient", name)]
        return ["gpg", *_GPG, "--trust-model", "always", *named, "--output", target, "--encrypt", source]
    if method == "age":
        return ["age", "--encrypt", *(p for name in recipients for p in ("-r", name)), "-o", target, source]
    return ["openssl", *_OPENSSL, "-in", source, "-out", target]


def decrypt_command(method: str, source: str, target: str, identity: str = "") -> list[str]:
    if method == "gpg-symmetric":
        return ["gpg", *_GPG, *_ASKS_INPUT, "--output", target, "--decrypt", source]
    if method == "gpg":
        return ["gpg", *_GPG, "--output", target, "--decrypt", source]
    if method == "age":
        return ["age", "--decrypt", *(("-i", identity) if identity else ()), "-o", target, source]
    return ["openssl", *_OPENSSL, "-d", "-in", source, "-out", target]


def name_of(manifest: Mapping[str, Any]) -> str:
    """How the files of a backup are called, without their endings: sorted by name, they are sorted by time."""
    moment = "".join(sign for sign in str(manifest["created"]) if sign.isalnum())
    return f"swarm-{manifest['cluster_id']}-{moment}"


def outdated(paths: Iterable[str], cluster_id: str, keep: int) -> list[str]:
    """The files of all backups of the swarm but the newest; `keep` 0 keeps all. Other files are left alone."""
    of: dict[str, list[str]] = {}
    for path in paths:
        name, _dot, ending = os.path.basename(path).partition(".")
        if name.startswith(f"swarm-{cluster_id}-") and (ending == "json" or ending.startswith("tar.gz")):
            of.setdefault(name, []).append(path)
    old = sorted(of)[:-keep] if keep > 0 else []
    return sorted(path for name in old for path in of[name])
