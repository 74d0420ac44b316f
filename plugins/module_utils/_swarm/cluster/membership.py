# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Engine is in a swarm: the one view on membership that all modules and roles share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import Certificates, ca_digest

INACTIVE, PENDING, ACTIVE, ERROR, LOCKED = "inactive", "pending", "active", "error", "locked"


@dataclass(frozen=True)
class Membership:
    """`local_state` is the Engine's LocalNodeState. Strings are empty where the node cannot tell.

    `role` is manager or worker. `has_quorum` says whether this manager has a leader to talk to; it is always false on
    workers. `error` is the Engine's own account of what is wrong. `remote_managers` are `{node_id, addr}` of all
    managers that the node knows, a manager itself among them.
    """

    local_state: str = INACTIVE
    role: str = ""
    node_id: str = ""
    node_address: str = ""
    cluster_id: str = ""
    root_ca_digest: str = ""
    has_quorum: bool = False
    error: str = ""
    remote_managers: tuple[Mapping[str, str], ...] = ()

    @property
    def is_live_manager(self) -> bool:
        return self.local_state == ACTIVE and self.role == "manager" and self.has_quorum

    @property
    def waits_for_leader(self) -> bool:
        """Whether this is a manager without a leader: one that runs, or one that is pending since it was started."""
        return self.role == "manager" and self.local_state in (ACTIVE, PENDING) and not self.is_live_manager

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "remote_managers": [dict(peer) for peer in self.remote_managers]}

    def __str__(self) -> str:
        """In words, for messages: what it is, where, and what the Engine says is wrong."""
        if self.local_state == INACTIVE:
            return "in no swarm"
        words = f"a {self.role or 'node'} of "
        words += f"swarm {self.cluster_id}" if self.cluster_id else "a swarm"
        words += f" (state {self.local_state}" + (f", NodeID {self.node_id})" if self.node_id else ")")
        return words + (f": {self.error}" if self.error else "")


def membership_of(info: Mapping[str, Any], certificates: Certificates | None = None) -> Membership:
    """From the Engine's `GET /info`, and from the node's certificates where they can be read.

    Certificates that belong to another node (the Engine is remote, the files are not) are not believed.
    """
    swarm = info.get("Swarm") or {}
    state = swarm.get("LocalNodeState") or INACTIVE
    if state == INACTIVE:
        return Membership(error=swarm.get("Error") or "")
    node_id = swarm.get("NodeID") or ""
    papers = certificates or Certificates()
    if node_id and papers.node_id != node_id:
        papers = Certificates()
    cluster = swarm.get("Cluster") or {}
    trust_root = (cluster.get("TLSInfo") or {}).get("TrustRoot") or ""
    return Membership(
        local_state=state,
        role=_role(state, bool(swarm.get("ControlAvailable")), papers),
        node_id=node_id or papers.node_id,
        node_address=swarm.get("NodeAddr") or "",
        cluster_id=cluster.get("ID") or papers.cluster_id,
        root_ca_digest=ca_digest(trust_root) or papers.ca_digest,
        has_quorum=bool(cluster.get("ID")),
        error=swarm.get("Error") or "",
        remote_managers=tuple(
            {"node_id": peer.get("NodeID") or "", "addr": peer.get("Addr") or ""}
            for peer in swarm.get("RemoteManagers") or ()
        ),
    )


def _role(state: str, control_available: bool, papers: Certificates) -> str:
    if control_available:  # in other states too: a manager that has no leader after its start is pending
        return "manager"
    if state == ACTIVE:
        return "worker"
    # Only managers have a key to be locked with.
    return "manager" if state == LOCKED else papers.role
