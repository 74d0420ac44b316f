# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at what an Engine is in a swarm: the first step of all modules that are about membership."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import swarm_spec
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import Certificates
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.local_state import certificates_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership, membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import shown
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import UNIX
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import poll

# Seconds. Managers choose another leader when theirs was lost, restarted or demoted just now.
ELECTION = 20


@dataclass(frozen=True)
class View:
    """What an Engine says of itself.

    `cluster` is its cluster object (managers with a quorum only), `certified_role` the role in its certificate (where
    that can be read): a manager that has just joined does not take part in the quorum yet.
    """

    member: Membership
    cluster: Mapping[str, Any] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)
    certified_role: str = ""


def look(engine: Engine, docker_host: str) -> View:
    """One request. The node's certificates are read too where the Engine is on this very host."""
    info = engine.info()
    papers = certificates_of(info) if is_here(engine, docker_host) else Certificates()
    member = membership_of(info, papers)
    cluster_object = (info.get("Swarm") or {}).get("Cluster") or {}
    return View(member, cluster_object if member.has_quorum else {}, info, papers.role)


def is_here(engine: Engine, docker_host: str) -> bool:
    """Whether the Engine is on the host where the module runs, so that its files can be read."""
    return docker_host.startswith(UNIX) and not engine.is_blank


def look_for_leader(engine: Engine, docker_host: str, timeout: float) -> View:
    """The same; on a manager without a leader, when there is one again or the time (in seconds) is over."""
    seen: list[View] = []

    def ask() -> View:
        seen.append(look(engine, docker_host))
        return seen[-1]

    try:
        return poll(ask, lambda view: not view.member.waits_for_leader, timeout, lambda view: "")
    except Timeout:
        return seen[-1]


def swarm_view(cluster_object: Mapping[str, Any]) -> dict[str, Any]:
    """A cluster object as modules return it: the same keys whether there is one or not."""
    known = bool(cluster_object)
    return {
        "id": cluster_object.get("ID") or "",
        "created_at": cluster_object.get("CreatedAt") or "",
        "updated_at": cluster_object.get("UpdatedAt") or "",
        "settings": shown(swarm_spec.settings_of(cluster_object["Spec"])) if known else {},
        "default_addr_pool": (cluster_object.get("DefaultAddrPool") or swarm_spec.DEFAULT_ADDR_POOL) if known else [],
        "subnet_size": cluster_object.get("SubnetSize") or None,
        "data_path_port": cluster_object.get("DataPathPort") or None,
        "root_rotation_in_progress": bool(cluster_object.get("RootRotationInProgress")),
    }
