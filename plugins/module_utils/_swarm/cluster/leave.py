# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do so that a node is in no swarm: a table over node states and the quorum."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum, advice
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step


def decide_leave(
    member: Membership, quorum: Quorum | None, force: str = "", engine_name: str = "", is_joining: bool = False
) -> Plan:
    """Let the node leave; a manager that the others can do without is demoted before, so that raft forgets it.

    `quorum` is that of the swarm as it is, where this is a manager that can tell. What may break the quorum needs
    `force`: the NodeID of this very node, or the name of its Engine where the NodeID is not known. `is_joining`: the
    node is known to be in its first join.
    """
    if member.local_state == states.INACTIVE:
        return Plan()
    never_let_in = not member.node_id and (is_joining or member.local_state == states.PENDING)
    risk = "" if never_let_in else _risk(member, quorum)
    title = member.node_id or engine_name
    if risk and force != title:
        given = f" (force is {force!r}, which is another node)" if force else ""
        raise SwarmError(
            f"This node is {member}. {risk}{given}. Nothing was changed.",
            "If another manager works, rather demote or remove this node there (modules node_update, node_remove). To "
            f"let it leave all the same, set force: {title!r}.",
            **member.as_dict(),
        )
    leave = Step(
        "leave",
        "swarm",
        member.cluster_id,
        reason=risk,
        changes=(Change("local_state", member.local_state, states.INACTIVE),),
        payload=bool(risk) or member.local_state != states.ACTIVE,
    )
    if risk:
        return Plan((leave,), _of_those_who_stay(member))
    if not member.is_live_manager or quorum is None:
        return Plan((leave,))
    demote = Step("demote", "node", title, changes=(Change("role", "manager", "worker"),))
    words = advice(quorum.managers - 1)
    return Plan((demote, leave), (f"After this: {words}",) if words else ())


def _risk(member: Membership, quorum: Quorum | None) -> str:
    """What is at stake, as a sentence without its stop. Empty where the swarm can do without this node."""
    if member.is_live_manager and quorum is not None:
        left = quorum.after_removing(reachable=True)
        if left.managers == 0:
            return "It is the last manager: the swarm and all of its services, secrets and configs would be gone"
        if left.holds:
            return ""
        return (
            f"Without it, {left.reachable} of {left.managers} managers would be reachable and {left.majority} are "
            "needed"
        )
    if member.role == "worker":
        return ""
    if member.role == "manager":
        return "Whether the other managers can do without it cannot be told, as it has no leader to ask"
    return "Whether it is a manager cannot be told from here (its certificates can be read only on the node, as root)"


def _of_those_who_stay(member: Membership) -> tuple[str, ...]:
    others = [peer["addr"] for peer in member.remote_managers if peer["node_id"] != member.node_id]
    if member.role == "worker" or not (others or member.local_state != states.ACTIVE):
        return ()
    node = member.node_id or "this node"
    words = (
        f"The other managers ({', '.join(sorted(others)) or 'unknown from here'}) go on counting {node} as a manager "
        "that is lost, which costs them a vote. Remove it on one of them (module node_remove)."
    )
    return (words,)
