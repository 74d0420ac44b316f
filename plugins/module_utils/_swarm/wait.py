# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only place that sleeps."""

from __future__ import annotations

import math
import time
from typing import Callable, Protocol, TypeVar

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import Timeout

Seen = TypeVar("Seen")

# A wait ends at most a tenth later than what it waits for, or a second; not even that where the moment is known.
SHARE = 0.1
SHORTEST_PAUSE = 0.1  # seconds
LONGEST_PAUSE = 1.0


class Clock(Protocol):
    """What waiting needs to know of time: a reading in seconds, and a way to let time pass."""

    def now(self) -> float:
        """Seconds since some moment in the past."""

    def sleep(self, seconds: float) -> None:
        """Return when so many seconds are over."""


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def poll(
    read: Callable[[], Seen],
    reached: Callable[[Seen], bool],
    timeout: float,
    describe: Callable[[Seen], str],
    clock: Clock | None = None,
    waited: float = 0.0,
    due: Callable[[Seen], float] = lambda seen: math.inf,
) -> Seen:
    """Read until `reached` says yes, and return what was read.

    `timeout` is in seconds, of which `waited` are over already; there is always at least one read. When it ends,
    Timeout carries `describe` of what was last seen. Errors of `read` and `reached` end the wait. `due` says in how
    many seconds what was seen is enough if nothing else happens.
    """
    clock = clock or SystemClock()
    start = clock.now() - waited
    while True:
        seen = read()
        if reached(seen):
            return seen
        passed = clock.now() - start
        if passed >= timeout:
            raise Timeout(f"Timed out after {timeout:g} s: {describe(seen)}")
        pause = min(max(passed * SHARE, SHORTEST_PAUSE), LONGEST_PAUSE, due(seen))
        clock.sleep(min(pause, timeout - passed))
