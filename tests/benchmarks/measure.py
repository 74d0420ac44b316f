# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A row of the table, and how it is measured: alternately, the middle of several rounds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OURS, PEER, LIMIT = "ours", "peer", "limit"
CONTENDERS = (OURS, PEER, LIMIT)

ROUNDS = 5
FEW_ROUNDS = 3

Say = Callable[[str], None]
# Does it once, and says what it cost: seconds, or requests.
Measure = Callable[[], float]


@dataclass(frozen=True)
class Row:
    """What is measured, and what is to come of it.

    The peer's cost is to be at least `times_faster` that of ours, and ours at most `times_limit` the limit. `before`
    makes things ready for a contender, and is not timed. A row that takes long has fewer `rounds`, unless a run says
    how many all have.
    """

    name: str
    measures: Mapping[str, Measure]
    times_faster: float | None = None
    times_limit: float | None = None
    limit: str = ""
    unit: str = "s"
    rounds: int = ROUNDS
    before: Callable[[str], None] = field(default=lambda contender: None)
    note: str = ""


@dataclass(frozen=True)
class Outcome:
    """A row, and all that was measured of it."""

    row: Row
    values: Mapping[str, Sequence[float]]

    def median(self, contender: str) -> float | None:
        return statistics.median(self.values[contender]) if self.values.get(contender) else None

    @property
    def faster(self) -> float | None:
        """How many times as much as ours the peer takes."""
        return _ratio(self.median(PEER), self.median(OURS))

    @property
    def of_limit(self) -> float | None:
        """How many times the limit ours takes."""
        return _ratio(self.median(OURS), self.median(LIMIT))

    @property
    def misses(self) -> list[str]:
        """Each target that was not reached, in words."""
        missed = []
        if self.row.times_faster and self.faster is not None and self.faster < self.row.times_faster:
            missed.append(f"{self.faster:.2f} x of {self.row.times_faster:g} x")
        if self.row.times_limit and self.of_limit is not None and self.of_limit > self.row.times_limit:
            missed.append(f"{self.of_limit:.2f} x limit of {self.row.times_limit:g} x")
        return missed

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.row.name,
            "unit": self.row.unit,
            "values": {contender: [round(value, 4) for value in values] for contender, values in self.values.items()},
            "medians": {contender: self.median(contender) for contender in self.values},
            "times_faster": {"is": self.faster, "wanted": self.row.times_faster},
            "times_limit": {"is": self.of_limit, "wanted": self.row.times_limit},
            "limit": self.row.limit,
            "misses": self.misses,
            "note": self.row.note,
        }


def measured(row: Row, rounds: int | None, say: Say) -> Outcome:
    """Each contender in each round, and another one first in the next: what disturbs the machine meets all of them."""
    rounds = rounds or row.rounds if row.unit == "s" else 1  # counts are the same each time
    values: dict[str, list[float]] = {contender: [] for contender in CONTENDERS if contender in row.measures}
    for number in range(rounds):
        order = list(values)
        turn = number % len(order)
        for contender in order[turn:] + order[:turn]:
            row.before(contender)
            values[contender].append(row.measures[contender]())
        latest = ", ".join(f"{contender} {found[-1]:.2f}" for contender, found in values.items())
        say(f"  {number + 1} of {rounds}: {latest} {row.unit}")
    return Outcome(row, values)


def seconds(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def _ratio(upper: float | None, lower: float | None) -> float | None:
    return None if upper is None or not lower else upper / lower
