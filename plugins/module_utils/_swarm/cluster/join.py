# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do so that an Engine is a node of a swarm that exists: a table over node states.

Nothing ever leaves a swarm here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import LOCAL, remote
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import token_digest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.node_request import node_request
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.refusals import (
    LEAVE,
    hint_for,
    refuse_node,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step


def decide_join(member: Membership, options: Mapping[str, Any]) -> Plan:
    """Join, if the Engine is in no swarm; otherwise find out whether it is where it should be.

    A node that is still pending is waited for, not touched: it may be a member that has just started.
    """
    if member.local_state == states.INACTIVE:
        return Plan((_join_step(options),))
    _check_swarm(member, options.get("join_token") or "")
    if member.local_state == states.PENDING:
        return Plan(warnings=(f"This node is already {member}. Waiting for it.",))
    if member.local_state != states.ACTIVE:
        refuse_node(member, hint_for(member), "It cannot take part in its swarm")
    check_role(member, options.get("role"), "Nothing was changed.")
    warnings = []
    if member.role == "manager" and not member.has_quorum:
        warnings.append(f"This node is {member}. Its managers have no quorum.")
    if not member.root_ca_digest:
        warnings.append(
            "This node is in a swarm already. Whether it is the one of join_token cannot be told from here: its "
            "certificates can be read only on the node itself and as root."
        )
    return Plan(warnings=tuple(warnings))


def check_role(member: Membership, role: str | None, outcome: str) -> None:
    """Refuse a node in the other role. `outcome` says what was done to it before."""
    if role and role != member.role:
        verb = "promoted" if role == "manager" else "demoted"
        raise SwarmError(
            f"This node is {member}, not a {role}. {outcome}".strip(),
            f"The join token decides the role; later nodes are {verb} on a manager (module node_update, option role).",
            **member.as_dict(),
        )


def _join_step(options: Mapping[str, Any]) -> Step:
    stated = {name: options[name] for name in (*LOCAL, "availability", "role") if options.get(name)}
    return Step(
        "join",
        "swarm",
        "through " + (", ".join(map(remote, options.get("remote_addrs") or ())) or "a manager that is still to come"),
        changes=tuple(Change(name, after=value) for name, value in sorted(stated.items())),
        payload=join_requests(options),
    )


def join_requests(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The body of `POST /swarm/join`, once for each manager.

    The Engine tries only the first of several addresses (moby daemon/cluster/swarm.go).
    """
    common = {**node_request(options), "JoinToken": options.get("join_token") or ""}
    return [{**common, "RemoteAddrs": [remote(address)]} for address in options.get("remote_addrs") or ()]


def _check_swarm(member: Membership, token: str) -> None:
    if not token or not member.root_ca_digest:
        return
    wished = token_digest(token)
    if wished != member.root_ca_digest:
        raise SwarmError(
            f"This node is {member}, whose root CA is sha256:{member.root_ca_digest}; join_token is for the swarm "
            f"whose root CA is sha256:{wished}. Nothing was changed.",
            f"If the node is to change swarms, let it leave its present one ({LEAVE}). If the CA of its swarm was "
            "rotated, use the present join token.",
        )


def check_join_options(options: Mapping[str, Any], check_mode: bool) -> list[str]:
    """What is missing. In check mode the swarm may not exist yet, so there is neither token nor address."""
    missing: Sequence[str] = () if check_mode else [o for o in ("join_token", "remote_addrs") if not options.get(o)]
    return [f"{option} is empty" for option in missing]
