# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the roles ask for the join tokens, run by Ansible itself: swarm_manager/tasks/ask_tokens.yml."""

from __future__ import annotations

import json
import sys

import pytest

from tests.doubles import EngineDouble, served
from tests.unit.programs import run


@pytest.mark.parametrize(
    ("member", "check", "stops"),
    [("manager", False, False), ("inactive", False, True), ("inactive", True, False)],
)
def test_nobody_joins_when_no_manager_tells_the_tokens(tmp_path, member, check, stops):
    """A manager that has lost its leader answers, too, and tells none; in check mode the swarm may be to come."""
    double = EngineDouble()
    double.member = member
    variables = {
        "ansible_python_interpreter": sys.executable,
        "__swarm_tokens_asker": "localhost",
        "__swarm_tokens_managers": ["localhost"],
        "__swarm_tokens_joining": ["localhost"],
    }
    role = {"name": "apiary.swarm.swarm_manager", "tasks_from": "ask_tokens", "rolespec_validate": False}
    tasks = [{"ansible.builtin.include_role": role, "vars": variables}]
    with served(double, tmp_path / "engine.sock") as address:
        defaults = {"apiary.swarm.swarm_info": {"docker_host": address}}
        play = {"hosts": "localhost", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}
        (tmp_path / "play.yml").write_text(json.dumps([play]))
        done = run(tmp_path, "ansible-playbook", "play.yml", *(["--check"] if check else []))
    assert ("No manager told the join tokens, asked were localhost" in done.stdout) == stops, done.stdout + done.stderr
    assert (done.returncode != 0) == stops, done.stdout + done.stderr
    assert "SWMTKN" not in done.stdout + done.stderr
