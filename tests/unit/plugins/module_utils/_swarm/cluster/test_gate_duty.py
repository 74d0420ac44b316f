# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How swarm_gate waits. The Engine here is a double: it says one thing after another, however long that takes."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.gate_duty import gate_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, Unfinished

from .test_gate import node, service

pytestmark = pytest.mark.usefixtures("clock")

MARK = {"reachable": ["m0", "m1", "m2"], "running": {"a": 2}}


class Manager:
    """The transport of a manager that tells one view after another, the last one again and again."""

    api_version = "1.41"

    def __init__(self, *views):
        self.views = list(views)
        self.looks = 0

    def request(self, method, path, query=None, body=None, headers=None, timeout=None):
        assert method == "GET"
        view = self.views[0]
        if path == "/nodes":
            self.looks += 1
            if isinstance(view, Exception):
                self.views = self.views[1:] or self.views
                raise view
            return [node(f"m{at}", word) for at, word in enumerate(view[0])]
        assert (path, query) == ("/services", {"status": True})
        self.views = self.views[1:] or self.views
        return [service("a", view[1], 2)]


def ask(*views, mark=None, check_mode=False):
    manager = Manager(*views)
    duty = gate_duty("m0", mark, 30)
    _plan, view = fulfil(Engine(manager), duty, check_mode)
    return duty.result(view), manager.looks


GOOD = (["reachable"] * 3, 2)
WORSE = (["reachable", "reachable", "unreachable"], 2)
FEWER = (["reachable"] * 3, 1)
NO_LEADER = NotAManager("The swarm does not have a leader.", 503)


def test_an_open_gate_takes_one_look():
    result, looks = ask(GOOD)
    assert looks == 1
    assert result["mark"] == MARK
    assert (result["quorum"]["can_lose"], result["problem"]) == (1, "")


@pytest.mark.parametrize(("mark", "bad"), [(None, WORSE), (MARK, WORSE), (MARK, FEWER), (MARK, NO_LEADER)])
def test_what_is_missing_is_waited_for(mark, bad):
    result, looks = ask(bad, bad, GOOD, mark=mark)
    assert (looks, result["problem"]) == (3, "")


@pytest.mark.parametrize(
    ("mark", "bad", "line"),
    [
        (None, WORSE, ("wait to go down", "without host-m0, 1 of 3 managers")),
        (MARK, FEWER, ("wait to be back", "service svc-a has 1 of 2 tasks running")),
    ],
)
def test_what_is_waited_for_is_told_once_and_the_next_round_goes_on(mark, bad, line):
    manager, ticket, told = Manager(*[bad] * 18, GOOD), {"shown": ""}, []
    while True:
        try:
            fulfil(Engine(manager), gate_duty("m0", mark, 30, Ticket(**ticket)), check_mode=False)
            break
        except Unfinished as pause:
            ticket = pause.facts["unfinished"]["ticket"]
            told.append((ticket["about"], pause.line))
    assert [(about, words.startswith(line[1])) for about, words in told] == [(line[0], True)]


@pytest.mark.parametrize(
    ("mark", "bad", "words", "hint"),
    [
        (None, WORSE, "without host-m0, 1 of 3 managers", "The Engine was not touched"),
        (MARK, FEWER, "service svc-a has 1 of 2 tasks running", "No other Engine was touched"),
        (MARK, NO_LEADER, "does not have a leader", "No other Engine was touched"),
    ],
)
def test_a_gate_that_stays_closed_is_a_failure_that_says_why(mark, bad, words, hint):
    with pytest.raises(Timeout) as end:
        ask(bad, mark=mark)
    assert words in end.value.message
    assert hint in end.value.hint


def test_check_mode_does_not_wait():
    result, looks = ask(WORSE, check_mode=True)
    assert looks == 1
    assert "without host-m0" in result["problem"]
