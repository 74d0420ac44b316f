# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until the services of a stack have converged, and telling what keeps them from it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, SwarmError, Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import converge
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.converge import Look, Progress
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rotate import NAMESPACE_LABEL
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import Clock, SystemClock, poll

LOG_LINES = 10


@dataclass
class Watch:
    """Looks again and again, and remembers since when each task has been running."""

    engine: Engine
    stack: str
    names: Collection[str]  # of the services that are waited for
    changed: Collection[str]  # IDs of the services that this run wrote to
    clock: Clock = field(default_factory=SystemClock)
    since: dict[str, float] = field(default_factory=dict)

    def look(self) -> tuple[Look, list[Progress]]:
        own = {"label": [f"{NAMESPACE_LABEL}={self.stack}"]}
        services = [item for item in self.engine.services(own) if item["Spec"]["Name"] in self.names]
        tasks = self.engine.tasks({**own, "_up-to-date": ["true"]})
        look = Look(services, tasks, self.engine.nodes(), self.clock.now())
        seen = converge.progress(look, self.changed)
        self.since = converge.monitored_since(self.since, seen, look.at)
        return look, seen

    def is_over(self, seen: tuple[Look, list[Progress]]) -> bool:
        look, services = seen
        stable = all(converge.is_stable(service, self.since, look.at) for service in services)
        return stable or any(service.failure for service in services)


def converged(watch: Watch, timeout: float) -> list[Progress]:
    """Wait until all services have converged. Raises a SwarmError that says of each other one what is wrong with it."""
    last: list[tuple[Look, list[Progress]]] = []

    def look() -> tuple[Look, list[Progress]]:
        last[:] = [watch.look()]
        return last[0]

    try:
        seen, services = poll(look, watch.is_over, timeout, lambda seen: "", watch.clock)
    except Timeout as problem:
        seen, services = last[0]
        raise _failure(watch, seen, services, f"did not converge within {timeout:g} s") from problem
    if any(service.failure for service in services):
        raise _failure(watch, seen, services, "was not rolled out")
    return services


def _failure(watch: Watch, look: Look, services: Sequence[Progress], what: str) -> SwarmError:
    own = {"label": [f"{NAMESPACE_LABEL}={watch.stack}"]}
    ids = {item["Spec"]["Name"]: item["ID"] for item in look.services}
    tasks = watch.engine.tasks(own)
    reports = []
    for service in services:
        if service.converged and not service.failure:
            continue
        own_tasks = [task for task in tasks if task["ServiceID"] == ids[service.name]]
        reports.append(
            {
                "name": service.name,
                "wanted": service.wanted,
                "running": service.running,
                "failure": service.failure,
                "errors": converge.errors(own_tasks, look.nodes),
                "log": _log(watch.engine, own_tasks),
            }
        )
    lines = "; ".join(
        _sentence(service, report) for service, report in zip((s for s in services if not s.converged), reports)
    )
    return SwarmError(f"Stack {watch.stack} {what}: {lines}.", services=reports)


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
