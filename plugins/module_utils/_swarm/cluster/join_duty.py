# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Joining: what swarm_join does to the Engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import (
    LOCAL,
    LOCAL_WITH_PORT,
    check_addresses,
    check_remotes,
    refuse,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import join
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import token_digest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import View, look
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership, membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import is_reachable
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.refusals import hint_for
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    NotAManager,
    NotFound,
    SwarmError,
    Timeout,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import ticket_of, watched

FIRST_LINE = 5  # seconds; most joins take less


def join_duty(options: Mapping[str, Any], check_mode: bool) -> Duty[Membership]:
    """What swarm_join does."""
    refuse(
        check_addresses(options, LOCAL, LOCAL_WITH_PORT)
        + check_remotes(options["remote_addrs"] or ())
        + join.check_join_options(options, check_mode)
    )
    if options["join_token"]:
        token_digest(options["join_token"])
    ticket = ticket_of(options)
    waits_on = bool(ticket.waited)  # another round: it has joined, which only has to come true

    def read(engine: Engine) -> Membership:
        return look(engine, options["docker_host"]).member

    def perform(engine: Engine, step: Step) -> None:
        join_in_turn(engine, step.payload)

    def settle(engine: Engine, member: Membership, plan: Plan) -> Membership:
        if not plan and not waits_on and member.local_state == states.ACTIVE:
            return member
        last: list[Membership] = []

        def ask() -> View:
            view = look(engine, options["docker_host"])
            last[:] = [view.member]
            return view

        outcome = "" if plan or waits_on else "Nothing was changed."
        try:
            member = watched(
                ticket,
                "join",
                ask,
                lambda view: has_joined(view, options["role"]) and is_known(engine, view.member),
                options["wait_timeout"],
                lambda view: f"this node is {view.member}.",
                first=FIRST_LINE,
            ).member
        except Timeout:
            if last[0].local_state == states.ACTIVE:
                join.check_role(last[0], options["role"], outcome)
            raise
        join.check_role(member, options["role"], outcome)
        return member

    def decide(member: Membership) -> Plan:
        return Plan() if waits_on else join.decide_join(member, options)

    return Duty(read, decide, perform, lambda member: member.as_dict(), settle)


def has_joined(view: View, role: str | None) -> bool:
    """Whether waiting for a join is over, well or not: a SwarmError where it cannot become well."""
    member = view.member
    if member.local_state in (states.ERROR, states.LOCKED, states.INACTIVE):
        raise SwarmError(f"The join failed: this node is {member}.", hint_for(member), **member.as_dict())
    if member.local_state != states.ACTIVE:
        return False
    if member.role == "manager":
        return member.is_live_manager
    return role != "manager" or view.certified_role == "worker"


def is_known(engine: Engine, member: Membership) -> bool:
    """Whether the managers count this one among them. Workers cannot ask."""
    if member.role != "manager":
        return True
    try:
        return is_reachable(engine.node(member.node_id).get("ManagerStatus") or {})
    except (NotFound, NotAManager):
        return False


def join_in_turn(engine: Engine, requests: Sequence[Mapping[str, Any]]) -> None:
    """Join through the first manager that lets this node in.

    After 20 s the Engine answers with an error and goes on trying the one address (moby daemon/cluster/cluster.go).
    While the node has no NodeID it is known to nobody, so this is broken off and the next manager is tried; once it has
    one, it is a member and only has to be waited for.
    """
    refusals = []
    for request in requests:
        try:
            engine.join_swarm(request)
            return
        except EngineError as refusal:
            refusals.append(f"{request['RemoteAddrs'][0]}: {refusal.message}")
        member = membership_of(engine.info())
        if member.node_id or member.local_state == states.ACTIVE:
            return
        if member.local_state != states.INACTIVE:
            engine.leave_swarm(force=True)
    raise SwarmError(
        f"No manager let this node in. {' '.join(refusals)} The node is in no swarm, as before.",
        "Managers must be reachable at these addresses (port 2377), and the join token must be a present one.",
    )
