# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do so that a manager is not locked: a table over node states."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step

OTHER_KEY = (
    "This manager is not locked, but unlock_key is not the present unlock key of its swarm: it will not unlock the "
    "manager after its next restart. Read the present one with swarm_info."
)


def decide_unlock(member: Membership, key: str, present_key: str = "") -> Plan:
    """Unlock what is locked. `present_key` is the key of the swarm, where it could be read."""
    if member.local_state == states.INACTIVE:
        raise SwarmError(
            f"This node is {member}, so there is nothing to unlock. Nothing was changed.",
            "A locked manager says that it is locked (state locked). If this node should be in a swarm, let it join.",
            **member.as_dict(),
        )
    if member.local_state == states.LOCKED:
        change = Change("local_state", states.LOCKED, states.ACTIVE)
        return Plan((Step("unlock", "manager", "of this Engine", changes=(change,)),))
    if member.local_state == states.ERROR:
        raise SwarmError(
            f"This node is {member}. It is not locked, so a key does not help. Nothing was changed.",
            "Its log tells more (journalctl -u docker).",
            **member.as_dict(),
        )
    return Plan(warnings=(OTHER_KEY,) if present_key and present_key != key.strip() else ())


def why_not_ready(member: Membership) -> str:
    """A sentence about a node that is not locked (any more) but cannot work yet. Empty for all that is well."""
    if member.is_live_manager or (member.local_state == states.ACTIVE and member.role == "worker"):
        return ""
    if member.role == "manager":
        return f"This node is not locked, but its managers have no quorum. Unlock or start the others. It is {member}"
    return f"This node is not locked, but it does not take part in its swarm yet. It is {member}"
