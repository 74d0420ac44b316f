# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting, with a clock that the test turns."""

from __future__ import annotations

import math

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import LONGEST_PAUSE, poll


class Clock:
    def __init__(self) -> None:
        self.time = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


def test_what_holds_already_is_not_waited_for():
    clock = Clock()
    assert poll(lambda: 7, lambda seen: True, 10, str, clock) == 7
    assert clock.pauses == []


@pytest.mark.parametrize("after", [0.05, 0.5, 2.0, 5.7, 9.3, 30.0])
def test_a_wait_ends_soon_after_what_it_waits_for(after):
    clock = Clock()
    poll(clock.now, lambda seen: seen >= after, 60, str, clock)
    assert clock.time - after <= max(0.1, min(after / 10, LONGEST_PAUSE)) + 0.001
    assert clock.pauses[0] == 0.1


def test_looks_come_quickly_at_first_and_once_a_second_in_the_end():
    clock = Clock()
    poll(clock.now, lambda seen: seen > 30, 60, str, clock)
    assert clock.pauses == sorted(clock.pauses)
    assert max(clock.pauses) == LONGEST_PAUSE
    assert len(clock.pauses) < 60


def test_a_known_moment_is_not_missed_by_a_pause():
    """From the tenth second on all is as it should be, and has to stay so until 12.3."""
    clock = Clock()
    poll(
        clock.now,
        lambda seen: seen >= 12.3,
        60,
        str,
        clock,
        due=lambda seen: 12.3 - seen if seen >= 10 else math.inf,
    )
    assert clock.time == pytest.approx(12.3)
    assert len(clock.pauses) < 40


def test_the_end_of_the_wait_tells_what_was_last_seen():
    clock = Clock()
    with pytest.raises(Timeout, match=r"^Timed out after 5 s: 3 of 5 ready$"):
        poll(lambda: 3, lambda seen: seen == 5, 5, lambda seen: f"{seen} of 5 ready", clock)
    assert clock.time == pytest.approx(5)


def test_a_timeout_of_zero_is_one_look():
    clock = Clock()
    with pytest.raises(Timeout):
        poll(lambda: 3, lambda seen: False, 0, str, clock)
    assert clock.pauses == []
