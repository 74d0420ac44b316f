# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""swarm_lock on real Engines: runs that race for the lock, one that is killed, and what the docker CLI shows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.lab.state import USER
from tests.lab.wait import wait_until

from .conftest import BIN, Hosts
from .test_connections import remote

NAME = "apiary.swarm.operations"
LOCK, AUDIT = "apiary.swarm.lock", "apiary.swarm.audit"
CHECK = ("--check",)


@pytest.fixture
def managers(hosts: Hosts) -> Hosts:
    """A swarm of three managers."""
    hosts.docker("manager1", "swarm init")
    for name in ("manager2", "manager3"):
        hosts.join(name, "manager")
    return hosts


def stored(hosts: Hosts) -> dict[str, Any]:
    """The config as the docker CLI shows it, its labels as data."""
    (config,) = json.loads(hosts.docker("manager1", f"config inspect {NAME}"))
    labels = {name: json.loads(value) for name, value in config["Spec"]["Labels"].items()}
    return {"version": config["Version"]["Index"], "data": config["Spec"]["Data"], "labels": labels}


def told(hosts: Hosts, host: str, options: dict[str, Any]) -> str:
    """All that a run of the module says that goes well, with its warnings."""
    done = hosts.ansible("ansible", host, "-m", "apiary.swarm.swarm_lock", "-a", json.dumps(options))
    text = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 0, text
    return text


@contextmanager
def running(hosts: Hosts, folder: Path, host: str, operation: str, **task: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A playbook that takes the lock and goes on until it is killed."""
    book = folder / f"{operation}.yml"
    tasks = [{"apiary.swarm.swarm_lock": {"operation": operation}}, {"ansible.builtin.wait_for": {"timeout": 600}}]
    tasks[1]["delegate_to"] = "localhost"
    book.write_text(json.dumps([{"hosts": host, "gather_facts": False, "tasks": tasks}]))
    program = [BIN / "ansible-playbook", book]
    with subprocess.Popen(program, env=hosts.environment(), stdout=subprocess.DEVNULL, start_new_session=True) as run:
        try:
            yield run
        finally:
            kill(run)


def kill(run: subprocess.Popen[bytes]) -> None:
    """The whole run at once, with what it has started; it cannot release anything."""
    try:
        os.killpg(run.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    run.wait()


def holder(hosts: Hosts) -> str:
    """The operation that has the lock."""
    if NAME not in hosts.docker("manager1", "config ls --format '{{.Name}}'").split():
        return ""
    return str(stored(hosts)["labels"].get(LOCK, {}).get("operation", ""))


def test_a_life_and_what_the_docker_cli_shows(managers: Hosts) -> None:
    planned = managers.module("manager1", "swarm_lock", {"operation": "upgrade"}, *CHECK)
    assert (planned["changed"], planned["lock"], holder(managers)) == (True, None, "")
    taken = managers.module("manager2", "swarm_lock", {"operation": "upgrade", "limit": 600})
    assert taken["plan"] == planned["plan"]
    first = stored(managers)
    assert first["labels"] == {LOCK: taken["lock"], AUDIT: []}

    # Each ad-hoc command is a run of its own, and the one before has ended: the lock goes from one to the next.
    planned = managers.module("manager3", "swarm_lock", {"operation": "drain"}, *CHECK)
    assert planned["plan"][0]["reason"].startswith("the run that had it is gone: upgrade")
    assert stored(managers) == first
    assert "ended without releasing it: upgrade" in told(managers, "manager3", {"operation": "drain", "limit": 1})
    second = stored(managers)
    assert second["data"] == first["data"]
    assert second["version"] > first["version"]
    assert [entry["result"] for entry in second["labels"][AUDIT]] == ["interrupted"]

    kept = told(managers, "manager1", {"state": "released"})
    assert "Nothing was released, because another operation has the lock of this swarm: drain" in kept
    assert second["labels"][LOCK]["id"] in kept
    assert stored(managers) == second
    wait_until(
        lambda: "expired" in str(managers.module("manager1", "swarm_lock", {"operation": "x"}, *CHECK)["plan"]), 20
    )
    again = managers.module("manager1", "swarm_lock", {"operation": "backup"})
    assert [entry["result"] for entry in again["audit"]] == ["expired", "interrupted"]
    options = {"state": "released", "break_lock": again["lock"]["id"]}
    broken = managers.module("manager2", "swarm_lock", options)
    assert broken["audit"][0]["result"].startswith("broken by ")
    assert managers.module("manager2", "swarm_lock", options)["plan"] == []
    assert stored(managers)["labels"] == {AUDIT: broken["audit"]}

    refused = managers.module("worker1", "swarm_lock", {"operation": "upgrade"})
    assert refused["failed"]
    assert "Nothing was changed." in refused["msg"]


def test_a_run_that_is_alive_keeps_it_and_one_that_was_killed_is_taken_over(managers: Hosts, tmp_path: Path) -> None:
    with running(managers, tmp_path, "manager1", "upgrade") as run:
        wait_until(lambda: holder(managers) == "upgrade")
        before = stored(managers)
        assert before["labels"][LOCK]["process"].startswith(f"{run.pid}@")
        for host, options in (
            ("manager1", {"operation": "upgrade"}),
            ("manager2", {"operation": "backup", "break_lock": "lock-other"}),
        ):
            for arguments in ((), CHECK):
                refused = managers.module(host, "swarm_lock", options, *arguments)
                assert (refused["failed"], refused["changed"], refused["lock"]) == (True, False, before["labels"][LOCK])
                assert "Another operation has the lock of this swarm: upgrade, by " in refused["msg"]
        assert stored(managers) == before
        kill(run)
        assert "ended without releasing it: upgrade" in told(managers, "manager3", {"operation": "upgrade"})
    after = stored(managers)["labels"]
    assert after[LOCK]["operation"] == "upgrade"
    assert after[LOCK]["id"] != before["labels"][LOCK]["id"]
    assert [entry["result"] for entry in after[AUDIT]] == ["interrupted"]


@pytest.mark.usefixtures("home")
def test_it_is_the_same_lock_through_ssh(managers: Hosts) -> None:
    managers.console("manager1", f"usermod --append --groups docker {USER}")
    taken = remote(managers, "manager1", "swarm_lock", {"operation": "upgrade"})
    assert not taken["failed"], taken
    assert stored(managers)["labels"][LOCK] == taken["lock"]
    options = {"state": "released", "break_lock": taken["lock"]["id"]}
    assert remote(managers, "manager1", "swarm_lock", options, *CHECK)["changed"]
    assert managers.module("manager2", "swarm_lock", options)["lock"] is None
    assert remote(managers, "manager1", "swarm_lock", options)["changed"] is False


@pytest.mark.parametrize("is_there", [False, True], ids=["created", "updated"])
def test_of_runs_that_race_one_wins(managers: Hosts, tmp_path: Path, is_there: bool) -> None:
    if is_there:
        lock = managers.module("manager1", "swarm_lock", {"operation": "first"})["lock"]
        managers.module("manager1", "swarm_lock", {"state": "released", "break_lock": lock["id"]})
    names = ("manager1", "manager2", "manager3")
    book = tmp_path / "race.yml"
    go, over = tmp_path / "go", tmp_path / "over"
    here = {"delegate_to": "localhost"}
    # All are as near to the lock as a run can be before the first one may go on.
    barrier = f"touch {tmp_path}/{{{{ inventory_hostname }}}}.ready; until test -e {go}; do sleep 0.05; done"
    tasks = [
        {"ansible.builtin.command": {"argv": ["sh", "-c", barrier]}, **here},
        {"apiary.swarm.swarm_lock": {"operation": "race {{ inventory_hostname }}"}},
        # The winner stays until all have tried, or the next would take over from it.
        {"ansible.builtin.command": {"argv": ["sh", "-c", f"until test -e {over}; do sleep 0.2; done"]}, **here},
    ]
    book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))

    def play(name: str) -> str:
        done = managers.ansible("ansible-playbook", str(book), "--limit", name)
        return " ".join((done.stdout + done.stderr).split()) if done.returncode else ""

    with ThreadPoolExecutor(len(names)) as pool:
        running = [pool.submit(play, name) for name in names]
        try:
            wait_until(lambda: all((tmp_path / f"{name}.ready").exists() for name in names))
        finally:
            go.write_text("")
        try:
            wait_until(lambda: sum(run.done() for run in running) == 2, 120)
        finally:
            over.write_text("")
        outcomes = [run.result() for run in running]
    assert sorted(bool(outcome) for outcome in outcomes) == [False, True, True], outcomes
    winner = names[outcomes.index("")]
    assert holder(managers) == f"race {winner}"
    for outcome in filter(None, outcomes):
        assert f"Another operation has the lock of this swarm: race {winner}, by " in outcome
