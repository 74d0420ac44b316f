# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting at the gate: what swarm_gate asks the Engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.gate import View, is_back, may_go, view_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineUnreachable, NotAManager, Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, watched


def gate_duty(node: str, mark: Mapping[str, Any] | None, timeout: float, ticket: Ticket | None = None) -> Duty[View]:
    """Wait until the node may go down or, with the `mark` of the time before, until it is back."""
    about = "wait to go down" if mark is None else "wait to be back"

    def problem(view: View) -> str:
        return may_go(view, node) if mark is None else is_back(view, node, mark)

    def settle(engine: Engine, state: View, plan: Plan) -> View:
        views = [state]

        def look() -> str:
            try:
                views.append(_read(engine))
            except (NotAManager, EngineUnreachable) as refusal:
                return refusal.message
            return problem(views[-1])

        if problem(state) or not state.states:
            try:
                watched(
                    ticket or Ticket(), about, look, lambda missing: not missing, timeout, lambda missing: f"{missing}."
                )
            except Timeout as end:
                end.hint = (
                    "The Engine was not touched. Mend the swarm and run it again."
                    if mark is None
                    else f"No other Engine was touched. Look at node {node}."
                )
                raise
        return views[-1]

    return Duty(
        read=_first_read,
        decide=lambda view: Plan(),
        perform=lambda engine, step: None,
        settle=settle,
        result=lambda view: {"mark": view.as_mark(), "quorum": view.quorum.as_dict(), "problem": problem(view)},
    )


def _read(engine: Engine) -> View:
    return view_of(engine.nodes(), engine.services(status=True))


def _first_read(engine: Engine) -> View:
    """A manager that was started just now has no leader yet."""
    try:
        return _read(engine)
    except NotAManager:
        return View()
