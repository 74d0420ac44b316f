# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spreading the tasks of services again: what service_rebalance does to the Engine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import watched
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import converge, rebalance
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.manager import without_manager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rebalance import Found
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rounds import WatchTicket
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.settle import Watch, converged_in_rounds


@dataclass
class RebalanceTicket(WatchTicket):
    """What a run has to remember. `before` has the tasks per node of the services that were written to (check mode:
    would be).
    """

    before: dict[str, dict[str, int]] = field(default_factory=dict)
    # The service that was written to last, and has not been waited for: its ID, its name, and the IDs of the tasks that
    # it had (their errors are not of this run).
    service: str = ""
    name: str = ""
    old_tasks: list[str] = field(default_factory=list)


def rebalance_duty(
    services: Collection[str] | None, wait_timeout: float, check_mode: bool, ticket: RebalanceTicket | None = None
) -> Duty[Found]:
    """Three lists, then one write for each service that is unevenly spread, each waited for before the next."""
    names = None if services is None else frozenset(services)
    rebalancing = Rebalancing(names, wait_timeout, check_mode, ticket or RebalanceTicket())
    return Duty(
        read=rebalancing.read,
        decide=rebalancing.decide,
        perform=rebalancing.perform,
        confirm=lambda engine, step: rebalancing.wait(engine),
        result=rebalancing.result,
    )


@dataclass
class Rebalancing:
    """One run. Only `ticket` outlives a round."""

    names: frozenset[str] | None
    wait_timeout: float
    check_mode: bool
    ticket: RebalanceTicket

    def read(self, engine: Engine) -> Found:
        if self.ticket.service:  # another round
            self.wait(engine)
        if engine.is_blank:
            return Found(blank=True)
        try:
            # The Engine takes names for beginnings of names, and no names for all.
            listed = engine.services({"name": sorted(self.names)} if self.names else None)
        except NotAManager as problem:
            state = without_manager(engine, problem, self.check_mode)
            return Found(blank=state.blank, warnings=state.warnings)
        found = [item for item in listed if self.names is None or item["Spec"]["Name"] in self.names]
        if not found:
            return Found()
        only = {} if self.names is None else {"service": sorted(service["ID"] for service in found)}
        return Found(
            sorted(found, key=lambda service: str(service["Spec"]["Name"])),
            engine.nodes(),
            engine.tasks({**only, "desired-state": ["running"]}),
        )

    def decide(self, found: Found) -> Plan:
        plan = rebalance.decide(self.names, found)
        if self.check_mode:
            self.ticket.before = {step.name: step.payload["before"] for step in plan}
        return plan

    def perform(self, engine: Engine, step: Step) -> None:
        ticket, service = self.ticket, step.payload["id"]
        old_tasks = [task["ID"] for task in engine.tasks({"service": [service]})]
        engine.update_service(service, step.payload["version"], step.payload["spec"])
        ticket.before[step.name] = step.payload["before"]
        ticket.service, ticket.name, ticket.old_tasks, ticket.since = service, step.name, old_tasks, {}

    def wait(self, engine: Engine) -> None:
        """Until the service has converged, and its old tasks have ended: they hold what the next service may need."""
        ticket = self.ticket
        service, rollout = ticket.service, f"rebalance of {ticket.name}"
        if ticket.about != f"end of {rollout}":
            watch = Watch(engine, "", [ticket.name], [service], ticket.old_tasks)
            converged_in_rounds(ticket, rollout, watch, self.wait_timeout)
        watched(
            ticket,
            f"end of {rollout}",
            lambda: converge.unwanted(engine.tasks({"service": [service]}), engine.nodes()),
            lambda tasks: not tasks,
            self.wait_timeout,
            lambda tasks: f"{len(tasks)} old tasks of service {ticket.name} are still being stopped.",
        )
        ticket.service = ""

    def result(self, found: Found) -> dict[str, Any]:
        titles = rebalance.titles_of(found.nodes)
        after = {spread.service["Spec"]["Name"]: spread for spread in rebalance.spreads(found)}
        warnings = [
            f"Service {name} is still unevenly spread. It is not rebalanced again before its nodes change."
            for name in sorted(self.ticket.before)
            if not self.check_mode and name in after and after[name].uneven
        ]
        services = [
            {
                "name": name,
                "before": before,
                "after": rebalance.shown(after[name], titles) if name in after else {},
            }
            for name, before in sorted(self.ticket.before.items())
        ]
        return {"services": services, "warnings": warnings}
