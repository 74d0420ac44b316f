# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of swarm_lock, run by Ansible itself on this machine; the Engine is a double."""

from __future__ import annotations

import json
import os
import sys

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.lock import AUDIT, LOCK, NAME
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.plugin_utils._lock_holder import of_this_run

from tests.doubles import EngineDouble, served
from tests.unit.programs import run

NEVER = str(2**22 + 1)  # more than there can be processes


@pytest.fixture
def play(tmp_path):
    """A function that runs tasks of swarm_lock in one play, and returns their results."""

    def play(double, *tasks):
        out = tmp_path / "results.json"
        names = [f"task{number}" for number in range(len(tasks))]
        with served(double, tmp_path / "engine.sock") as address:
            steps = [
                {"apiary.swarm.swarm_lock": {**task, "docker_host": address}, "register": name, "ignore_errors": True}
                for name, task in zip(names, tasks, strict=True)
            ]
            kept = {"content": f"{{{{ [{', '.join(names)}] | to_json }}}}", "dest": str(out)}
            book = {
                "hosts": "localhost",
                "gather_facts": False,
                "vars": {"ansible_python_interpreter": sys.executable},
                "tasks": [*steps, {"ansible.builtin.copy": kept}],
            }
            (tmp_path / "book.yml").write_text(json.dumps([book]))
            done = run(tmp_path, "ansible-playbook", "book.yml")
        (tmp_path / "engine.sock").unlink()
        assert not done.returncode, done.stdout + done.stderr
        return json.loads(out.read_text())

    return play


def held_by(**holder):
    """A manager with a lock of another run on this controller."""
    double = EngineDouble()
    lock = {"id": "lock-1", "operation": "backup", "since": "2020-01-01T00:00:00Z", "until": "2020-01-01T01:00:00Z"}
    labels = {LOCK: json.dumps({**lock, **of_this_run(), **holder})}
    Engine(double).create_config({"Name": NAME, "Data": "eA==", "Labels": labels})
    return double


def test_tasks_of_one_run_share_the_lock_and_other_runs_do_not(play):
    double = EngineDouble()
    first, second = play(double, {"operation": "upgrade"}, {"operation": "drain"})
    assert (first["changed"], second["changed"]) == (True, False)
    assert first["lock"] == second["lock"]
    assert first["lock"]["controller"] == of_this_run()["controller"]
    pid, _at, start = first["lock"]["process"].partition("@")
    assert pid.isdigit()
    assert start.isdigit()
    assert pid != of_this_run()["process"].partition("@")[0]

    # That run has ended without releasing it.
    taken, released = play(double, {"operation": "backup"}, {"state": "released", "result": "succeeded"})
    assert taken["changed"]
    words = "taken over from a run on this controller that ended without releasing it: upgrade"
    assert sum(words in warning for warning in taken["warnings"]) == 1
    assert [entry["result"] for entry in released["audit"]] == ["succeeded", "interrupted"]
    assert set(Engine(double).configs()[0]["Spec"]["Labels"]) == {AUDIT}


@pytest.mark.parametrize(
    ("holder", "is_taken"),
    [
        ({}, False),  # this very process
        ({"process": f"{os.getpid()}@1"}, True),
        ({"process": f"{NEVER}@1"}, True),
        ({"process": NEVER}, False),
        ({"process": f"{NEVER}@1", "controller": "other"}, False),
    ],
)
def test_a_lock_is_taken_over_only_from_a_run_that_is_gone(play, holder, is_taken):
    double = held_by(**holder)
    (result,) = play(double, {"operation": "upgrade"})
    assert bool(result.get("failed")) is not is_taken
    assert result["changed"] is is_taken
    assert len(double.writes) == (2 if is_taken else 1)  # one made the config
    if not is_taken:
        assert "Nothing was changed." in result["msg"]
        assert result["lock"]["id"] == "lock-1"


def test_who_runs_it_cannot_be_said(play):
    double = EngineDouble()
    (result,) = play(double, {"operation": "upgrade", "holder": of_this_run()})
    assert result["failed"]
    assert "holder cannot be set" in result["msg"]
    assert double.requests == []
