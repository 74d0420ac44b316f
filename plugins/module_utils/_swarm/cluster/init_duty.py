# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making a swarm, keeping its settings, recovering it: what swarm_init does to the Engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import (
    LOCAL,
    LOCAL_WITH_PORT,
    check_addresses,
    refuse,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import force_new, init, swarm_spec
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.local_state import ManagerState, manager_state
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import (
    View,
    is_here,
    look,
    look_for_leader,
    swarm_view,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, Unanswered
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import poll


@dataclass(frozen=True)
class _Seen:
    """`state` is looked at only where the swarm is to be recovered."""

    view: View
    state: ManagerState = field(default_factory=ManagerState)
    was_recovered: bool = False


def init_duty(options: Mapping[str, Any]) -> Duty[_Seen]:
    """What swarm_init does."""
    refuse(check_addresses(options, LOCAL, LOCAL_WITH_PORT) + init.check_settings(options))

    def read(engine: Engine) -> _Seen:
        if not options.get("force_new_cluster"):
            return _Seen(look(engine, options["docker_host"]))
        view = look_for_leader(engine, options["docker_host"], options["wait_timeout"])
        return _Seen(view, manager_state(view.info, is_here(engine, options["docker_host"])))

    def decide(seen: _Seen) -> Plan:
        return force_new.decide(seen.view.member, seen.view.cluster, seen.state, options)

    def perform(engine: Engine, step: Step) -> None:
        if step.action == "init":
            _init(engine, step)
        elif step.action == "force_new_cluster":
            _force_new(engine, step.payload)
        else:
            version, spec = step.payload
            engine.update_swarm(version, spec)

    def settle(engine: Engine, seen: _Seen, plan: Plan) -> _Seen:
        if not plan:
            return seen
        view = poll(
            lambda: look(engine, options["docker_host"]),
            lambda now: now.member.is_live_manager,
            options["wait_timeout"],
            lambda now: f"this node is {now.member}.",
        )
        return _Seen(view, was_recovered=any(step.action == "force_new_cluster" for step in plan))

    def result(seen: _Seen) -> dict[str, Any]:
        member, found = seen.view.member, seen.view.cluster
        return {
            **member.as_dict(),
            "swarm": swarm_view(found),
            "drift": swarm_spec.drift(options, found, member.node_address) if found else [],
            **({"warnings": [force_new.ROTATES]} if seen.was_recovered and found.get("RootRotationInProgress") else {}),
        }

    return Duty(read, decide, perform, result, settle)


def _force_new(engine: Engine, request: Mapping[str, Any]) -> None:
    try:
        engine.init_swarm(request)
    except Unanswered:  # it is seen afterwards
        pass
    except EngineError as refusal:
        raise EngineError(
            f"The swarm was not recovered: {refusal.message.rstrip('.')}.",
            refusal.status,
            "If the Engine says now that it is in no swarm (docker info), restart it before anything else: what the "
            "manager knows is still on its disk. Make no new swarm on it.",
        ) from None


def _init(engine: Engine, step: Step) -> None:
    request = step.payload
    try:
        engine.init_swarm(request)
    except EngineError as refusal:
        # The Engine makes the swarm first and updates its settings then (moby daemon/cluster/swarm.go).
        if membership_of(engine.info()).local_state != states.INACTIVE:
            half = EngineError(
                f"The Engine made a swarm, but refused its settings: {refusal.message.rstrip('.')}.",
                refusal.status,
                "Correct the options and run again: then the settings are brought to what they state.",
            )
            half.facts.update(changed=True, plan=[step.as_dict()])
            raise half from None
        stated = ", ".join(f"{field} {request[field]!r}" for field in _ADDRESS_FIELDS if request[field])
        raise EngineError(
            f"The Engine made no swarm (with {stated}): {refusal.message.rstrip('.')}. Nothing was changed.",
            refusal.status,
            "Addresses must be those of this host, or names of its network interfaces."
            if "addr" in refusal.message
            else "",
        ) from None


_ADDRESS_FIELDS = ("AdvertiseAddr", "ListenAddr", "DataPathAddr")
