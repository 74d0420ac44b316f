# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the services of a stack run as they should: a pure judgement of what the Engine lists.

Tasks are those of the current specs (the Engine's filter `_up-to-date`, swarmkit orchestrator.IsTaskDirty), so tasks
of an older spec that still run do not count.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import constraints

Object = Mapping[str, Any]

# In the order of swarmkit's enumeration: what comes later is further along.
STATES = (
    "new",
    "allocated",
    "pending",
    "assigned",
    "accepted",
    "preparing",
    "ready",
    "starting",
    "running",
    "complete",
    "shutdown",
    "failed",
    "rejected",
    "remove",
    "orphaned",
)
RUNNING = STATES.index("running")
DEFAULT_MONITOR = 5.0  # seconds; api/defaults/service.go
SECOND = 1_000_000_000


@dataclass(frozen=True)
class Look:
    """What was seen at one moment. `at` is in seconds of any clock that only goes forward."""

    services: Sequence[Object]
    tasks: Sequence[Object]
    nodes: Sequence[Object]
    at: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How far a service is. `running` counts completed tasks for a job; `failure` says why it will never get there."""

    name: str
    mode: str
    wanted: int
    running: int
    monitor: float
    tasks: frozenset[str] = frozenset()  # IDs of the tasks that count
    failure: str = ""
    states: tuple[tuple[str, int], ...] = ()  # how many tasks are on their way, by state

    @property
    def converged(self) -> bool:
        return self.running == self.wanted and not self.failure

    def __str__(self) -> str:
        on_the_way = "".join(f", {count} {state}" for state, count in self.states)
        verb = "complete" if self.mode.endswith("job") else "running"
        return f"{self.name} {self.running}/{self.wanted} {verb}{on_the_way}"


def progress(look: Look, changed: Collection[str] = ()) -> list[Progress]:
    """The progress of each service. `changed` are the IDs of the services that this run wrote to."""
    nodes = {node["ID"]: node for node in look.nodes}
    tasks: dict[str, list[Object]] = {}
    for task in look.tasks:
        tasks.setdefault(task["ServiceID"], []).append(task)
    services = sorted(look.services, key=lambda service: str(service["Spec"]["Name"]))
    return [_progress(service, tasks.get(service["ID"], []), nodes, service["ID"] in changed) for service in services]


def monitored_since(earlier: Mapping[str, float], now: Iterable[Progress], at: float) -> dict[str, float]:
    """For each task that counts: since when it has been seen doing so without a gap."""
    return {task: earlier.get(task, at) for service in now for task in service.tasks}


def is_stable(service: Progress, since: Mapping[str, float], at: float) -> bool:
    """Whether a service has been converged for its monitor period. A job is done when it is done."""
    if not service.converged:
        return False
    return service.mode.endswith("job") or all(at - since.get(task, at) >= service.monitor for task in service.tasks)


def _progress(service: Object, tasks: Sequence[Object], nodes: Mapping[str, Object], changed: bool) -> Progress:
    spec = service["Spec"]
    mode = next(iter(spec.get("Mode") or {"Replicated": {}}))
    current = [task for task in _latest(tasks) if not _is_down(nodes, task.get("NodeID"))]
    if mode in ("ReplicatedJob", "GlobalJob"):
        iteration = _iteration(service.get("JobStatus"))
        current = [task for task in current if _iteration(task) == iteration]
        counted = [task for task in current if _state(task) == "complete"]
    else:
        current = [task for task in current if STATES.index(task["DesiredState"]) <= RUNNING]
        counted = [task for task in current if _state(task) == "running"]
    return Progress(
        name=spec["Name"],
        mode=_MODES[mode],
        wanted=_wanted(spec, mode, nodes, {task.get("NodeID") for task in current}),
        running=len(counted),
        monitor=_monitor(spec),
        tasks=frozenset(task["ID"] for task in counted),
        failure=_failure(service, changed),
        states=_on_the_way(current),
    )


_MODES = {"Replicated": "replicated", "Global": "global", "ReplicatedJob": "replicated-job", "GlobalJob": "global-job"}


def _wanted(spec: Object, mode: str, nodes: Mapping[str, Object], present: Collection[str | None]) -> int:
    settings = spec.get("Mode", {}).get(mode) or {}
    if mode == "Replicated":
        return int(settings.get("Replicas", 1))
    if mode == "ReplicatedJob":
        return int(settings.get("TotalCompletions", settings.get("MaxConcurrent", 1)))
    rules = ((spec.get("TaskTemplate") or {}).get("Placement") or {}).get("Constraints") or []
    return sum(
        constraints.eligible(node, rules)
        and node["Status"]["State"] != "down"
        # A paused node keeps the tasks that it has, and gets no new ones.
        and (node["Spec"]["Availability"] == "active" or (node["Spec"]["Availability"] == "pause" and key in present))
        for key, node in nodes.items()
    )


def _failure(service: Object, changed: bool) -> str:
    """Why the rollout of this run ended without success.

    An update clears the status of the one before, so the status of a service that was written to in this run is this
    run's. That of any other service may be years old.
    """
    status = service.get("UpdateStatus") or {}
    verdict = {
        "paused": "the update was paused",
        "rollback_completed": "the update was rolled back",
        "rollback_paused": "the rollback of the update was paused",
    }.get(status.get("State", ""))
    return f"{verdict}: {status.get('Message') or 'no reason given'}" if changed and verdict else ""


def _latest(tasks: Iterable[Object]) -> list[Object]:
    """One task for each slot (of a global service: each node): the one that is wanted most, and is least far along."""
    best: dict[tuple[Any, Any], Object] = {}
    for task in tasks:
        place = (task["Slot"], None) if task.get("Slot") else (None, task.get("NodeID") or task["ID"])
        if place not in best or _rank(task) < _rank(best[place]):
            best[place] = task
    return list(best.values())


def _rank(task: Object) -> tuple[int, int]:
    return STATES.index(task["DesiredState"]), STATES.index(_state(task))


def _state(task: Object) -> str:
    return str((task.get("Status") or {}).get("State") or "new")


def _iteration(item: Object | None) -> int:
    return int(((item or {}).get("JobIteration") or {}).get("Index") or 0)


def _is_down(nodes: Mapping[str, Object], node_id: str | None) -> bool:
    node = nodes.get(node_id or "")
    return node is not None and node["Status"]["State"] == "down"


def _on_the_way(tasks: Iterable[Object]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for task in tasks:
        state = _state(task)
        if state not in ("running", "complete"):
            counts[state] = counts.get(state, 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: STATES.index(item[0])))


def errors(tasks: Iterable[Object], nodes: Iterable[Object]) -> list[dict[str, Any]]:
    """The distinct errors of tasks, most frequent first: [{"error", "count", "nodes": [host names]}]."""
    names = {node["ID"]: (node.get("Description") or {}).get("Hostname") or node["ID"] for node in nodes}
    found: dict[str, dict[str, Any]] = {}
    for task in tasks:
        text = (task.get("Status") or {}).get("Err")
        if text:
            entry = found.setdefault(text, {"error": text, "count": 0, "nodes": []})
            entry["count"] += 1
            name = names.get(task.get("NodeID") or "", "")
            if name and name not in entry["nodes"]:
                entry["nodes"].append(name)
    return sorted(found.values(), key=lambda entry: (-entry["count"], entry["error"]))


def is_quiet(services: Iterable[Object], now: float) -> bool:
    """Whether the services' own counts show that all has been well for long, so that tasks need not be looked at.

    `now` is in seconds since 1970. A service that was updated a moment ago may still have the tasks of its old spec,
    and one whose update was paused has some of both: these are looked at.
    """
    return all(_is_quiet(service, now) for service in services)


def _is_quiet(service: Object, now: float) -> bool:
    status, spec = service.get("ServiceStatus"), service["Spec"]
    if status is None or (service.get("UpdateStatus") or {}).get("State") not in (None, "completed"):
        return False
    mode = next(iter(spec.get("Mode") or {"Replicated": {}}))
    settings = (spec.get("Mode") or {}).get(mode) or {}
    if mode == "ReplicatedJob":
        return bool(status.get("CompletedTasks", 0) >= settings.get("TotalCompletions", 1))
    if mode == "GlobalJob":
        return False
    wanted = settings.get("Replicas", 1) if mode == "Replicated" else status.get("DesiredTasks", 0)
    return bool(
        status.get("RunningTasks", 0) == wanted and now - seconds(service.get("UpdatedAt")) > 2 * _monitor(spec)
    )


def seconds(timestamp: str | None) -> float:
    """A time of the API ("2026-01-31T12:00:00.123456789Z") in seconds since 1970; the fraction does not matter here."""
    if not timestamp:
        return 0.0
    return (
        datetime.datetime.strptime(timestamp[:19], "%Y-%m-%dT%H:%M:%S")
        .replace(tzinfo=datetime.timezone.utc)
        .timestamp()
    )


def _monitor(spec: Object) -> float:
    return ((spec.get("UpdateConfig") or {}).get("Monitor") or 0) / SECOND or DEFAULT_MONITOR
