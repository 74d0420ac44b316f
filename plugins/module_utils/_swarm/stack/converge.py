# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the services of a stack run as they should: a pure judgement of what the Engine lists.

Tasks are those of the current specs (the Engine's filter `_up-to-date`, swarmkit orchestrator.IsTaskDirty), so tasks
of an older spec that still run do not count.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import shown
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import constraints
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import MODES, mode_of, replicas

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
COMPLETE = STATES.index("complete")
DEFAULT_MONITOR = 5.0  # seconds; api/defaults/service.go
SECOND = 1_000_000_000

ROLLOUT_FAILURES = {
    "paused": "the update was paused",
    "rollback_completed": "the update was rolled back",
    "rollback_paused": "the rollback of the update was paused",
}


@dataclass(frozen=True)
class Look:
    """What was seen at one moment: `at` in seconds of a clock that only goes forward, `now` in seconds since 1970."""

    services: Sequence[Object]
    tasks: Sequence[Object]
    nodes: Sequence[Object]
    at: float = 0.0
    now: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How far a service is. `running` counts completed tasks for a job; `failure` says why it will never get there."""

    id: str
    name: str
    mode: str
    wanted: int
    running: int
    monitor: float
    since: Mapping[str, float] = field(default_factory=dict)  # ID of each task that counts -> seconds since 1970
    failure: str = ""
    states: tuple[tuple[str, int], ...] = ()  # how many tasks are on their way, by state
    changed: bool = False  # by this run
    rolling_back: bool = False  # the running tasks are those of the spec before
    places: int = 0  # how many slots (or nodes) have a task of the current spec, in whatever state

    @property
    def converged(self) -> bool:
        return self.running == self.wanted and not self.failure and not self.rolling_back

    def __str__(self) -> str:
        on_the_way = "".join(f", {count} {state}" for state, count in self.states)
        verb = "complete" if self.mode.endswith("job") else "running"
        return f"{self.name} {self.running}/{self.wanted} {verb}{on_the_way}"


def progress(look: Look, changed: Collection[str] = (), before: Collection[str] = ()) -> list[Progress]:
    """The progress of each service.

    `changed` are the IDs of the services that this run wrote to, `before` those of the tasks that there were before:
    when a spec that failed is deployed again, its old tasks count as up to date, and say nothing of this attempt.
    """
    nodes = {node["ID"]: node for node in look.nodes}
    tasks: dict[str, list[Object]] = {}
    for task in look.tasks:
        tasks.setdefault(task["ServiceID"], []).append(task)
    services = sorted(look.services, key=lambda service: str(service["Spec"]["Name"]))
    return [
        _progress(service, tasks.get(service["ID"], []), nodes, service["ID"] in changed, before)
        for service in services
    ]


def monitored_since(earlier: Mapping[str, float], services: Iterable[Progress], look: Look) -> dict[str, float]:
    """For each task that counts, since when it does without a gap, by the clock of `look.at`.

    Tasks of a service that this run changed are watched from the moment they are seen. Those of other services count
    from when they began by their own account, so a run that changes nothing does not wait for what runs long since.
    """
    return {
        task: earlier.get(task, look.at - (0.0 if service.changed else max(0.0, look.now - began)))
        for service in services
        for task, began in service.since.items()
    }


def is_stable(service: Progress, since: Mapping[str, float], at: float) -> bool:
    """Whether a service has been converged for its monitor period."""
    return stable_in(service, since, at) <= 0


def stable_in(service: Progress, since: Mapping[str, float], at: float) -> float:
    """How many seconds of its monitor period are left to a service; infinitely many while it has not converged. A job
    is done when it is done.
    """
    if not service.converged:
        return math.inf
    if service.mode.endswith("job"):
        return 0.0
    return max((since.get(task, at) + service.monitor - at for task in service.since), default=0.0)


def _progress(
    service: Object, tasks: Sequence[Object], nodes: Mapping[str, Object], changed: bool, before: Collection[str]
) -> Progress:
    spec = service["Spec"]
    mode = mode_of(spec)
    is_job = mode in ("ReplicatedJob", "GlobalJob")
    iteration = _iteration(service.get("JobStatus"))
    latest = [
        task
        for task in _latest((task for task in tasks if not is_job or _iteration(task) == iteration), mode)
        if not _is_down(nodes, task.get("NodeID"))
    ]
    final = ("complete",) if is_job else _final_states(spec)
    counted = [task for task in latest if _state(task) in final and (_is_alive(task) or _is_done(task))]
    done = {task["ID"] for task in counted}
    alive = [task for task in latest if _is_alive(task) and task["ID"] not in done]
    wanted = _wanted(spec, nodes, {task.get("NodeID") for task in latest})
    given_up = _given_up(task for task in latest if not changed or task["ID"] not in before)
    return Progress(
        id=service["ID"],
        name=spec["Name"],
        mode=MODES[mode],
        wanted=wanted,
        running=len(counted),
        monitor=_monitor(spec),
        since={task["ID"]: seconds((task.get("Status") or {}).get("Timestamp")) for task in counted},
        failure=_failure(service, changed, given_up if len(counted) + len(alive) < wanted else 0),
        states=_by_state(alive),
        changed=changed,
        places=len(latest),
        rolling_back=(service.get("UpdateStatus") or {}).get("State") == "rollback_started",
    )


def _final_states(spec: Object) -> tuple[str, ...]:
    """The states that the tasks of a service are to reach: where success is not restarted, they may end."""
    condition = ((spec.get("TaskTemplate") or {}).get("RestartPolicy") or {}).get("Condition")
    return ("running", "complete") if condition in ("none", "on-failure") else ("running",)


def _is_alive(task: Object) -> bool:
    """Whether the swarm still wants something of a task. One that has just failed is, until it has a successor."""
    return STATES.index(task["DesiredState"]) <= COMPLETE


def _is_done(task: Object) -> bool:
    return _state(task) == "complete" and task["DesiredState"] != "remove"


def _given_up(latest: Iterable[Object]) -> int:
    """How many tasks failed and have no successor: the restart policy wants none."""
    return sum(not _is_alive(task) and _state(task) in ("failed", "rejected") for task in latest)


def _wanted(spec: Object, nodes: Mapping[str, Object], present: Collection[str | None]) -> int:
    stated = replicas(spec)
    if stated is not None:
        return stated
    rules = ((spec.get("TaskTemplate") or {}).get("Placement") or {}).get("Constraints") or []
    return sum(
        constraints.eligible(node, rules)
        and node["Status"]["State"] != "down"
        # A paused node keeps the tasks that it has, and gets no new ones.
        and (node["Spec"]["Availability"] == "active" or (node["Spec"]["Availability"] == "pause" and key in present))
        for key, node in nodes.items()
    )


def _failure(service: Object, changed: bool, given_up: int) -> str:
    """Why the rollout of this run ended without success.

    An update clears the status of the one before, so the status of a service that was written to in this run is this
    run's. That of any other service may be years old.
    """
    status = service.get("UpdateStatus") or {}
    state = status.get("State")
    verdict = ROLLOUT_FAILURES.get(state or "")
    if changed and verdict:
        return f"{verdict} ({status.get('Message') or 'no reason given'})"
    if given_up and state not in ("updating", "rollback_started"):
        return f"{given_up} failed and will not be restarted"
    return ""


def _latest(tasks: Iterable[Object], mode: str) -> list[Object]:
    """One task for each slot (of a global service: each node): the one that is wanted most, and is least far along.

    The slots of a job begin with 0, which is not listed.
    """
    best: dict[Any, Object] = {}
    for task in tasks:
        place = task.get("Slot", 0) if mode.startswith("Replicated") else task.get("NodeID") or task["ID"]
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


def _by_state(tasks: Iterable[Object]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for task in tasks:
        counts[_state(task)] = counts.get(_state(task), 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: STATES.index(item[0])))


def errors(tasks: Iterable[Object], nodes: Iterable[Object]) -> list[dict[str, Any]]:
    """The distinct errors of tasks, most frequent first: [{"error", "count", "nodes": [host names]}]."""
    names = {node["ID"]: (node.get("Description") or {}).get("Hostname") or node["ID"] for node in nodes}
    found: dict[str, dict[str, Any]] = {}
    for task in tasks:
        text = shown((task.get("Status") or {}).get("Err"))  # it may have the command that failed
        if text:
            entry = found.setdefault(text, {"error": text, "count": 0, "nodes": []})
            entry["count"] += 1
            name = names.get(task.get("NodeID") or "", "")
            if name and name not in entry["nodes"]:
                entry["nodes"].append(name)
    return sorted(found.values(), key=lambda entry: (-entry["count"], entry["error"]))


def leaving(tasks: Iterable[Object], nodes: Iterable[Object]) -> list[str]:
    """The IDs of those tasks of removed services that still hold something: a container, a network, a port.

    A task of a node that is down is left until the node is back. Engine 20.10 keeps the tasks of removed jobs that have
    ended, or that never got a node, for good.
    """
    down = {node["ID"] for node in nodes if node["Status"]["State"] == "down"}
    return [
        task["ID"]
        for task in tasks
        if task.get("NodeID")
        and task["NodeID"] not in down
        and (task["DesiredState"] == "remove" or STATES.index(_state(task)) < COMPLETE)
    ]


def unwanted(tasks: Iterable[Object], nodes: Iterable[Object]) -> list[str]:
    """The IDs of tasks that still run although the swarm wants them to end, apart from those of nodes that are down."""
    return leaving((task for task in tasks if not _is_alive(task) and STATES.index(_state(task)) < COMPLETE), nodes)


def stalled(look: Look) -> list[str]:
    """The names of services whose update was left paused before it came to all tasks: it takes another one to go on."""
    paused = {item["ID"] for item in look.services if (item.get("UpdateStatus") or {}).get("State") == "paused"}
    return [service.name for service in progress(look) if service.id in paused and service.places < service.wanted]


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
    mode, stated = mode_of(spec), replicas(spec)
    if mode == "ReplicatedJob":
        return bool(status.get("CompletedTasks", 0) >= (stated or 0))
    if mode == "GlobalJob":
        return False
    wanted = status.get("DesiredTasks", 0) if stated is None else stated
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
