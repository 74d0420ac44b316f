# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tests wait: for what comes by and by, and never longer than they may."""

from __future__ import annotations

import pytest

from tests.lab import wait
from tests.lab.progress import LabError


@pytest.fixture(autouse=True)
def slept(monkeypatch):
    """Time passes only when somebody sleeps; the naps."""
    naps = []
    monkeypatch.setattr(wait.time, "monotonic", lambda: sum(naps))
    monkeypatch.setattr(wait.time, "sleep", naps.append)
    return naps


def told(*answers):
    """A look that gives or raises these, and the last of them for ever."""
    left = list(answers)

    def look():
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look


@pytest.mark.parametrize(
    ("answers", "looks"),
    [
        ([True], 1),
        ([False, "", 0, "is there"], 4),
        ([LabError("no leader"), KeyError("Cluster"), AssertionError("two of three"), True], 4),
    ],
)
def test_it_is_looked_at_until_it_is_so(slept, answers, looks):
    wait.wait_until(told(*answers))
    assert len(slept) == looks - 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (False, "the last look was not true"),
        (LabError("no leader"), "LabError: no leader"),
        (AssertionError("one of three"), "AssertionError: one of three"),
    ],
)
def test_when_time_is_over_the_reason_is_told(slept, answer, reason):
    with pytest.raises(AssertionError, match=f"it is not so after 3 s: {reason}"):
        wait.wait_until(told(answer), 3)
    assert sum(slept) == 3


def test_what_is_no_failed_look_is_not_waited_for(slept):
    with pytest.raises(ZeroDivisionError):
        wait.wait_until(told(ZeroDivisionError()))
    assert slept == []


@pytest.mark.parametrize("failures", [0, 2, 4])
def test_what_failed_is_tried_again(slept, failures):
    assert wait.again(told(*[LabError("404")] * failures, "installed")) == "installed"
    assert slept == [30] * failures


def test_the_last_failure_is_told(slept):
    with pytest.raises(LabError, match="404"):
        wait.again(told(LabError("404")), times=3, pause=1)
    assert slept == [1, 1]
