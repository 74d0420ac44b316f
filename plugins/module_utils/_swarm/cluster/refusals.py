# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with nodes that cannot do what is asked of them, and what to do about it."""

from __future__ import annotations

from typing import NoReturn

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

LEAVE = "docker swarm leave --force"

_HINTS = {
    states.LOCKED: "Unlock it with its unlock key (module swarm_unlock, or docker swarm unlock).",
    states.PENDING: f"It is still trying to join. Give it time, or stop it on the node ({LEAVE}) and run again.",
    states.ERROR: "Its log tells more (journalctl -u docker). If it cannot recover, remove it from the swarm on a "
    f"manager, let it leave ({LEAVE}) and run again.",
}
_EXPIRED = (
    "Its certificate has expired, so the swarm no longer knows it, and it cannot get another one. If the clock of this "
    "host is wrong, set it right and restart the Engine. Otherwise remove the node from the swarm on a manager (module "
    f"node_remove), let it leave (module swarm_leave, or {LEAVE}) and join again."
)
_WITHOUT_LEADER = "Start (and unlock) the managers that are down."


def has_expired(member: Membership) -> bool:
    """Whether the Engine says that its certificate has run out.

    The words are those of Go's crypto/x509 ("certificate has expired or is not yet valid", behind swarmkit's "not valid
    after") or of moby's daemon/cluster/errors.go ("Swarm certificates have expired").
    """
    words = member.error.lower()
    return "certificate" in words and "expired" in words


def hint_for(member: Membership) -> str:
    """What to do about a node that is in a swarm and cannot take part in it."""
    if has_expired(member):
        return _EXPIRED
    if member.local_state == states.PENDING and member.role == "manager":
        return f"It is a manager without a leader. {_WITHOUT_LEADER}"
    return _HINTS.get(member.local_state, "")


def refuse_node(member: Membership, hint: str, why: str) -> NoReturn:
    raise SwarmError(f"This node is {member}. {why}. Nothing was changed.", hint, **member.as_dict())


def require_live_manager(member: Membership) -> None:
    """Refuse a node that is not a manager with a quorum."""
    if member.local_state == states.INACTIVE:
        refuse_node(member, "Run the task on a manager of the swarm.", "There is nothing to change")
    if member.local_state != states.ACTIVE:
        refuse_node(member, hint_for(member), "It cannot take part in its swarm")
    if member.role != "manager":
        refuse_node(member, "Run the task on one of its managers.", "Only a manager can do this")
    if not member.has_quorum:
        refuse_node(
            member,
            f"{_WITHOUT_LEADER} Only if they are lost for good, recover the quorum from one that is left (module "
            "swarm_init, option force_new_cluster).",
            "Its managers have no quorum",
        )
