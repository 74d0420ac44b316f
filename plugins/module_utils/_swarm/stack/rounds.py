# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a rollout in rounds: what has to be remembered, and the line that is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm import rounds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.converge import Progress

MOST_SERVICES = 6  # in one line


@dataclass
class WatchTicket(rounds.Ticket):
    """What is to be remembered of services that are watched until they have converged."""

    since: dict[str, float] = field(default_factory=dict)  # ID of a running task -> since when, in seconds since 1970


@dataclass
class Ticket(WatchTicket):
    """What the deployment of a stack has to remember."""

    changed: dict[str, str] = field(default_factory=dict)  # ID of a service that was written to -> overtaken.mark()
    before: list[str] | None = None  # IDs of the tasks before the first write to a service, once it comes
    previous: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # ID of an updated service -> its spec before
    # Once previous specs were restored, after what: {"message", "hint", "facts", "restored": [names of services]}.
    failure: dict[str, Any] = field(default_factory=dict)


@dataclass
class RemovalTicket(rounds.Ticket):
    """What the removal of a stack has to remember."""

    networks: list[str] = field(default_factory=list)  # IDs of those that it removed


def line(services: Sequence[Progress], stack: str) -> str:
    """`web 2/3 running, 1 starting; 4 of 5 services run`."""
    behind = [service for service in services if not service.converged]
    if not behind:
        return f"all {len(services)} services run, and are watched for their monitor periods"
    shown = [str(service).removeprefix(f"{stack}_") for service in behind[:MOST_SERVICES]]
    more = len(behind) - len(shown)
    others = [f"{more} more"] if more else []
    return "; ".join([*shown, *others, f"{len(services) - len(behind)} of {len(services)} services run"])
