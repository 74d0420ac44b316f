# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Putting the swarm directory of a backup in the place of what is there: what swarm_restore does."""

from __future__ import annotations

import datetime
import json
import os
import socket
from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import as_ip
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup import archive
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.manifest import (
    Place,
    check_manifest,
    decide_restore,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.service import (
    engine_stopped,
    require_own_service,
    wait_for_state,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import look
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.local_files import replace, text_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step

# In the swarm directory: goes with it when the node leaves. The Engine takes no notice of it.
MARKER = "apiary-swarm-restored.json"


def restore_duty(options: Mapping[str, Any], check_mode: bool) -> Duty[Place]:
    """Unpack beside what is there, stop the Engine, exchange the directories, start it."""
    require_own_service(options["docker_host"])
    manifest: Mapping[str, Any] = options["manifest"]
    check_manifest(manifest)
    if not (options["archive"] or check_mode):
        raise SwarmError("archive is needed, except in check mode. Nothing was changed.")
    aside: list[str] = []

    def read(engine: Engine) -> Place:
        view = look(engine, options["docker_host"])
        root = view.info.get("DockerRootDir") or "/var/lib/docker"
        return Place(
            member=view.member,
            engine_version=view.info.get("ServerVersion") or "",
            root=root,
            marker=_marker(os.path.join(root, archive.NAME, MARKER)),
            has_address=has_address(manifest["address"]),
            has_state=bool(_content(os.path.join(root, archive.NAME))),
        )

    def perform(engine: Engine, step: Step) -> None:
        root = engine.info().get("DockerRootDir") or "/var/lib/docker"
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        new = os.path.join(root, f"{archive.NAME}.to-restore")
        archive.remove(new)
        archive.unpack(options["archive"], manifest["sha256"], new)
        try:
            marker = {"sha256": manifest["sha256"], "restored": now}
            replace(os.path.join(new, MARKER), json.dumps(marker).encode(), 0o600)
            with engine_stopped(new):
                aside.extend(exchange(os.path.join(root, archive.NAME), new, now))
        finally:
            archive.remove(new)
        wait_for_state(
            engine,
            lambda swarm: swarm.get("LocalNodeState") not in (None, "", "inactive"),
            options["wait_timeout"],
            "in a swarm",
        )

    def settle(engine: Engine, place: Place, plan: Plan) -> Place:
        return read(engine) if plan else place

    def result(place: Place) -> dict[str, Any]:
        return {**place.member.as_dict(), "set_aside": aside[0] if aside else ""}

    return Duty(read, lambda place: decide_restore(place, manifest), perform, result, settle)


def exchange(old: str, new: str, now: str) -> list[str]:
    """The new directory in the place of the old one, which is renamed and not removed: where it is now, if it was."""
    kept = f"{old}.before-restore-{now}"
    try:
        if not os.path.exists(old):
            os.rename(new, old)
            return []
        os.rename(old, kept)
        try:
            os.rename(new, old)
        except OSError:
            os.rename(kept, old)
            raise
    except OSError as problem:
        raise SwarmError(
            f"{new} cannot be put in the place of {old}: {problem.strerror}. Nothing was changed."
        ) from problem
    return [kept]


def has_address(address: str) -> bool:
    """Whether this host has the address: a socket can be bound to no other."""
    ip = as_ip(address)
    if ip is None:
        return False
    try:
        with socket.socket(socket.AF_INET6 if ip.version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((str(ip), 0))
    except OSError:
        return False
    return True


def _marker(path: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text_of(path) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _content(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []
