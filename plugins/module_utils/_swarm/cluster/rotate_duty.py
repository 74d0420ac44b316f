# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replacing the secrets of a swarm: what swarm_rotate does to the Engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import refuse
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import pem, rotate
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.looking import View, look, swarm_view
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.swarm_spec import signing_ca_differs
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.durations import nanoseconds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, watched
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.times import time_of


@dataclass(frozen=True)
class _Seen:
    """`secrets` are the tokens and the unlock key by the names of `rotate`, those that were asked for."""

    view: View
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass
class RotateTicket(Ticket):
    """What a run has to remember: what the first round has warned of."""

    warnings: list[str] = field(default_factory=list)


def rotate_duty(options: Mapping[str, Any]) -> Duty[_Seen]:
    """What swarm_rotate does."""
    refuse(_problems(options))
    ticket = RotateTicket(**(options.get("ticket") or {}))
    # Another round: all has been replaced. To decide anew would be to replace it again.
    waits_on = bool(ticket.waited)

    def read(engine: Engine) -> _Seen:
        view = look(engine, options["docker_host"])
        return _Seen(view, _secrets(engine, view, options) if view.member.is_live_manager else {})

    def perform(engine: Engine, step: Step) -> None:
        version, spec, flags = step.payload
        engine.update_swarm(version, spec, **flags)

    def settle(engine: Engine, seen: _Seen, plan: Plan) -> _Seen:
        began = any(change.path == "root_ca" for step in plan for change in step.changes)
        if waits_on or began or (rotate.CA in options["rotate"] and seen.view.cluster.get("RootRotationInProgress")):
            _wait_for_ca(engine, options, ticket)
            after = read(engine)
            _check_root(after.view, options)
            return after
        return read(engine) if plan else seen

    def result(seen: _Seen) -> dict[str, Any]:
        shows_tokens, shows_key = options["join_tokens"], options["unlock_key"]
        return {
            **seen.view.member.as_dict(),
            "swarm": swarm_view(seen.view.cluster),
            "join_tokens": {
                "manager": seen.secrets.get(rotate.MANAGER_TOKEN, "") if shows_tokens else "",
                "worker": seen.secrets.get(rotate.WORKER_TOKEN, "") if shows_tokens else "",
            },
            "unlock_key": seen.secrets.get(rotate.UNLOCK_KEY, "") if shows_key else "",
        }

    def decide(seen: _Seen) -> Plan:
        if waits_on:
            return Plan(warnings=tuple(ticket.warnings))
        plan = rotate.decide_rotate(seen.view.member, seen.view.cluster, seen.secrets, options, _now(seen.view))
        ticket.warnings = list(plan.warnings)
        return plan

    return Duty(read, decide, perform, result, settle)


def _now(view: View) -> datetime:
    """By the Engine's clock, so that all runs on one manager go by one."""
    return time_of(view.info["SystemTime"]) if view.member.is_live_manager else datetime.min


def _problems(options: Mapping[str, Any]) -> list[str]:
    problems = [] if options["rotate"] else ["rotate is empty"]
    for option in ("signing_ca_cert", "old_root_ca"):
        if options.get(option) and rotate.CA not in options["rotate"]:
            problems.append(f"{option} is given, but rotate does not contain ca")
    if options.get("older_than"):
        try:
            nanoseconds(options["older_than"])
        except ValueError as problem:
            problems.append(f"older_than: {problem}")
    if options.get("signing_ca_cert"):
        try:
            pem.normalised(options["signing_ca_cert"])
        except ValueError as problem:
            problems.append(f"signing_ca_cert: {problem}")
    return problems


def _secrets(engine: Engine, view: View, options: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    wished = set(options["rotate"])
    compares = bool(options.get("compromised"))
    if options["join_tokens"] or (compares and wished & {rotate.WORKER_TOKEN, rotate.MANAGER_TOKEN}):
        tokens = engine.swarm()["JoinTokens"]
        found.update({rotate.WORKER_TOKEN: tokens["Worker"], rotate.MANAGER_TOKEN: tokens["Manager"]})
    if options["unlock_key"] or (compares and rotate.UNLOCK_KEY in wished):
        found[rotate.UNLOCK_KEY] = engine.unlock_key()
    return found


def _wait_for_ca(engine: Engine, options: Mapping[str, Any], ticket: Ticket) -> None:
    def ask() -> tuple[Mapping[str, Any], list[dict[str, Any]]] | None:
        try:
            return engine.swarm(), engine.nodes()
        except NotAManager:  # managers get another certificate too, and may choose another leader
            return None

    watched(
        ticket,
        "rotation of the CA",
        ask,
        lambda seen: seen is not None and not seen[0].get("RootRotationInProgress") and not rotate.behind(*seen),
        options["wait_timeout"],
        lambda seen: rotate.where_it_stands(*seen) if seen else "the managers have no leader.",
        lambda seen: f"waits for {rotate.held_up_by(*seen)}" if seen else "the managers have no leader",
    )


def _check_root(view: View, options: Mapping[str, Any]) -> None:
    """After waiting for a rotation that someone else began."""
    trust_root = (view.cluster.get("TLSInfo") or {}).get("TrustRoot") or ""
    differs = signing_ca_differs(options, trust_root)
    if differs:
        raise SwarmError(
            f"A rotation to another CA was under way and has finished: the root CA is {differs[0]}, not {differs[1]}.",
            "Run again to rotate to signing_ca_cert.",
        )
