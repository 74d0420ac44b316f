# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.plugin_utils._rounds import joined, through

FIRST = {
    "failed": True,
    "msg": "unfinished",
    "changed": True,
    "plan": ["create a"],
    "warnings": ["w"],
    "diff": {"prepared": "a\n"},
}


def test_several_rounds_have_one_result():
    last = {"changed": False, "plan": ["remove b"], "warnings": ["w", "v"], "diff": {"prepared": "b\n"}, "services": []}
    assert joined([FIRST, last]) == {
        "changed": True,
        "plan": ["create a", "remove b"],
        "warnings": ["w", "v"],
        "diff": {"prepared": "a\nb\n"},
        "services": [],
    }


def test_the_failure_of_the_last_round_is_that_of_all():
    last = {"failed": True, "msg": "bad image", "changed": False, "plan": []}
    result = joined([FIRST, last])
    assert (result["failed"], result["msg"]) == (True, "bad image")
    assert (result["changed"], result["plan"]) == (True, ["create a"])


def test_one_round_is_its_own_result():
    assert joined([{"changed": False, "plan": [], "services": []}]) == {"changed": False, "plan": [], "services": []}


def test_a_module_is_called_until_it_is_through():
    told = iter(
        [
            {**FIRST, "unfinished": {"line": "a", "ticket": {"shown": "a", "waited": 1}}},
            {**FIRST, "plan": [], "unfinished": {"line": "b", "ticket": {"shown": "b", "waited": 2}}},
            {"changed": False, "plan": []},
        ]
    )
    tickets, shown = [], []

    def call(ticket):
        tickets.append(ticket)
        return next(told)

    result = through(call, lambda unfinished: shown.append(unfinished["line"]))
    assert [ticket["shown"] for ticket in tickets] == ["", "a", "b"]
    assert shown == ["a", "b"]
    assert (result["changed"], result["plan"], "failed" in result) == (True, ["create a"], False)
