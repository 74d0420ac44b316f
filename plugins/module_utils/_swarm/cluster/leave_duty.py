# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leaving a swarm: what swarm_leave does to the Engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.leave import decide_leave
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.local_state import is_joining
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import (
    ELECTION,
    is_here,
    look,
    look_for_leader,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum, quorum_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, Unanswered
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import poll


@dataclass(frozen=True)
class _Seen:
    member: Membership
    quorum: Quorum | None = None
    engine_name: str = ""
    left_node_id: str = ""
    is_joining: bool = False


def leave_duty(options: Mapping[str, Any]) -> Duty[_Seen]:
    """What swarm_leave does."""
    timeout = options["wait_timeout"]

    def read(engine: Engine) -> _Seen:
        # One manager leaves after the other, and the leader may have been the one before.
        view = look_for_leader(engine, options["docker_host"], ELECTION)
        name = view.info.get("Name") or ""
        if not view.member.is_live_manager:
            joins = is_here(engine, options["docker_host"]) and is_joining(view.info)
            return _Seen(view.member, engine_name=name, is_joining=joins)
        try:
            return _Seen(view.member, quorum_of(engine.nodes()), name)
        except NotAManager:  # the quorum was lost just now
            return _Seen(look(engine, options["docker_host"]).member, engine_name=name)

    def member_now(engine: Engine) -> Membership:
        return look(engine, options["docker_host"]).member

    def perform(engine: Engine, step: Step) -> None:
        if step.action == "demote":
            _demote(engine, step.name)
            poll(
                lambda: member_now(engine),
                lambda seen: seen.local_state == states.ACTIVE and seen.role == "worker",
                timeout,
                lambda seen: f"this node is to be demoted and is still {seen}.",
            )
        else:
            _leave(engine, step.payload, timeout)

    def settle(engine: Engine, seen: _Seen, plan: Plan) -> _Seen:
        if not plan:
            return seen
        member = poll(
            lambda: member_now(engine),
            lambda now: now.local_state == states.INACTIVE,
            timeout,
            lambda now: f"this node is still {now}.",
        )
        return _Seen(member, left_node_id=seen.member.node_id)

    def result(seen: _Seen) -> dict[str, Any]:
        return {**seen.member.as_dict(), "left_node_id": seen.left_node_id}

    return Duty(
        read,
        lambda seen: decide_leave(seen.member, seen.quorum, options["force"] or "", seen.engine_name, seen.is_joining),
        perform,
        result,
        settle,
    )


def _demote(engine: Engine, node_id: str) -> None:
    node = engine.node(node_id)
    engine.update_node(node_id, node["Version"]["Index"], {**node["Spec"], "Role": "worker"})


def _leave(engine: Engine, force: bool, timeout: float) -> None:
    """The Engine refuses without `force` as long as it is a manager, also for a moment after its demotion."""
    refusal: list[NotAManager] = []

    def left() -> bool:
        try:
            engine.leave_swarm(force)
        except NotAManager as problem:
            refusal[:] = [problem]
            return bool(force)
        except Unanswered:  # it stops its tasks; whether it is out is seen afterwards
            pass
        return True

    poll(left, bool, timeout, lambda _left: f"the Engine does not leave: {refusal[0].message}")
