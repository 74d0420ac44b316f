# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Holding and releasing the lock: what swarm_lock asks of the Engine."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import refuse
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import lock
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import ELECTION, look_for_leader
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.refusals import require_live_manager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    NotFound,
    OutOfSequence,
    SwarmError,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.times import time_of

NEVER = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class _Seen:
    """`now` is the Engine's time, so that all runs on one manager go by one clock."""

    member: Membership
    ledger: lock.Ledger = field(default_factory=lock.Ledger)
    now: datetime = NEVER


def lock_duty(options: Mapping[str, Any]) -> Duty[_Seen]:
    """What swarm_lock does."""
    wish = _wish(options)
    refuse(lock.problems(wish))

    def read(engine: Engine) -> _Seen:
        view = look_for_leader(engine, options["docker_host"], ELECTION)
        if not view.member.is_live_manager:
            return _Seen(view.member)
        return _Seen(view.member, lock.ledger_of(_config(engine)), time_of(view.info["SystemTime"]))

    def decide(seen: _Seen) -> Plan:
        require_live_manager(seen.member)
        return lock.decide(seen.ledger, wish, seen.now)

    def result(seen: _Seen) -> dict[str, Any]:
        return seen.ledger.as_dict()

    return Duty(read, decide, _write, result)


def _wish(options: Mapping[str, Any]) -> lock.Wish:
    holder = options["holder"]
    if not holder:
        raise SwarmError(
            "swarm_lock was not told who runs it. Nothing was changed.",
            "Call it as apiary.swarm.swarm_lock, so that its action plugin says so.",
        )
    texts = {name: options[name] or "" for name in ("operation", "break_lock", "result")}
    who = lock.Holder(holder["who"], holder["controller"], holder["process"])
    return lock.Wish(options["state"], who, limit=options["limit"], gone=holder["gone"], **texts)


def _config(engine: Engine) -> dict[str, Any] | None:
    """The Engine's filter takes the beginning of a name for the name."""
    return next((item for item in engine.configs({"name": [lock.NAME]}) if item["Spec"]["Name"] == lock.NAME), None)


def _write(engine: Engine, step: Step) -> None:
    """Whoever else wrote since the ledger was read: all kinds of that are out of sequence."""
    config_id, version, spec = step.payload
    if config_id:
        try:
            engine.update_config(config_id, version, spec)
        except NotFound as refusal:
            raise OutOfSequence(refusal.message, refusal.status) from refusal
        return
    data = base64.b64encode(lock.ABOUT.encode()).decode()
    try:
        engine.create_config({"Name": lock.NAME, "Data": data, **spec})
    except EngineError as refusal:
        if refusal.status == 409:  # the name is taken
            raise OutOfSequence(refusal.message, refusal.status) from refusal
        raise
