# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unlocking a manager: what swarm_unlock does to the Engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import refuse
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import look
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.unlock import decide_unlock, why_not_ready
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    SwarmError,
    Timeout,
    Unanswered,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import poll

# Seconds. A wrong key is refused at once; a right one is answered only when there is a leader, which may be never as
# long as the other managers are locked.
_PATIENCE = 5


@dataclass(frozen=True)
class _Seen:
    member: Membership
    present_key: str = ""


def unlock_duty(options: Mapping[str, Any]) -> Duty[_Seen]:
    """What swarm_unlock does."""
    key = options["unlock_key"].strip()
    refuse([] if key else ["unlock_key is empty"])

    def read(engine: Engine) -> _Seen:
        view = look(engine, options["docker_host"])
        spec = view.cluster.get("Spec") or {}
        asks = view.member.is_live_manager and (spec.get("EncryptionConfig") or {}).get("AutoLockManagers")
        return _Seen(view.member, engine.unlock_key() if asks else "")

    def perform(engine: Engine, step: Step) -> None:
        _unlock(engine, key)

    def settle(engine: Engine, seen: _Seen, plan: Plan) -> _Seen:
        last = [seen.member]

        def ask() -> Membership:
            last[0] = look(engine, options["docker_host"]).member
            return last[0]

        if not plan and not why_not_ready(seen.member):
            return seen
        try:
            poll(ask, _is_over, options["wait_timeout"], str)
        except Timeout:  # it is unlocked; that others are not is no fault of this one
            pass
        return _Seen(last[0])

    def result(seen: _Seen) -> dict[str, Any]:
        words = "" if seen.member.local_state == states.LOCKED else why_not_ready(seen.member)
        return {**seen.member.as_dict(), **({"warnings": [words]} if words else {})}

    return Duty(read, lambda seen: decide_unlock(seen.member, key, seen.present_key), perform, result, settle)


def _unlock(engine: Engine, key: str) -> None:
    try:
        engine.unlock_swarm(key, _PATIENCE)
    except Unanswered:
        pass
    except EngineError as refusal:
        if refusal.status == 409:  # someone else was quicker
            return
        name = engine.info().get("Name") or ""
        raise EngineError(
            f"The manager {name} was not unlocked: {refusal.message.rstrip('.')}. Nothing was changed.",
            refusal.status,
            "unlock_key must be the key of this swarm at the time when this manager was last running (SWMKEY-1-...); "
            "a key that was rotated while the manager was down is not known to it yet.",
        ) from None


def _is_over(member: Membership) -> bool:
    """Whether there is nothing to wait for. A SwarmError where it cannot become well."""
    if member.local_state in (states.LOCKED, states.ERROR, states.INACTIVE):
        raise SwarmError(f"The manager was unlocked and did not start: this node is {member}.", **member.as_dict())
    return not why_not_ready(member)
