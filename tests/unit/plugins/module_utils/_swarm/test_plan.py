# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans as data: what they say, and what they keep to themselves."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import (
    ABSENT,
    Change,
    Plan,
    Step,
    changes_between,
    merge_plans,
    shown,
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, ()),
        ({"a": 1}, {"a": 1}, ()),
        ({"a": 1}, {"a": 2}, (Change("a", 1, 2),)),
        ({"a": ""}, {}, (Change("a", "", ABSENT),)),
        ({}, {"a": None}, (Change("a", ABSENT, None),)),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [2, 1]}}, (Change("a.b", [1, 2], [2, 1]),)),
        ({"a": 0}, {"a": False}, (Change("a", 0, False),)),
        ({"b": 1, "a": 1}, {"c": 1}, (Change("a", 1, ABSENT), Change("b", 1, ABSENT), Change("c", ABSENT, 1))),
    ],
)
def test_changes_are_found_by_presence_and_in_order(before, after, expected):
    assert changes_between(before, after) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a b", "a b"),
        ("", '""'),
        (" a", '" a"'),
        ("a\nb", '"a\\nb"'),
        (None, "null"),
        (ABSENT, "(absent)"),
        ([1], "[1]"),
    ],
)
def test_a_value_is_shown_on_one_line(value, expected):
    assert shown(value) == expected


def test_a_payload_is_never_shown():
    plan = Plan((Step("create", "secret", "key", payload={"Data": "aHVzaA=="}),))
    assert "aHVzaA" not in repr(plan) + str(plan.as_list()) + str(plan.diff())


def test_the_diff_has_a_line_for_each_field_and_for_each_step_that_is_more():
    fields = (Change("image", "a:1", "a:2"), Change("user", ABSENT, "root"))
    plan = Plan(
        (
            Step("create", "network", "front"),
            Step("update", "service", "web", changes=fields),
            Step("update", "service", "api", "its update was paused"),
            Step("init", "swarm", "default", changes=(Change("port", ABSENT, 2377),)),
            Step("remove", "service", "old", reason="not in the file"),
        )
    )
    assert plan.diff()["prepared"].splitlines() == [
        "network front: create",
        "service web.image: a:1 -> a:2",
        "service web.user: (absent) -> root",
        "service api: update (its update was paused)",
        "swarm default: init",
        "swarm default.port: (absent) -> 2377",
        "service old: remove (not in the file)",
    ]


def test_an_empty_plan_is_no_change():
    assert not Plan(warnings=("look",))
    assert Plan((Step("create", "network", "front"),))


def test_merged_plans_keep_order_and_say_each_warning_once():
    first, second = Step("create", "network", "a"), Step("create", "service", "b")
    merged = merge_plans(Plan((first,), ("x",)), None, Plan((second,), ("x", "y")))
    assert merged == Plan((first, second), ("x", "y"))
