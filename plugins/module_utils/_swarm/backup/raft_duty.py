# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading how far a manager is in the raft log: what swarm_raft_info does."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup import raft
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.local_state import manager_state
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import is_here, look
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan


def raft_duty(docker_host: str) -> Duty[dict[str, Any]]:
    """The Engine says where it keeps its files, and which node it is."""

    def read(engine: Engine) -> dict[str, Any]:
        view = look(engine, docker_host)
        here = is_here(engine, docker_host)
        root = view.info.get("DockerRootDir") or "/var/lib/docker"
        term, index = position(os.path.join(root, "swarm", "raft")) if here else raft.NOWHERE
        return {
            "node_id": view.member.node_id,
            "term": term,
            "index": index,
            "key_is_encrypted": bool(manager_state(view.info, here).key_is_encrypted),
        }

    return Duty(read, lambda seen: Plan(), lambda engine, step: None, lambda seen: seen)


def position(directory: str) -> raft.Position:
    """Of the files in the directory; where there are none, the beginning."""
    snapshot = raft.newest_snapshot(_names(os.path.join(directory, raft.SNAPSHOTS)))
    log = os.path.join(directory, raft.WAL)
    for name in raft.segments(_names(log)):  # the newest may have no entry yet
        try:
            with open(os.path.join(log, name), "rb") as segment:
                last = raft.last_entry(segment)
        except OSError as problem:
            raise SwarmError(f"{os.path.join(log, name)} cannot be read: {problem.strerror}.", "Run as root.") from None
        if last != raft.NOWHERE:
            return max(last, snapshot)
    return snapshot


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []
