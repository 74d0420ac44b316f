# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting of tests: what hosts and Engines reach by and by is looked at again and again, here and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from .progress import LabError, say

Result = TypeVar("Result")


def wait_until(reached: Callable[[], object], seconds: float = 60) -> None:
    """Look twice a second until what is returned is true. After a look that fails there is one more to come: managers
    that have just lost their leader refuse to answer for some seconds, or leave out what only a leader knows. So there
    is after one with an assertion of its own, which is the reason that is told when time is over.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            if reached():
                return
            reason = "the last look was not true"
        except (LabError, AssertionError, KeyError) as error:
            reason = f"{type(error).__name__}: {error}"
        assert time.monotonic() < deadline, f"it is not so after {seconds} s: {reason}"
        time.sleep(0.5)


def again(attempt: Callable[[], Result], times: int = 5, pause: float = 30) -> Result:
    """What an attempt returns; after LabError, it is made again. For packages: from a mirror that follows its archive
    they are missing for minutes.
    """
    for _time in range(times - 1):
        try:
            return attempt()
        except LabError as error:
            say(f"tried again in {pause:.0f} s: {str(error)[-300:]}")
            time.sleep(pause)
    return attempt()
