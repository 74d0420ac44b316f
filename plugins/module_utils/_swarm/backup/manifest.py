# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written beside an archive of a swarm, and whether a host can take it back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.refusals import refuse_node
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.versions import numbers, upstream
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step

FORMAT = 1
_NEEDED = ("cluster_id", "node_id", "address", "engine_version", "sha256")


def manifest_of(
    member: Membership, info: Mapping[str, Any], services: Sequence[Mapping[str, Any]], created: str
) -> dict[str, Any]:
    """Without what is known only of the finished file. `services` are `GET /services`: nothing secret is taken.

    Jobs are left out, because swarm_gate, which is asked for services after a restore, does not look at them.
    """
    spec = ((info.get("Swarm") or {}).get("Cluster") or {}).get("Spec") or {}
    return {
        "format": FORMAT,
        "created": created,
        "cluster_id": member.cluster_id,
        "node_id": member.node_id,
        "host": info.get("Name") or "",
        "address": member.node_address,
        "engine_version": info.get("ServerVersion") or "",
        "autolock": bool((spec.get("EncryptionConfig") or {}).get("AutoLockManagers")),
        "managers": sorted(
            ({"node_id": peer["node_id"], "addr": peer["addr"]} for peer in member.remote_managers),
            key=lambda peer: peer["addr"],
        ),
        "services": {service["ID"]: service["Spec"]["Name"] for service in services if not _is_job(service)},
    }


def _is_job(service: Mapping[str, Any]) -> bool:
    mode = service["Spec"].get("Mode") or {}
    return "ReplicatedJob" in mode or "GlobalJob" in mode


def check_manifest(manifest: Mapping[str, Any]) -> None:
    """Refuse what is none, or of a later version of this collection."""
    missing = [name for name in _NEEDED if not manifest.get(name)]
    if missing:
        raise SwarmError(f"The manifest of the backup lacks {', '.join(missing)}. Nothing was changed.")
    if manifest.get("format") != FORMAT:
        raise SwarmError(
            f"The manifest has format {manifest.get('format')!r}, and {FORMAT} is known. Nothing was changed.",
            "Use the version of this collection that made the backup.",
        )


@dataclass(frozen=True)
class Place:
    """A host that is to take a backup back. `marker` is what an earlier restore has left in its swarm directory,
    `has_address` says whether the host has the address of the manifest, `has_state` whether it has a swarm directory
    with anything in it."""

    member: Membership = field(default_factory=Membership)
    engine_version: str = ""
    root: str = ""
    marker: Mapping[str, Any] = field(default_factory=dict)
    has_address: bool = False
    has_state: bool = False


def decide_restore(place: Place, manifest: Mapping[str, Any]) -> Plan:
    """Put the backup in the place of what is there, unless that is what was restored from it."""
    check_manifest(manifest)
    if is_restored(place, manifest):
        return Plan()
    member = place.member
    if member.is_live_manager:
        refuse_node(
            member,
            "If the backup is to replace it all the same, let the node leave its swarm first (module swarm_leave).",
            "It is a manager of a swarm that works, which a restore would take away",
        )
    if numbers(upstream(place.engine_version)) < numbers(upstream(manifest["engine_version"])):
        raise SwarmError(
            f"The Engine of this host is {place.engine_version}, older than that of the backup "
            f"({manifest['engine_version']}), whose files it may not understand. Nothing was changed.",
            "Upgrade it first (role docker_engine).",
        )
    if not place.has_address:
        raise SwarmError(
            f"This host does not have the address {manifest['address']}, which the manager of the backup had. A swarm "
            "goes on looking for its manager there: Engines cannot change that, not by force-new-cluster either "
            "(https://github.com/moby/swarmkit/issues/642). Nothing was changed.",
            "Give the host this address, as a second one of its network interface for example.",
        )
    changes = [Change("cluster_id", member.cluster_id, manifest["cluster_id"])]
    if member.local_state != states.INACTIVE:
        changes.append(Change("node_id", member.node_id, manifest["node_id"]))
    reason = "what is there is set aside" if place.has_state else ""
    return Plan((Step("restore", "swarm", manifest["cluster_id"], reason, tuple(changes)),))


def is_restored(place: Place, manifest: Mapping[str, Any]) -> bool:
    """A node that leaves its swarm loses the marker with everything else."""
    return place.marker.get("sha256") == manifest["sha256"] and place.member.node_id in ("", manifest["node_id"])
