# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scaling services: what service_scale does to the Engine."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import converge
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.manager import without_manager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scale import decide, read_wishes
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.settle import Watch, converged
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import Object, State, mode_of, replicas
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import poll


def scale_duty(services: Mapping[str, Any], wait: bool, wait_timeout: float, check_mode: bool) -> Duty[State]:
    """One request for all services, then one write for each that differs, then one wait for all of them."""
    scaling = Scaling(read_wishes(services), wait, wait_timeout)
    return Duty(
        read=lambda engine: scaling.read(engine, check_mode),
        decide=lambda state: decide(scaling.wishes, state),
        perform=scaling.perform,
        settle=scaling.settle,
        result=lambda state: {"services": [_summary(service) for service in state.services]},
    )


@dataclass
class Scaling:
    """One run. `before` are the IDs of the tasks before the first write: their errors do not speak of this run."""

    wishes: Mapping[str, int]
    wait: bool
    wait_timeout: float
    before: frozenset[str] | None = None

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
        if self.wait and self.before is None:
            self.before = frozenset(task["ID"] for task in engine.tasks({"service": sorted(self.wishes)}))
        engine.update_service(step.payload["id"], step.payload["version"], step.payload["spec"])

    def settle(self, engine: Engine, state: State, plan: Plan) -> State:
        changed = {step.payload["id"] for step in plan}
        now = datetime.datetime.now(datetime.timezone.utc).timestamp()
        if self.wait and (changed or not converge.is_quiet(state.services, now)):
            converged(Watch(engine, "", self.wishes, changed, self.before or frozenset()), self.wait_timeout)
            self._wait_for_the_end(engine)
        elif not changed:
            return state
        return self.read(engine, check_mode=False)

    def _wait_for_the_end(self, engine: Engine) -> None:
        """Until the tasks that are too many have ended: they may hold what somebody waits for."""
        poll(
            lambda: converge.unwanted(engine.tasks({"service": sorted(self.wishes)}), engine.nodes()),
            lambda tasks: not tasks,
            self.wait_timeout,
            lambda tasks: f"{len(tasks)} tasks of {', '.join(sorted(self.wishes))} are still being stopped.",
        )


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
