# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The four steps: in which order, and what becomes of conflicts and failures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, OutOfSequence, Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import ATTEMPTS, Duty, fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step


class Shelf:
    """A world of names that are to be present, with someone who interferes."""

    def __init__(self, wanted, conflicts=0, refuses=""):
        self.wanted = wanted
        self.present: list[str] = []
        self.conflicts = conflicts
        self.refuses = refuses
        self.settled = False

    def duty(self):
        return Duty(
            read=lambda engine: tuple(self.present),
            decide=lambda state: Plan(
                tuple(Step("create", "thing", name) for name in self.wanted if name not in state)
            ),
            perform=self.perform,
            result=lambda state: {"present": state},
            settle=self.settle,
        )

    def perform(self, engine, step):
        if step.name == self.refuses:
            raise EngineError("no room", 500)
        self.present.append(step.name)
        if self.conflicts:
            self.conflicts -= 1
            self.present.remove(step.name)
            raise OutOfSequence("update out of sequence", 500)

    def settle(self, engine, state, plan):
        self.settled = True
        return tuple(self.present)


def names(plan):
    return [step.name for step in plan]


def test_check_mode_plans_and_touches_nothing():
    shelf = Shelf(["a", "b"])
    plan, state = fulfil(None, shelf.duty(), check_mode=True)
    assert (names(plan), state, shelf.present, shelf.settled) == (["a", "b"], (), [], False)


def test_a_second_run_has_an_empty_plan():
    shelf = Shelf(["a", "b"])
    first, state = fulfil(None, shelf.duty(), check_mode=False)
    second, _state = fulfil(None, shelf.duty(), check_mode=False)
    assert (names(first), state, names(second), shelf.settled) == (["a", "b"], ("a", "b"), [], True)


def test_a_conflict_is_read_again_and_each_step_is_reported_once():
    shelf = Shelf(["a", "b"], conflicts=2)
    plan, _state = fulfil(None, shelf.duty(), check_mode=False)
    assert names(plan) == ["a", "b"]


def test_endless_conflicts_are_given_up():
    with pytest.raises(OutOfSequence):
        fulfil(None, Shelf(["a"], conflicts=ATTEMPTS).duty(), check_mode=False)


def test_each_step_is_confirmed_before_the_next_and_told_of_when_that_fails():
    shelf = Shelf(["a", "b"])

    def confirm(engine, step):
        if len(shelf.present) == 2:
            raise Timeout(f"{step.name} does not hold.")

    with pytest.raises(Timeout, match="b does not hold") as failure:
        fulfil(None, replace(shelf.duty(), confirm=confirm), check_mode=False)
    assert failure.value.facts["changed"] is True
    assert [step["name"] for step in failure.value.facts["plan"]] == ["a", "b"]
    fulfil(None, replace(Shelf(["a", "b", "c"]).duty(), confirm=confirm), check_mode=True)


def test_a_failure_tells_what_had_been_done():
    with pytest.raises(EngineError) as failure:
        fulfil(None, Shelf(["a", "b", "c"], refuses="b").duty(), check_mode=False)
    assert failure.value.facts["changed"] is True
    assert [step["name"] for step in failure.value.facts["plan"]] == ["a"]
