# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting in rounds: a module cannot say anything before it ends, and the controller is to show how a wait goes on.

A round ends when there is something new to show. What it has to remember goes to the controller as a ticket, and comes
back with the next call of the module, which goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Callable, TypeVar

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import Clock, SystemClock, poll

Seen = TypeVar("Seen")

SHORTEST = 1.0  # seconds; news that come together are shown together
LONGEST = 15.0  # seconds; then it is said how long the wait has lasted already


@dataclass
class Ticket:
    """What a run has to remember from one round to the next, as plain data. A module may have more to remember."""

    about: str = ""  # what is waited for
    waited: float = 0.0  # seconds, in all rounds
    shown: str | None = None  # the last line; None where nobody shows any, so that there is only one round

    def turn_to(self, about: str) -> None:
        """Another wait has its own time and its own lines."""
        if about != self.about:
            self.about, self.waited = about, 0.0
            self.shown = None if self.shown is None else ""


def ticket_of(options: Mapping[str, Any]) -> Ticket:
    """Of the options of a module that has nothing more to remember. Without a ticket nobody shows anything."""
    return Ticket(**(options.get("ticket") or {}))


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


def watched(
    ticket: Ticket,
    about: str,
    read: Callable[[], Seen],
    reached: Callable[[Seen], bool],
    timeout: float,
    describe: Callable[[Seen], str],
    line: Callable[[Seen], str] | None = None,
    clock: Clock | None = None,
    first: float = SHORTEST,
) -> Seen:
    """As poll(), in rounds. `about` tells this wait from others of the same run; `line` is shown, or else `describe`.
    Nothing is shown before `first` seconds are over: for waits that seldom take longer.

    Only for what the next call of the module comes to again, and then waits for: everything before has been done.
    """
    clock = clock or SystemClock()
    ticket.turn_to(about)
    began, before = clock.now(), ticket.waited

    def is_over(seen: Seen) -> bool:
        if reached(seen):
            return True
        seconds = clock.now() - began
        if ticket.shown is not None and seconds >= SHORTEST and before + seconds >= first:
            words = (line or describe)(seen).rstrip(".")
            if is_news(words, ticket.shown, seconds):
                ticket.waited, ticket.shown = before + seconds, words
                raise Unfinished(words).leave(ticket)
        return False

    return poll(read, is_over, timeout, describe, clock, waited=before)
