# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller shows while a module waits, run by Ansible itself on this machine; the Engine is a double.

One play has them all. Each task is for a host of its own, so that they wait at the same time.
"""

from __future__ import annotations

import json
import re
import sys
import time
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine

from tests.doubles import EngineDouble, served
from tests.unit.programs import run
from tests.unit.runs.slow import Slow

SECONDS = 2.5  # that the tasks need to leave, from the first look at them


class Leaving(EngineDouble):
    """A task runs on the last node, which is drained."""

    def __init__(self, nodes=1):
        super().__init__(nodes)
        spec = {"Name": "web", "Mode": {"Replicated": {"Replicas": 1}}, "TaskTemplate": {"ContainerSpec": {}}}
        Engine(self).create_service(spec)
        self.since = 0.0

    def _list_tasks(self, filters):
        self.since = self.since or time.monotonic()
        return super()._list_tasks(filters) if time.monotonic() < self.since + SECONDS else []


def drain(double, **keywords):
    node = {Engine(double).nodes()[0]["ID"]: {"availability": "drain"}}
    return double, "node_update", {"nodes": node, "wait_drained": True}, keywords


SCRIPT = "read -r word; HOME=${word%o}; echo $HOME; sleep 5.5"
# By the host: a double, the module, its options, keywords of the task.
TASKS = {
    "shown": lambda: drain(Leaving()),
    "no-log": lambda: drain(Leaving(), no_log=True),
    "async": lambda: drain(Leaving(), **{"async": 30, "poll": 3}),
    "check": lambda: drain(Leaving(), check_mode=True),
    "ticket": lambda: (Leaving(), "node_update", {"ticket": {"shown": ""}}, {}),
    "remove": lambda: (Leaving(nodes=2), "node_remove", {"nodes": ["host2"], "force": True}, {}),
    "stack": lambda: (Slow(tasks=20, networks=0), "stack_remove", {"name": "shop"}, {}),
    "script": lambda: (None, "host_script", {"script": SCRIPT, "about": "a nap", "stdin": "hello"}, {}),
}


def play(folder):
    """Run the tasks: all output and, by the host, the result, what the double was asked to write, and whether tasks."""
    given = {host: make() for host, make in TASKS.items()}
    with ExitStack() as stack:
        for host, (double, module, options, keywords) in given.items():
            connection = {"docker_host": stack.enter_context(served(double, folder / host))} if double else {}
            task = {f"apiary.swarm.{module}": {**options, **connection}, "register": "done", "ignore_errors": True}
            (folder / f"{host}.yml").write_text(json.dumps([{**task, **keywords}]))
        variables = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        common = {"hosts": "all", "gather_facts": False, "vars": variables}
        results = "dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'done')))"
        copy = {"content": f"{{{{ {results} | to_json }}}}", "dest": str(folder / "results.json")}
        book = [
            {
                **common,
                "strategy": "free",
                "tasks": [{"ansible.builtin.include_tasks": "{{ inventory_hostname }}.yml"}],
            },
            {**common, "tasks": [{"ansible.builtin.copy": copy, "run_once": True, "diff": False}]},
        ]
        (folder / "book.json").write_text(json.dumps(book))
        command = ("ansible-playbook", "--diff", f"--forks={len(TASKS)}", f"--inventory={','.join(TASKS)},")
        done = run(folder, *command, "book.json")
    assert not done.returncode, done.stdout + done.stderr
    writes = {host: [(w.method, w.path) for w in double.writes] for host, (double, *_more) in given.items() if double}
    looked = [host for host, (double, *_more) in given.items() if getattr(double, "since", 0.0)]
    return [done.stdout, json.loads((folder / "results.json").read_text()), writes, looked]


@pytest.fixture(scope="module")
def played(made_once):
    output, results, writes, looked = made_once("rounds", play)
    return SimpleNamespace(output=output, results=results, writes=writes, looked=looked)


def lines(output, host, words):
    """What is shown of a wait of the host."""
    return re.findall(rf"^{host}: {words}$", output, re.MULTILINE)


DRAIN = r"drain after \d+ s: still running: web on host\d"


def test_a_line_is_shown_and_the_result_is_one(played):
    result = played.results["shown"]
    assert lines(played.output, "shown", r"drain after \d+ s: still running: web on host1"), played.output
    assert (result["changed"], result["failed"], "unfinished" in result) == (True, False, False)
    assert [step["kind"] for step in result["plan"]] == ["node"]
    assert result["diff"]["prepared"].count("drain") == 1
    assert len([path for _method, path in played.writes["shown"] if path.startswith("/nodes")]) == 1


@pytest.mark.parametrize("host", ["no-log", "async"])
def test_where_nothing_may_be_shown_it_is_only_waited_for(played, host):
    assert played.results[host]["changed"]
    assert host in played.looked
    assert not lines(played.output, host, DRAIN)


def test_in_check_mode_nothing_is_waited_for(played):
    assert played.results["check"]["changed"]
    assert "check" not in played.looked
    assert not lines(played.output, "check", DRAIN)


def test_the_ticket_is_nobodys_business(played):
    assert played.results["ticket"]["msg"].endswith("The option ticket cannot be set.")
    assert "ticket" not in played.looked


def test_node_remove_shows_what_it_waits_for(played):
    assert lines(played.output, "remove", r"drain after \d+ s: still running: web on host2"), played.output
    assert [step["action"] for step in played.results["remove"]["plan"]] == ["drain", "remove"]
    assert [method for method, _path in played.writes["remove"][1:]] == ["POST", "DELETE"]


def test_stack_remove_shows_what_it_waits_for(played):
    line = r"removal of stack shop after \d+ s: 6 tasks and 0 networks of stack shop are still being removed"
    assert lines(played.output, "stack", line), played.output
    kinds = [step["kind"] for step in played.results["stack"]["plan"]]
    assert kinds == ["service", "service", "network", "network"]


def test_host_script_shows_for_how_long_it_runs(played):
    result = played.results["script"]
    assert lines(played.output, "script", "a nap after 5 s: still running"), played.output
    assert (result["rc"], result["stdout_lines"], result["changed"]) == (0, ["hell"], True)
    assert "hello" not in played.output
