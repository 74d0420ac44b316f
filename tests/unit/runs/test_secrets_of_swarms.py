# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets of modules that make, join, unlock and change swarms, and of scripts: shown nowhere, and hide nothing."""

from __future__ import annotations

import pytest

from tests.doubles.engine import TOKEN
from tests.unit.runs.planted import CERTIFICATE, LONG, SHORT, differences, found
from tests.unit.runs.plays import BYSTANDER, kept, play, task
from tests.unit.runs.staged import Membering

JOIN = {"remote_addrs": ["192.0.2.1"], "join_token": "{{ told.join_tokens.worker }}"}
SIGN = {"signing_ca_cert": CERTIFICATE, "signing_ca_key": "{{ ca_key }}", "wait_timeout": 5}
SCRIPT = {"about": "a script", "script": "cat > /dev/null", "stdin": "{{ input }}"}
# The module, the Engine, the options. Other modules, and what fails, are in test_secrets_of_modules.py.
TASKS = {
    "told": ("swarm_info", "manager", {"join_tokens": True, "unlock_key": True}),
    "joined": ("swarm_join", "outside", JOIN),
    "rotated": ("swarm_rotate", "manager", {"rotate": ["ca"], **SIGN}),
    "script": ("host_script", "", SCRIPT),
}
KEY = "SWMKEY-1-thePresentUnlockKey000000000000000000000000000000"


def done(folder, values):
    doubles = {"manager": Membering(key=KEY), "outside": Membering("inactive")}
    tasks = [
        task(name, module, {**options, **({"docker_host": f"{{{{ engines.{engine} }}}}"} if engine else {})})
        for name, (module, engine, options) in TASKS.items()
    ]
    return play(folder, doubles, kept(tasks), values, "--diff", "-vvv")


@pytest.fixture
def played(shared):
    makes = {"long": lambda folder: done(folder, LONG), "short": lambda folder: done(folder, SHORT)}
    return shared("swarms", makes)


@pytest.fixture
def long(played):
    return played["long"]


@pytest.fixture
def short(played):
    return played["short"]


def test_the_tasks_do_what_the_other_tests_take_for_granted(long):
    assert long.status == 0, long.output
    assert [name for name, result in long.results.items() if result["failed"]] == []


def test_secrets_are_in_no_trace_of_a_play(long):
    assert found(long) == {}


def test_short_secrets_change_nothing_of_what_is_shown(long, short):
    assert differences(long, short) == []


def test_secrets_that_were_asked_for_can_be_used(long):
    told = long.results["told"]
    assert (told["join_tokens"], told["unlock_key"]) == ({"manager": TOKEN, "worker": TOKEN}, KEY)
    assert not long.results["joined"]["failed"]


def test_secrets_that_were_asked_for_are_not_shown(long, registry):
    if registry is None:
        pytest.skip("before ansible-core 2.22 there is nowhere to register what a result holds on purpose")
    assert TOKEN not in long.output
    assert KEY not in long.output


def test_other_plays_are_readable(long, short):
    assert BYSTANDER in long.output
    assert BYSTANDER in short.output
