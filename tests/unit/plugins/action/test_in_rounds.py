# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller shows while a module waits, run by Ansible itself on this machine; the Engine is a double."""

from __future__ import annotations

import json
import re
import sys
import time

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


@pytest.fixture
def play(tmp_path):
    """A function that runs a module, or drains the node, by a task with these keywords.

    It returns (the result of the task, all output, the double).
    """

    def play(options=None, module="node_update", double=None, **keywords):
        double = double or Leaving()
        out = tmp_path / "result.json"
        with served(double, tmp_path / "engine.sock") as address:
            node = {Engine(double).nodes()[0]["ID"]: {"availability": "drain"}}
            drain = {"nodes": node, "wait_drained": True} if module == "node_update" else {}
            connection = {} if module == "host_script" else {"docker_host": address}
            task = {**drain, **connection, **(options or {})}
            book = {
                "hosts": "localhost",
                "gather_facts": False,
                "vars": {"ansible_python_interpreter": sys.executable},
                "tasks": [
                    {f"apiary.swarm.{module}": task, "register": "done", "ignore_errors": True, **keywords},
                    {"ansible.builtin.copy": {"content": "{{ done | to_json }}", "dest": str(out)}},
                ],
            }
            (tmp_path / "book.yml").write_text(json.dumps([book]))
            done = run(tmp_path, "ansible-playbook", "--diff", "book.yml")
        assert not done.returncode, done.stdout + done.stderr
        return json.loads(out.read_text()), done.stdout, double

    return play


LINE = re.compile(r"^localhost: drain after \d+ s: still running: web on host1$", re.MULTILINE)


def test_a_line_is_shown_and_the_result_is_one(play):
    result, output, double = play()
    assert LINE.search(output), output
    assert (result["changed"], result["failed"], "unfinished" in result) == (True, False, False)
    assert [step["kind"] for step in result["plan"]] == ["node"]
    assert result["diff"]["prepared"].count("drain") == 1
    assert len([request for request in double.writes if request.path.startswith("/nodes")]) == 1


@pytest.mark.parametrize("keywords", [{"no_log": True}, {"async": 30, "poll": 1}], ids=["no_log", "async"])
def test_where_nothing_may_be_shown_it_is_only_waited_for(play, keywords):
    result, output, _double = play(**keywords)
    assert result["changed"]
    assert not LINE.search(output)


def test_in_check_mode_nothing_is_waited_for(play):
    result, output, double = play(check_mode=True)
    assert (result["changed"], double.since) == (True, 0.0)
    assert not LINE.search(output)


def test_the_ticket_is_nobodys_business(play):
    result, _output, double = play({"ticket": {"shown": ""}})
    assert result["msg"].endswith("The option ticket cannot be set.")
    assert double.since == 0.0


def test_node_remove_shows_what_it_waits_for(play):
    result, output, double = play({"nodes": ["host2"], "force": True}, "node_remove", Leaving(nodes=2))
    assert re.search(r"^localhost: drain after \d+ s: still running: web on host2$", output, re.MULTILINE), output
    assert [step["action"] for step in result["plan"]] == ["drain", "remove"]
    assert [request.method for request in double.writes[1:]] == ["POST", "DELETE"]


def test_stack_remove_shows_what_it_waits_for(play):
    result, output, _double = play({"name": "shop"}, "stack_remove", Slow(tasks=20, networks=0))
    line = (
        r"^localhost: removal of stack shop after \d+ s: 6 tasks and 0 networks of stack shop are still being removed$"
    )
    assert re.search(line, output, re.MULTILINE), output
    assert [step["kind"] for step in result["plan"]] == ["service", "service", "network", "network"]


def test_host_script_shows_for_how_long_it_runs(play):
    script = "read -r word; HOME=${word%o}; echo $HOME; sleep 5.5"
    result, output, _double = play({"script": script, "about": "a nap", "stdin": "hello"}, "host_script")
    assert re.search(r"^localhost: a nap after 5 s: still running$", output, re.MULTILINE), output
    assert (result["rc"], result["stdout_lines"], result["changed"]) == (0, ["hell"], True)
    assert "hello" not in output
