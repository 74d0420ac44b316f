# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What swarm_info reports: always of the same shape, whatever there is to report on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import look_for_leader, swarm_view
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum, quorum_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine, connect
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, EngineUnreachable
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.change import manager_addrs, view


def report(options: Mapping[str, Any]) -> dict[str, Any]:
    """The return values of swarm_info. An Engine that is not there or does not answer is a finding, not an error."""
    try:
        return _report(connect(options), options)
    except EngineUnreachable as problem:
        engine = {"reachable": False, "installed": not problem.absent, "problem": str(problem)}
        return {
            "engine": {**engine, "name": "", "version": "", "api_version": ""},
            **Membership(local_state="").as_dict(),
            **_of_managers(),
        }


def _report(engine: Engine, options: Mapping[str, Any]) -> dict[str, Any]:
    seen = look_for_leader(engine, options["docker_host"], options["quorum_timeout"])
    return {
        "engine": {
            "reachable": True,
            "installed": True,
            "problem": "",
            "name": seen.info.get("Name") or "",
            "version": seen.info.get("ServerVersion") or "",
            "api_version": ".".join(map(str, engine.api_version)),
        },
        **seen.member.as_dict(),
        **(_from_manager(engine, seen.cluster, options) if seen.member.is_live_manager else _of_managers()),
    }


def _from_manager(engine: Engine, cluster: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    try:
        nodes = engine.nodes()
        tokens = engine.swarm()["JoinTokens"] if options["join_tokens"] else {}
        key = engine.unlock_key() if options["unlock_key"] else ""
        networks = engine.networks({"scope": ["swarm"]}) if options.get("encrypted_networks") else []
    except EngineError:  # the quorum was lost just now
        return _of_managers()
    return {
        "swarm": swarm_view(cluster),
        "quorum": quorum_of(nodes).as_dict(),
        "manager_addrs": manager_addrs(nodes),
        "nodes": [view(node) for node in nodes] if options["nodes"] else [],
        "encrypted_networks": sorted(item["Name"] for item in networks if "encrypted" in (item.get("Options") or {})),
        "join_tokens": {"manager": tokens.get("Manager") or "", "worker": tokens.get("Worker") or ""},
        "unlock_key": key or "",
    }


def _of_managers() -> dict[str, Any]:
    """What only managers can tell, for all others."""
    return {
        "swarm": swarm_view({}),
        "quorum": Quorum(0, 0).as_dict(),
        "manager_addrs": [],
        "nodes": [],
        "encrypted_networks": [],
        "join_tokens": {"manager": "", "worker": ""},
        "unlock_key": "",
    }
