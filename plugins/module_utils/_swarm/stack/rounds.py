# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting in rounds: a module cannot say anything before it ends, and the controller is to show how a rollout goes on.

A round ends when there is something new to show. What it has to remember goes to the controller as a ticket, and comes
back with the next call of the module, which goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.converge import Progress

SHORTEST = 1.0  # seconds; news that come together are shown together
LONGEST = 20.0  # seconds; then it is said how long the wait has lasted already
MOST_SERVICES = 6  # in one line


@dataclass
class Ticket:
    """What a run has to remember from one round to the next, as plain data."""

    changed: dict[str, str] = field(default_factory=dict)  # ID of a service that was written to -> overtaken.mark()
    before: list[str] | None = None  # IDs of the tasks before the first write to a service, once it comes
    previous: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # ID of an updated service -> its spec before
    since: dict[str, float] = field(default_factory=dict)  # ID of a running task -> since when, in seconds since 1970
    waited: float = 0.0  # seconds, in all rounds
    shown: str | None = None  # the last line; None where nobody shows any, so that there is only one round
    # Once previous specs were restored, after what: {"message", "hint", "facts", "restored": [names of services]}.
    failure: dict[str, Any] = field(default_factory=dict)


class Unfinished(SwarmError):
    """There is news, and the wait is not over. The fact `unfinished` is for the controller: {"line", "ticket"}."""

    def __init__(self, line: str) -> None:
        super().__init__(line, "The wait goes on with the next call of the module, which its action plugin makes.")
        self.line = line

    def leave(self, ticket: Ticket) -> Unfinished:
        self.facts["unfinished"] = {"line": self.line, "ticket": asdict(ticket)}
        return self


def is_news(line: str, shown: str, seconds: float) -> bool:
    """Whether a round of so many seconds ends here; `shown` is the line before."""
    return seconds >= LONGEST or (seconds >= SHORTEST and line != shown)


def line(services: Sequence[Progress], stack: str) -> str:
    """`web 2/3 running, 1 starting; 4 of 5 services run`."""
    behind = [service for service in services if not service.converged]
    if not behind:
        return f"all {len(services)} services run, and are watched for their monitor periods"
    shown = [str(service).removeprefix(f"{stack}_") for service in behind[:MOST_SERVICES]]
    more = len(behind) - len(shown)
    others = [f"{more} more"] if more else []
    return "; ".join([*shown, *others, f"{len(services) - len(behind)} of {len(services)} services run"])
