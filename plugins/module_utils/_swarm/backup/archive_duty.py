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
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, Unfinished


@dataclass
class ArchiveTicket(Ticket):
    """What a run has to remember: the finished file, as `path`, `size` and `sha256`, and its manifest."""

    made: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)


def archive_duty(options: Mapping[str, Any]) -> Duty[View | None]:
    """Stop the Engine, archive, start it; unlock the manager, if it has to be."""
    require_own_service(options["docker_host"])
    archiving = Archiving(options, ArchiveTicket(**(options.get("ticket") or {})))
    return Duty(
        archiving.read, archiving.decide, archiving.perform, lambda view: archiving.result(), settle=archiving.settle
    )


@dataclass
class Archiving:
    """One run. Only `ticket` outlives a round: the archive is made in the first one, and that is all it does but wait.

    `key` is not in the ticket, which travels. So a locked manager is unlocked in the first round, too.
    """

    options: Mapping[str, Any]
    ticket: ArchiveTicket
    key: str = ""

    def read(self, engine: Engine) -> View | None:
        if self.ticket.made:  # another round: the manager is waited for
            return None
        view = look(engine, self.options["docker_host"])
        require_live_manager(view.member)
        created = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.ticket.manifest = manifest_of(view.member, view.info, engine.services(), created)
        return view

    def decide(self, view: View | None) -> Plan:
        if view is None:
            return Plan()
        return Plan((Step("archive", "swarm", view.member.cluster_id, "its Engine stops meanwhile", (), view),))

    def perform(self, engine: Engine, step: Step) -> None:
        view: View = step.payload
        # Asked for before, because without it the manager would stay locked.
        self.key = engine.unlock_key() if self.ticket.manifest["autolock"] else ""
        path = archive.new_file(self.options["directory"])
        try:
            size, sha256 = self._archive(engine, view.info.get("DockerRootDir") or "/var/lib/docker", path)
        except BaseException:
            archive.remove(path)
            raise
        self.ticket.made = {"path": path, "size": size, "sha256": sha256}

    def _archive(self, engine: Engine, root: str, path: str) -> tuple[int, str]:
        """Whatever happens, the manager is back at the end, or the error says that it is not."""
        try:
            with engine_stopped(path):
                return archive.pack(root, path)
        except BaseException as failed:
            try:
                bring_back(engine, self.key, self.options["wait_timeout"], Ticket())
            except SwarmError as problem:
                problem.message = f"{failed} {problem.message}"
                raise
            raise

    def settle(self, engine: Engine, view: View | None, plan: Plan) -> View | None:
        try:
            bring_back(engine, self.key, self.options["wait_timeout"], self.ticket)
        except Unfinished:
            raise
        except BaseException:
            archive.remove(self.ticket.made["path"])
            raise
        return view

    def result(self) -> dict[str, Any]:
        made = self.ticket.made
        known = {name: made[name] for name in ("size", "sha256")} if made else {}
        return {"path": "", "size": 0, "sha256": "", **made, "manifest": {**self.ticket.manifest, **known}}


def bring_back(engine: Engine, key: str, timeout: float, ticket: Ticket) -> None:
    """Wait for the manager to take part in its swarm again."""
    wanted = "a manager with a leader again"
    if key:
        swarm = wait_for_state(engine, lambda now: is_locked(now) or is_live(now), timeout, wanted)
        if is_locked(swarm):
            try:
                engine.unlock_swarm(key, timeout)
            except Unanswered:  # it is seen by what follows
                pass
    wait_for_state(engine, is_live, timeout, wanted, ticket)


def is_locked(swarm: Mapping[str, Any]) -> bool:
    return swarm.get("LocalNodeState") == "locked"


def is_live(swarm: Mapping[str, Any]) -> bool:
    return swarm.get("LocalNodeState") == "active" and bool((swarm.get("Cluster") or {}).get("ID"))
