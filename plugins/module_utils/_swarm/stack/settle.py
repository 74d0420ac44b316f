# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until the services of a stack have converged, and telling what keeps them from it."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, TypeVar

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    NotAManager,
    SwarmError,
    Timeout,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import (
    SHORTEST,
    Ticket,
    Unfinished,
    is_news,
    watched,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import converge, rounds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.converge import Look, Progress
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.networks import is_allocated
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rotate import NAMESPACE_LABEL
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import Clock, SystemClock, poll

LOG_LINES = 10

Seen = TypeVar("Seen")


def own(stack: str) -> dict[str, list[str]]:
    """The filter for what belongs to a stack."""
    return {"label": [f"{NAMESPACE_LABEL}={stack}"]}


@dataclass
class Watch:
    """Looks again and again, and remembers since when each task has been running.

    `stack` is empty where services of any stack, or of none, are waited for.

    `names` are the services that are waited for, `changed` the IDs of those that this run wrote to, `before` the IDs of
    the tasks that there were before it did. `waited` says how many seconds were waited before, and `shown` the last
    line that the controller showed; without it, the wait is not interrupted for showing another.
    """

    engine: Engine
    stack: str
    names: Collection[str]
    changed: Collection[str] = ()
    before: Collection[str] = ()
    clock: Clock = field(default_factory=SystemClock)
    waited: float = 0.0
    shown: str | None = None
    since: dict[str, float] = field(default_factory=dict)
    last: tuple[Look, list[Progress]] = field(default_factory=lambda: (Look((), (), ()), []))

    def look(self) -> tuple[Look, list[Progress]]:
        of_services, of_tasks = self.filters()
        services = [item for item in self.engine.services(of_services) if item["Spec"]["Name"] in self.names]
        tasks = self.engine.tasks({**of_tasks, "_up-to-date": ["true"]})
        look = Look(services, tasks, self.engine.nodes(), self.clock.now(), _epoch())
        seen = converge.progress(look, self.changed, self.before)
        self.since = converge.monitored_since(self.since, seen, look)
        self.last = look, seen
        return self.last

    def recall(self, since: Mapping[str, float]) -> None:
        """What `running_since` told at the end of an earlier round."""
        lead = self.clock.now() - _epoch()
        self.since = {task: lead + began for task, began in since.items()}

    def running_since(self) -> dict[str, float]:
        """For each task that counts, since when it does, in seconds since 1970: the same in every process."""
        lead = self.clock.now() - _epoch()
        return {task: began - lead for task, began in self.since.items()}

    def news(self, seconds: float) -> str:
        """The line to end a round with after so many seconds, or nothing: another round is not worth it where the wait
        is about to end.
        """
        line = rounds.line(self.last[1], self.stack)
        is_wanted = self.shown is not None and is_news(line, self.shown, seconds)
        return line if is_wanted and self.due(self.last) >= SHORTEST else ""

    def filters(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """For the services, and for their tasks: those of the stack, or where none is given, those of the names."""
        if self.stack:
            return own(self.stack), own(self.stack)
        return {"name": sorted(self.names)}, {"service": sorted(self.names)}

    def is_over(self, seen: tuple[Look, list[Progress]]) -> bool:
        return self.due(seen) <= 0 or any(service.failure for service in seen[1])

    def due(self, seen: tuple[Look, list[Progress]]) -> float:
        """In how many seconds all services are stable if nothing else happens."""
        look, services = seen
        return max((converge.stable_in(service, self.since, look.at) for service in services), default=0.0)


def converged(watch: Watch, timeout: float) -> list[Progress]:
    """Wait until all services have converged.

    Raises a SwarmError that says of each other one what is wrong with it, or Unfinished when there is news to show.
    """
    began, waited = watch.clock.now(), watch.waited

    def is_over(seen: tuple[Look, list[Progress]] | None) -> bool:
        watch.waited = waited + watch.clock.now() - began
        return seen is not None and (watch.is_over(seen) or bool(watch.news(watch.waited - waited)))

    def due(seen: tuple[Look, list[Progress]] | None) -> float:
        return math.inf if seen is None else watch.due(seen)

    try:
        poll(_patient(watch.look), is_over, timeout - waited, lambda seen: "", watch.clock, due=due)
    except Timeout as problem:
        raise _failure(watch, f"has not converged within {timeout:g} s") from problem
    _look, services = watch.last
    if any(service.failure for service in services):
        raise _failure(watch, "was not rolled out")
    if not watch.is_over(watch.last):
        raise Unfinished(watch.news(watch.waited - waited))
    return services


def converged_in_rounds(ticket: rounds.WatchTicket, about: str, watch: Watch, timeout: float) -> list[Progress]:
    """As converged(). `ticket` has what earlier rounds of the watch have seen, and gets what this one sees."""
    ticket.turn_to(about)
    watch.waited, watch.shown = ticket.waited, ticket.shown
    watch.recall(ticket.since)
    try:
        return converged(watch, timeout)
    except Unfinished as pause:
        ticket.since, ticket.waited, ticket.shown = watch.running_since(), watch.waited, pause.line
        raise pause.leave(ticket) from None


def _patient(look: Callable[[], Seen]) -> Callable[[], Seen | None]:
    """`look`, with None while the managers choose a new leader: there is nothing to be seen then, and all goes on."""

    def patient() -> Seen | None:
        try:
            return look()
        except NotAManager:
            return None

    return patient


def gone(
    engine: Engine,
    stack: str,
    services: Collection[str] | None,
    networks: Collection[str],
    timeout: float,
    clock: Clock | None = None,
    ticket: Ticket | None = None,
) -> None:
    """Wait until nothing of removed services and networks is left, so that the same names can be used again at once.

    `services` and `networks` are IDs; None stands for all services that the stack ever had.
    """

    def left_tasks() -> list[str]:
        if services is not None and not services:
            return []
        tasks = [task for task in engine.tasks(own(stack)) if services is None or task["ServiceID"] in services]
        return converge.leaving(tasks, engine.nodes()) if tasks else []

    def look() -> tuple[list[str], list[str]]:
        left = [item["Name"] for item in engine.networks(own(stack)) if item["Id"] in networks] if networks else []
        return left_tasks(), left

    def describe(seen: tuple[list[str], list[str]] | None) -> str:
        if seen is None:
            return "the swarm has no leader"
        return f"{len(seen[0])} tasks and {len(seen[1])} networks of stack {stack} are still being removed"

    watched(
        ticket or Ticket(),
        f"removal of stack {stack}",
        _patient(look),
        lambda seen: seen is not None and not any(seen),
        timeout,
        describe,
        clock=clock,
    )


def _epoch() -> float:
    """Seconds since 1970."""
    return datetime.datetime.now(datetime.timezone.utc).timestamp()


def _failure(watch: Watch, what: str) -> SwarmError:
    look, services = watch.last
    tasks: dict[str, list[Any]] = {}
    for task in watch.engine.tasks(watch.filters()[1]):
        if task["ID"] not in watch.before or task["ServiceID"] not in watch.changed:
            tasks.setdefault(task["ServiceID"], []).append(task)
    reports = []
    sentences = []
    for service in sorted(services, key=lambda service: not service.failure):
        if not converge.is_stable(service, watch.since, look.at):
            own_tasks = tasks.get(service.id, [])
            report = {
                "name": service.name,
                "wanted": service.wanted,
                "running": service.running,
                "failure": service.failure,
                "errors": converge.errors(own_tasks, look.nodes),
                "log": _log(watch.engine, own_tasks),
            }
            reports.append(report)
            sentences.append(_sentence(service, report))
    sentences += [
        f"network {network['Name']} was given no addresses by the swarm"
        for network in (watch.engine.networks(own(watch.stack)) if watch.stack else [])
        if not is_allocated(network)
    ]
    subject = f"Stack {watch.stack}" if watch.stack else "At least one service"
    return SwarmError(f"{subject} {what}: {'; '.join(sentences)}.", services=reports)


def _sentence(service: Progress, report: dict[str, Any]) -> str:
    errors = [
        f"{error['error']}" + (f" (on {', '.join(error['nodes'])})" if error["nodes"] else "")
        for error in report["errors"]
    ]
    reasons = [*([service.failure] if service.failure else []), *errors]
    return f"{service}" + (f": {', '.join(reasons)}" if reasons else "")


def _log(engine: Engine, tasks: Sequence[Any]) -> list[str]:
    """The last lines of the newest task that failed after it had started."""
    failed = [task for task in tasks if (task.get("Status") or {}).get("State") == "failed"]
    if not failed:
        return []
    newest = max(failed, key=lambda task: str(task["Status"].get("Timestamp")))
    try:
        return log_lines(engine.task_log(newest["ID"], LOG_LINES))
    except (EngineError, SwarmError):
        # A log driver that cannot be read, or a container that is gone: the errors of the tasks have to do.
        return []


def log_lines(stream: bytes) -> list[str]:
    """The text of a multiplexed log stream: frames of a type, three zeros, a length of four bytes, and the text."""
    text, position = b"", 0
    while position + 8 <= len(stream):
        length = int.from_bytes(stream[position + 4 : position + 8], "big")
        text += stream[position + 8 : position + 8 + length]
        position += 8 + length
    return [re.sub(r"[\x00-\x08\x0b-\x1f]", "", line) for line in text.decode("utf-8", "replace").splitlines()]
