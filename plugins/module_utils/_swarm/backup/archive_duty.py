# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking the swarm directory of a manager while its Engine is stopped: what swarm_archive does."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup import archive
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.manifest import manifest_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.service import (
    engine_stopped,
    require_own_service,
    wait_for_state,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import View, look
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.refusals import require_live_manager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError, Unanswered
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step


@dataclass
class _Seen:
    view: View
    manifest: dict[str, Any]
    made: dict[str, Any] = field(default_factory=dict)


def archive_duty(options: Mapping[str, Any]) -> Duty[_Seen]:
    """Stop the Engine, archive, start it; unlock the manager, if it has to be."""
    require_own_service(options["docker_host"])
    made: dict[str, Any] = {}

    def read(engine: Engine) -> _Seen:
        view = look(engine, options["docker_host"])
        require_live_manager(view.member)
        created = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return _Seen(view, manifest_of(view.member, view.info, engine.services(), created), made)

    def decide(seen: _Seen) -> Plan:
        return Plan((Step("archive", "swarm", seen.view.member.cluster_id, "its Engine stops meanwhile", (), seen),))

    def perform(engine: Engine, step: Step) -> None:
        seen: _Seen = step.payload
        # Asked for before, because without it the manager would stay locked.
        key = engine.unlock_key() if seen.manifest["autolock"] else ""
        path = archive.new_file(options["directory"])
        try:
            size, sha256 = _archive(engine, seen, path, key, options["wait_timeout"])
        except BaseException:
            archive.remove(path)
            raise
        made.update(path=path, size=size, sha256=sha256)

    def result(seen: _Seen) -> dict[str, Any]:
        finished = {"path": "", "size": 0, "sha256": "", **made}
        known = {name: finished[name] for name in ("size", "sha256")} if made else {}
        return {**finished, "manifest": {**seen.manifest, **known}}

    return Duty(read, decide, perform, result, settle=lambda engine, seen, plan: seen)


def _archive(engine: Engine, seen: _Seen, path: str, key: str, timeout: float) -> tuple[int, str]:
    """Whatever happens, the manager is back at the end, or the error says that it is not."""
    failed: BaseException | None = None
    try:
        with engine_stopped(path):
            return archive.pack(seen.view.info.get("DockerRootDir") or "/var/lib/docker", path)
    except BaseException as problem:
        failed = problem
        raise
    finally:
        try:
            bring_back(engine, key, timeout)
        except SwarmError as problem:
            problem.message = f"{failed} {problem.message}" if failed else problem.message
            raise


def bring_back(engine: Engine, key: str, timeout: float) -> None:
    """Wait for the manager to take part in its swarm again."""
    swarm = wait_for_state(
        engine,
        lambda now: now.get("LocalNodeState") == "locked" or is_live(now),
        timeout,
        "a manager with a leader again",
    )
    if swarm.get("LocalNodeState") != "locked":
        return
    try:
        engine.unlock_swarm(key, timeout)
    except Unanswered:  # it is seen by what follows
        pass
    wait_for_state(engine, is_live, timeout, "a manager with a leader again")


def is_live(swarm: Mapping[str, Any]) -> bool:
    return swarm.get("LocalNodeState") == "active" and bool((swarm.get("Cluster") or {}).get("ID"))
