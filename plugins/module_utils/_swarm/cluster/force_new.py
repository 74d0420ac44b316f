# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recovering a swarm whose quorum is lost for good: whether this manager may become the only one.

Two things are needed: proof that there is no quorum, and the user's word, by the NodeID of this very manager.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.init import decide_init, init_request
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.local_state import ManagerState
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.refusals import hint_for, refuse_node
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step

# The recovery sets the count of forced rotations back to zero (moby daemon/cluster/convert/swarm.go).
ROTATES = (
    "The Engine has begun to rotate the CA of the swarm: it does so in a recovery when the CA was rotated before. This "
    "ends when the nodes that are lost are removed (module node_remove), and the join tokens change then."
)


def decide(member: Membership, cluster: Mapping[str, Any], state: ManagerState, options: Mapping[str, Any]) -> Plan:
    """Recover the swarm if it is to be and has no quorum; otherwise what swarm_init does anyway."""
    if options.get("force_new_cluster") and not member.is_live_manager:
        return decide_force_new(member, state, options)
    return decide_init(member, cluster, options)


def decide_force_new(member: Membership, state: ManagerState, options: Mapping[str, Any]) -> Plan:
    """For a node that is no live manager, after it has been waited for."""
    if member.local_state == states.INACTIVE:
        refuse_node(member, "Leave force_new_cluster out to make a new swarm.", "There is no swarm to recover")
    if not (member.waits_for_leader and state.is_running):
        hint = hint_for(member) or "Run the task on a manager of the swarm that is left."
        refuse_node(member, hint, "Only a manager that runs can recover its swarm")
    confirmed = options["force_new_cluster"]
    if confirmed != member.node_id:
        refuse_node(
            member,
            f"To make it the only manager of its swarm, give its own NodeID: {member.node_id!r}.",
            f"force_new_cluster is {confirmed!r}, which is another node",
        )
    if state.key_is_encrypted is None:
        refuse_node(
            member,
            "Run the task on the node itself, as root.",
            "Whether autolock is on cannot be told from here, and with autolock a recovery loses the manager",
        )
    if state.key_is_encrypted:
        refuse_node(
            member,
            "Start and unlock enough of the other managers, or restore one of them from a backup. (Engines stop the "
            "manager and cannot start it again: https://github.com/moby/moby/issues/36852.)",
            "Its swarm has autolock on, and with autolock Engines cannot recover a swarm",
        )
    others = [peer["addr"] for peer in member.remote_managers if peer["node_id"] != member.node_id]
    warning = (
        "This manager is the only one of its swarm after this. The managers that it had "
        f"({', '.join(sorted(others)) or 'none'}) must not go on with the old swarm when they come back: let each "
        "leave (module swarm_leave) before it joins again, and remove its old entry (module node_remove)."
    )
    step = Step(
        "force_new_cluster",
        "swarm",
        member.cluster_id,
        reason="its managers have no quorum",
        changes=(Change("managers", sorted(peer["addr"] for peer in member.remote_managers), [_own_address(member)]),),
        payload=_request(options, member, state.addresses or {}),
    )
    return Plan((step,), (warning,))


def _request(options: Mapping[str, Any], member: Membership, before: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `POST /swarm/init`.

    With the addresses that the manager had where the options state none: what is not sent would be lost. Without
    settings: the swarm keeps its own, and the Engine would add to lists instead of replacing them (moby
    daemon/cluster/convert/swarm.go, MergeSwarmSpecToGRPC).
    """
    had = {
        "advertise_addr": before.get("AdvertiseAddr") or _own_address(member),
        "listen_addr": before.get("ListenAddr"),
        "data_path_addr": before.get("DataPathAddr"),
        "data_path_port": before.get("DataPathPort"),
    }
    stated = {name: options.get(name) or value for name, value in had.items()}
    pools = {"default_addr_pool": before.get("DefaultAddressPool"), "subnet_size": before.get("SubnetSize")}
    return {**init_request({**stated, **pools}), "ForceNewCluster": True}


def _own_address(member: Membership) -> str:
    """With its port, as the other managers know it."""
    own = (peer["addr"] for peer in member.remote_managers if peer["node_id"] == member.node_id)
    return next(own, member.node_address)
