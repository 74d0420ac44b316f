# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the roles that back a swarm up, restore it and recover its quorum."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# Every process that Ansible starts for a task loads all filters of a collection when the task names one of them. What a
# filter needs is imported when it is called: docs/performance.md.


HostVars = Mapping[str, Mapping[str, Any]]


def backup_plan(
    hosts: Sequence[str], hostvars: HostVars, play_hosts: Sequence[str], allow_downtime: bool = False
) -> dict[str, Any]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import backups
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.shown import shown

    return shown(backups.plan_backup(registered(hosts, hostvars, "__swarm_backup_status"), play_hosts, allow_downtime))


def backup_encryption(
    passphrase_given: bool, age_recipients: Sequence[str] = (), gpg_recipients: Sequence[str] = (), method: str = ""
) -> dict[str, Any]:
    """With `method`, that one is asked about: the archive is there already."""
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import backups

    present = [program for program in ("gpg", "openssl", "age") if shutil.which(program)]
    if method:
        return backups.of_method(method, present, "The archive").as_dict()
    return backups.choose_encryption(passphrase_given, age_recipients, gpg_recipients, present).as_dict()


def recovery_plan(
    hosts: Sequence[str],
    hostvars: HostVars,
    lost: Sequence[str] = (),
    confirm: str = "",
    status: str = "__swarm_recovery_status",
) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import recovery
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.operation import names_of
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    logs = registered(hosts, hostvars, "__swarm_recovery_log")
    known = {host: log for host, log in logs.items() if "term" in log}
    plan = recovery.plan_recovery(
        registered(hosts, hostvars, status),
        {host: (log["term"], log["index"]) for host, log in known.items()},
        [host for host, log in known.items() if log["key_is_encrypted"]],
        names_of(lost),
    )
    recovery.check_confirmation(plan, confirm)
    return untrusted(plan.as_dict())


def restore_plan(
    hosts: Sequence[str],
    hostvars: HostVars,
    manifest: Mapping[str, Any],
    host: str,
    confirm: str = "",
    lost: Sequence[str] = (),
    rejoin: bool = False,
    restored_before: bool = False,
) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import recovery
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.operation import names_of
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    answers = registered(hosts, hostvars, "__swarm_restore_status")
    wish = recovery.RestoreWish(host, confirm, names_of(lost), rejoin)
    return untrusted(recovery.plan_restore(answers, manifest, wish, restored_before).as_dict())


def registered(hosts: Sequence[str], hostvars: HostVars, name: str) -> dict[str, Mapping[str, Any]]:
    """What a task has registered on each host; empty where the host was not reached."""
    found = {host: hostvars[host].get(name) if host in hostvars else None for host in hosts}
    return {host: answer if isinstance(answer, Mapping) else {} for host, answer in found.items()}


def backup_base(path: str) -> str:
    """The path of an archive without its endings; its manifest has the same."""
    return os.path.join(os.path.dirname(path), os.path.basename(path).partition(".tar.gz")[0])


def _later(module: str, name: str) -> Callable[..., Any]:
    """A function that is imported when it is called."""

    def call(*arguments: Any, **options: Any) -> Any:
        found = importlib.import_module(f"ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.{module}")
        return getattr(found, name)(*arguments, **options)

    return call


class FilterModule:
    """Filters over what managers report, and over the files of backups."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "backup_plan": backup_plan,
            "backup_encryption": backup_encryption,
            "backup_encrypt_command": _later("backups", "encrypt_command"),
            "backup_decrypt_command": _later("backups", "decrypt_command"),
            "backup_name": _later("backups", "name_of"),
            "backup_base": backup_base,
            "backup_outdated": _later("backups", "outdated"),
            "restore_plan": restore_plan,
            "recovery_plan": recovery_plan,
            "managers_left_behind": _later("recovery", "left_behind"),
        }
