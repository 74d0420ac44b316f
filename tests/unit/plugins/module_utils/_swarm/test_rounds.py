# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wait in rounds: when a round ends, what the next one knows, and that the timeout is that of all of them."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, Unfinished, is_news, watched


class Clock:
    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds


@pytest.mark.parametrize(
    ("now", "shown", "seconds", "ends"),
    [("a", "", 0.5, False), ("a", "", 1, True), ("a", "a", 14, False), ("a", "a", 15, True)],
)
def test_a_round_ends_with_news_or_after_a_while(now, shown, seconds, ends):
    assert is_news(now, shown, seconds) is ends


def rounds_of(clock, end, timeout, shown="", about="drain"):
    """(the lines of all rounds with their seconds, how it ended); what is seen changes at the fourth second."""
    lines, ticket = [], {"shown": shown}
    for _round in range(20):
        try:
            watched(
                Ticket(**ticket),
                about,
                clock.now,
                lambda now: now >= end,
                timeout,
                lambda now: "two left." if now < 4 else "one left.",
                clock=clock,
            )
        except Unfinished as pause:
            ticket = pause.facts["unfinished"]["ticket"]
            lines.append((round(ticket["waited"]), ticket["about"], pause.facts["unfinished"]["line"]))
        except Timeout as end_of_time:
            return lines, end_of_time.message
        else:
            return lines, "reached"
    raise AssertionError(f"the wait has no end: {lines}")


@pytest.mark.parametrize("end", [0, 0.5])
def test_what_is_reached_at_once_needs_one_round(end):
    assert rounds_of(Clock(), end, 60) == ([], "reached")


def test_each_change_is_shown_and_then_for_how_long():
    clock = Clock()
    lines, ended = rounds_of(clock, 25, 60)
    assert lines == [(1, "drain", "two left"), (4, "drain", "one left"), (20, "drain", "one left")]
    assert ended == "reached"
    assert clock.now() == pytest.approx(25, abs=1)


def test_rounds_share_their_timeout():
    clock = Clock()
    lines, ended = rounds_of(clock, 1000, 30)
    assert len(lines) == 3
    assert ended == "Timed out after 30 s: one left."
    assert clock.now() == pytest.approx(30, abs=1)


def test_where_nobody_shows_anything_there_is_one_round():
    assert rounds_of(Clock(), 25, 60, shown=None) == ([], "reached")


def test_the_time_of_another_wait_does_not_count():
    clock = Clock()
    ticket = Ticket(about="drain of a", waited=50, shown="left")
    with pytest.raises(Unfinished):
        watched(ticket, "drain of b", clock.now, lambda now: False, 60, lambda now: "left", clock=clock)
    assert (ticket.about, round(ticket.waited)) == ("drain of b", 1)
