# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scaling services: what service_scale does to the Engine."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import watched
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import converge
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.manager import without_manager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rounds import WatchTicket
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scale import decide, read_wishes
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.settle import Watch, converged_in_rounds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import Object, State, mode_of, replicas

ENDING = "end of tasks that are too many"


@dataclass
class ScaleTicket(WatchTicket):
    """What a run has to remember."""

    changed: list[str] = field(default_factory=list)  # IDs of the services that were written to
    before: list[str] | None = None  # IDs of the tasks before the first write: their errors do not speak of this run


def scale_duty(
    services: Mapping[str, Any], wait: bool, wait_timeout: float, check_mode: bool, ticket: ScaleTicket | None = None
) -> Duty[State]:
    """One request for all services, then one write for each that differs, then one wait for all of them."""
    scaling = Scaling(read_wishes(services), wait, wait_timeout, ticket or ScaleTicket())
    another_round = bool(scaling.ticket.waited)  # all is written, and only waited for
    return Duty(
        read=lambda engine: scaling.go_on(engine) if another_round else scaling.read(engine, check_mode),
        decide=lambda state: Plan() if another_round else decide(scaling.wishes, state),
        perform=scaling.perform,
        settle=scaling.settle,
        result=lambda state: {"services": [_summary(service) for service in state.services]},
    )


@dataclass
class Scaling:
    """One run. Only `ticket` outlives a round."""

    wishes: Mapping[str, int]
    wait: bool
    wait_timeout: float
    ticket: ScaleTicket

    def read(self, engine: Engine, check_mode: bool) -> State:
        if engine.is_blank:
            return State(blank=True)
        try:
            # The Engine takes names for beginnings of names, and no names for all.
            listed = engine.services({"name": sorted(self.wishes)}, status=True)
        except NotAManager as problem:
            return without_manager(engine, problem, check_mode)
        found = [service for service in listed if service["Spec"]["Name"] in self.wishes]
        return State(services=sorted(found, key=lambda service: str(service["Spec"]["Name"])))

    def perform(self, engine: Engine, step: Step) -> None:
        if self.wait and self.ticket.before is None:
            self.ticket.before = [task["ID"] for task in engine.tasks({"service": sorted(self.wishes)})]
        engine.update_service(step.payload["id"], step.payload["version"], step.payload["spec"])
        self.ticket.changed.append(step.payload["id"])

    def settle(self, engine: Engine, state: State, plan: Plan) -> State:
        now = datetime.datetime.now(datetime.timezone.utc).timestamp()
        if self.wait and (plan or not converge.is_quiet(state.services, now)):
            return self.go_on(engine)
        return self.read(engine, check_mode=False) if plan else state

    def go_on(self, engine: Engine) -> State:
        """Until all have converged, and what is too many has ended: it may hold what somebody waits for."""
        ticket, names = self.ticket, sorted(self.wishes)
        if ticket.about != ENDING:
            watch = Watch(engine, "", names, ticket.changed, ticket.before or ())
            converged_in_rounds(ticket, "scaling", watch, self.wait_timeout)
        watched(
            ticket,
            ENDING,
            lambda: converge.unwanted(engine.tasks({"service": names}), engine.nodes()),
            lambda tasks: not tasks,
            self.wait_timeout,
            lambda tasks: f"{len(tasks)} tasks of {', '.join(names)} are still being stopped.",
        )
        return self.read(engine, check_mode=False)


def _summary(service: Object) -> dict[str, Any]:
    status = service.get("ServiceStatus") or {}
    return {
        "name": service["Spec"]["Name"],
        "id": service["ID"],
        "mode": mode_of(service["Spec"]),
        "wanted": replicas(service["Spec"]),
        "running": status.get("RunningTasks", 0),
        "completed": status.get("CompletedTasks", 0),
    }
