# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What service_scale writes, as a function of what was found."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scale import decide, read_wishes
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import State

WISHES = {
    "numbers": ({"a": 0, "b": 3}, {"a": 0, "b": 3}),
    "a text, as templates make it": ({"a": "3"}, {"a": 3}),
    "nothing": ({}, {}),
}
REFUSED = {
    "negative": -1,
    "negative text": "-1",
    "fraction": 1.5,
    "word": "many",
    "nothing": None,
    "empty": "",
    "truth": True,
    "a raised digit": "²",
    "list": [1],
}


@pytest.mark.parametrize(("option", "expected"), WISHES.values(), ids=WISHES.keys())
def test_wishes(option, expected):
    assert read_wishes(option) == expected


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_number_of_replicas_is_refused(value):
    with pytest.raises(SwarmError, match=r"services\[a\] must be a number of replicas.*Nothing was changed"):
        read_wishes({"a": value, "b": 1})


def test_all_that_is_wrong_is_named():
    with pytest.raises(SwarmError, match=r"services\[a\].*services\[c\]"):
        read_wishes({"a": -1, "b": 1, "c": "x"})


def service(name, mode=None, **spec):
    return {"ID": f"id-{name}", "Version": {"Index": 7}, "Spec": {"Name": name, "Mode": mode, **spec}}


def replicated(number):
    return {"Replicated": {"Replicas": number}}


JOB = {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 3}}

# (mode, wished number, difference, mode to write)
CASES = {
    "up": (replicated(2), 5, "2 -> 5", replicated(5)),
    "down to nothing": (replicated(2), 0, "2 -> 0", replicated(0)),
    "up from nothing": (replicated(0), 1, "0 -> 1", replicated(1)),
    "no mode stated": (None, 2, "1 -> 2", replicated(2)),
    "no number stated": ({"Replicated": None}, 2, "1 -> 2", replicated(2)),
    "a job": (JOB, 5, "3 -> 5", {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 5}}),
}


@pytest.mark.parametrize(("mode", "number", "difference", "written"), CASES.values(), ids=CASES.keys())
def test_a_service_with_another_number_is_updated(mode, number, difference, written):
    plan = decide({"st_web": number}, State(services=[service("st_web", mode, TaskTemplate={"ForceUpdate": 4})]))
    assert plan.diff() == {"prepared": f"service st_web.deploy.replicas: {difference}\n"}
    (step,) = plan
    assert step.payload == {
        "id": "id-st_web",
        "version": 7,
        "spec": {"Name": "st_web", "Mode": written, "TaskTemplate": {"ForceUpdate": 4}},
    }


UNCHANGED = {"replicated": (replicated(2), 2), "by default": (None, 1), "nothing": (replicated(0), 0), "job": (JOB, 3)}


@pytest.mark.parametrize(("mode", "number"), UNCHANGED.values(), ids=UNCHANGED.keys())
def test_what_is_right_is_left_alone(mode, number):
    assert not decide({"st_web": number}, State(services=[service("st_web", mode)]))


def test_steps_are_in_the_order_of_the_names():
    found = State(services=[service(name) for name in ("c", "a", "b")])
    assert [step.name for step in decide({"b": 2, "c": 2, "a": 2}, found)] == ["a", "b", "c"]


def test_all_services_that_cannot_be_scaled_are_one_error():
    found = State(services=[service("web"), service("agent", {"Global": {}}), service("scan", {"GlobalJob": {}})])
    with pytest.raises(SwarmError) as caught:
        decide({"web": 2, "agent": 2, "scan": 1, "y": 1, "x": 1}, found)
    assert caught.value.message == (
        "Services cannot be scaled: there is no service x, y; "
        "service agent is global, and only replicated and replicated-job services have a number of replicas; "
        "service scan is global-job, and only replicated and replicated-job services have a number of replicas. "
        "Nothing was changed."
    )


def test_in_check_mode_a_swarm_that_is_yet_to_be_is_planned_for():
    plan = decide({"b": 0, "a": 2}, State(blank=True, warnings=("none yet",)))
    assert plan.diff()["prepared"].splitlines() == [
        "service a.deploy.replicas: (absent) -> 2",
        "service b.deploy.replicas: (absent) -> 0",
    ]
    assert plan.warnings == ("none yet",)
