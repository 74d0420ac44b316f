# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of swarm_lock, run by Ansible itself on this machine; the Engines are doubles.

Two runs have all tasks: a run of its own is needed only by what takes over from the one before.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.lock import AUDIT, LOCK, NAME
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.plugin_utils._lock_holder import of_this_run

from tests.doubles import EngineDouble, served
from tests.unit.programs import run

NEVER = str(2**22 + 1)  # more than there can be processes
# Who has a lock, and whether it is taken over.
HOLDERS = {
    "the process that runs these tests": ({}, False),
    "another one with its number": ({"process": f"{os.getpid()}@1"}, True),
    "one that is gone": ({"process": f"{NEVER}@1"}, True),
    "one without a time": ({"process": NEVER}, False),
    "one of another controller": ({"process": f"{NEVER}@1", "controller": "other"}, False),
}


def held_by(**holder):
    """A manager with a lock of another run on this controller."""
    double = EngineDouble()
    lock = {"id": "lock-1", "operation": "backup", "since": "2020-01-01T00:00:00Z", "until": "2020-01-01T01:00:00Z"}
    labels = {LOCK: json.dumps({**lock, **of_this_run(), **holder})}
    Engine(double).create_config({"Name": NAME, "Data": "eA==", "Labels": labels})
    double.requests.clear()
    return double


def play(folder, tasks):
    """Run tasks of swarm_lock, as (double, options), in one play, and return their results."""
    folder.mkdir()
    with ExitStack() as stack:
        doubles = list(dict.fromkeys(double for double, _options in tasks))
        engines = {
            double: stack.enter_context(served(double, folder / str(number))) for number, double in enumerate(doubles)
        }
        steps = [
            {
                "apiary.swarm.swarm_lock": {**options, "docker_host": engines[double]},
                "register": f"task{number}",
                "ignore_errors": True,
            }
            for number, (double, options) in enumerate(tasks)
        ]
        names = ", ".join(step["register"] for step in steps)
        kept = {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(folder / "results.json")}
        book = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": sys.executable},
            "tasks": [*steps, {"ansible.builtin.copy": kept}],
        }
        (folder / "book.json").write_text(json.dumps([book]))
        done = run(folder, "ansible-playbook", "book.json")
    assert not done.returncode, done.stdout + done.stderr
    return json.loads((folder / "results.json").read_text())


def two_runs(folder):
    shared, unasked = EngineDouble(), EngineDouble()
    held = {name: held_by(**holder) for name, (holder, _is_taken) in HOLDERS.items()}
    upgrade = {"operation": "upgrade"}
    first, second, told, *results = play(
        folder / "one",
        [
            (shared, upgrade),
            (shared, {"operation": "drain"}),
            (unasked, {**upgrade, "holder": of_this_run()}),
            *((double, upgrade) for double in held.values()),
        ],
    )
    # The first run has ended without releasing it.
    taken, released = play(
        folder / "two", [(shared, {"operation": "backup"}), (shared, {"state": "released", "result": "succeeded"})]
    )
    return {
        "first": first,
        "second": second,
        "taken": taken,
        "released": released,
        "labels": Engine(shared).configs()[0]["Spec"]["Labels"],
        "told": told,
        "asked for what was told": list(map(str, unasked.requests)),
        "held": dict(zip(held, results, strict=True)),
        "writes": {name: len(double.writes) for name, double in held.items()},
    }


@pytest.fixture(scope="module")
def done(made_once):
    return made_once("lock", two_runs)


def test_tasks_of_one_run_share_the_lock(done):
    first, second = done["first"], done["second"]
    assert (first["changed"], second["changed"]) == (True, False)
    assert first["lock"] == second["lock"]
    assert first["lock"]["controller"] == of_this_run()["controller"]
    pid, _at, start = first["lock"]["process"].partition("@")
    assert pid.isdigit()
    assert start.isdigit()
    assert pid != of_this_run()["process"].partition("@")[0]


def test_another_run_takes_over_what_was_not_released(done):
    taken, released = done["taken"], done["released"]
    assert taken["changed"]
    words = "taken over from a run on this controller that ended without releasing it: upgrade"
    assert sum(words in warning for warning in taken["warnings"]) == 1
    assert [entry["result"] for entry in released["audit"]] == ["succeeded", "interrupted"]
    assert set(done["labels"]) == {AUDIT}


@pytest.mark.parametrize(("name", "is_taken"), [(name, is_taken) for name, (_holder, is_taken) in HOLDERS.items()])
def test_a_lock_is_taken_over_only_from_a_run_that_is_gone(done, name, is_taken):
    result = done["held"][name]
    assert bool(result.get("failed")) is not is_taken
    assert result["changed"] is is_taken
    assert done["writes"][name] == (1 if is_taken else 0)
    if not is_taken:
        assert "Nothing was changed." in result["msg"]
        assert result["lock"]["id"] == "lock-1"


def test_who_runs_it_cannot_be_said(done):
    assert done["told"]["failed"]
    assert "holder cannot be set" in done["told"]["msg"]
    assert done["asked for what was told"] == []
