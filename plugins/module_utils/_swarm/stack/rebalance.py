# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services have their tasks unevenly spread over the nodes: a pure function of what was found.

A swarm never moves a task that runs, so nodes that came later stay empty until the tasks of a service are replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.constraints import ARCHITECTURES, eligible
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import MODES, Object, mode_of, replicas

# An update that has not ended: to begin another one would cut it short, or go on with what somebody has to look at.
_UNDER_WAY = {
    "updating": "is being updated",
    "rollback_started": "is being rolled back",
    "paused": "has an update that was paused",
    "rollback_paused": "has a rollback that was paused",
}


@dataclass(frozen=True)
class Found:
    """`tasks` are those that are wanted to run. `services` are sorted by name."""

    services: Sequence[Object] = ()
    nodes: Sequence[Object] = ()
    tasks: Sequence[Object] = ()
    warnings: tuple[str, ...] = ()
    blank: bool = False  # there is no swarm yet


@dataclass(frozen=True)
class Spread:
    """Where the running tasks of a service are."""

    service: Object
    counts: Mapping[str, int]  # NodeID -> tasks; all eligible nodes, and others that have tasks
    eligible: Collection[str]
    settled: bool  # no emptier node has changed since the tasks were created: the swarm chose to place them like that

    @property
    def uneven(self) -> bool:
        """Whether the fewest tasks on an eligible node are at least two below the most."""
        counts = [self.counts[key] for key in self.eligible]
        return bool(counts) and max(counts) - min(counts) > 1

    @property
    def running(self) -> int:
        return sum(self.counts.values())


def decide(names: Collection[str] | None, found: Found) -> Plan:
    """One update for each service that is unevenly spread. `names` are full names of services; None stands for all."""
    if found.blank:
        return Plan(warnings=found.warnings)
    if names is not None:
        _require(names, found)
    titles = titles_of(found.nodes)
    steps, warnings = [], list(found.warnings)
    for spread in spreads(found):
        if not spread.uneven:
            continue
        reason = _why_not(spread)
        if reason:
            service = spread.service["Spec"]["Name"]
            warnings.append(
                f"Service {service} is unevenly spread ({_in_words(spread, titles)}) and is left: {reason}."
            )
        else:
            steps.append(_step(spread, titles))
    return Plan(tuple(steps), tuple(warnings))


def spreads(found: Found) -> list[Spread]:
    """How the replicated services are spread."""
    tasks: dict[str, list[Object]] = {}
    for task in found.tasks:
        if task["DesiredState"] == "running" and (task.get("Status") or {}).get("State") == "running":
            tasks.setdefault(task["ServiceID"], []).append(task)
    return [
        _spread(service, found.nodes, tasks.get(service["ID"], []))
        for service in found.services
        if mode_of(service["Spec"]) == "Replicated"
    ]


def titles_of(nodes: Sequence[Object]) -> dict[str, str]:
    """NodeID -> host name, or the NodeID where several nodes share the name."""
    names = {node["ID"]: (node.get("Description") or {}).get("Hostname") or node["ID"] for node in nodes}
    shared = Counter(names.values())
    return {key: name if shared[name] == 1 else key for key, name in names.items()}


def shown(spread: Spread, titles: Mapping[str, str]) -> dict[str, int]:
    """Tasks by the titles of nodes, in their order."""
    return dict(sorted((titles.get(key, key), count) for key, count in spread.counts.items()))


def _spread(service: Object, nodes: Sequence[Object], tasks: Sequence[Object]) -> Spread:
    open_to = {node["ID"]: node for node in nodes if _accepts(node, service["Spec"])}
    counts = {**dict.fromkeys(open_to, 0), **Counter(str(task.get("NodeID")) for task in tasks)}
    most = max((counts[key] for key in open_to), default=0)
    # The service's own UpdatedAt would not do: a change of a label or of the number of replicas moves no task.
    changed = max(
        (_moment(node.get("UpdatedAt")) for key, node in open_to.items() if counts[key] < most - 1), default=()
    )
    created = min((_moment(task.get("CreatedAt")) for task in tasks), default=())
    return Spread(service, counts, frozenset(open_to), bool(created and created > changed))


def _accepts(node: Object, spec: Mapping[str, Any]) -> bool:
    """Whether a node may get tasks of a service.

    A limit of replicas for each node does not matter: nobody has more tasks after they are spread than before.
    """
    placement = (spec.get("TaskTemplate") or {}).get("Placement") or {}
    platforms = placement.get("Platforms") or []
    return (
        node["Status"]["State"] == "ready"
        and node["Spec"]["Availability"] == "active"
        and eligible(node, placement.get("Constraints") or [])
        and (not platforms or any(_runs_on(node, platform) for platform in platforms))
    )


def _runs_on(node: Object, wanted: Mapping[str, Any]) -> bool:
    """As swarmkit's PlatformFilter: what is not stated fits all."""
    own = (node.get("Description") or {}).get("Platform") or {}
    return all(
        not wanted.get(key) or _plain(wanted[key]) == _plain(own.get(key) or "") for key in ("Architecture", "OS")
    )


def _plain(word: str) -> str:
    return ARCHITECTURES.get(word, word)


def _moment(timestamp: str | None) -> tuple[str, str]:
    """A time of the API as something that can be compared: it leaves out the zeros at the end of a fraction."""
    whole, _point, fraction = (timestamp or "").rstrip("Z").partition(".")
    return whole, fraction.ljust(9, "0")


def _why_not(spread: Spread) -> str:
    state = (spread.service.get("UpdateStatus") or {}).get("State") or ""
    wanted = replicas(spread.service["Spec"])
    if state in _UNDER_WAY:
        return f"it {_UNDER_WAY[state]}"
    if spread.running != wanted:
        return f"{spread.running} of {wanted} tasks run"
    if spread.settled:
        return (
            "its tasks are newer than the last change of the emptier nodes, so they would be placed there again "
            "(reservations, placement preferences, ports of hosts, or nodes where tasks failed)"
        )
    return ""


def _step(spread: Spread, titles: Mapping[str, str]) -> Step:
    service = spread.service
    least, more = divmod(spread.running, len(spread.eligible))
    even: int | str = f"{least} or {least + 1}" if more else least  # which nodes get one more is up to the swarm
    after = {titles.get(key, key): even if key in spread.eligible else 0 for key in spread.counts}
    before = shown(spread, titles)
    return Step(
        "update",
        "service",
        service["Spec"]["Name"],
        reason="replaces all of its tasks",
        changes=tuple(
            Change(f"tasks.{node}", count, after[node]) for node, count in before.items() if count != after[node]
        ),
        payload={
            "id": service["ID"],
            "version": service["Version"]["Index"],
            "spec": _forced(service["Spec"]),
            "before": before,
        },
    )


def _forced(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The complete spec with another ForceUpdate, as of `docker service update --force`: all tasks are replaced."""
    template = spec.get("TaskTemplate") or {}
    return {**spec, "TaskTemplate": {**template, "ForceUpdate": (template.get("ForceUpdate") or 0) + 1}}


def _in_words(spread: Spread, titles: Mapping[str, str]) -> str:
    return ", ".join(f"{node}: {count}" for node, count in shown(spread, titles).items())


def _require(names: Collection[str], found: Found) -> None:
    """One error that names all services that cannot be rebalanced."""
    modes = {service["Spec"]["Name"]: mode_of(service["Spec"]) for service in found.services}
    missing = sorted(set(names) - set(modes))
    problems = [f"there is no service {', '.join(missing)}"] if missing else []
    problems += [
        f"service {name} is {MODES[modes[name]]}, and only replicated services can be spread again"
        for name in sorted(set(names) & set(modes))
        if modes[name] != "Replicated"
    ]
    if problems:
        raise SwarmError(
            f"Services cannot be rebalanced: {'; '.join(problems)}. Nothing was changed.",
            "Services are named by their full names, such as shop_web (docker service ls).",
        )
