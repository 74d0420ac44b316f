# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a play shows that deploys a stack with the shortest of secrets: the same lines with every version of Ansible."""

from __future__ import annotations

import re

from tests.unit.runs.planted import LONG, found
from tests.unit.runs.plays import BYSTANDER, HIDDEN, kept, play, task
from tests.unit.runs.staged import Rising

WEB = {"image": "web:1", "secrets": ["key", "word"], "deploy": {"replicas": 3, "update_config": {"monitor": "1ms"}}}
OPTIONS = {
    "name": "t222",
    "docker_host": "{{ engines.engine }}",
    "definition": {
        "services": {"web": WEB},
        "secrets": {"key": {"file": "not-there"}, "word": {"file": "not-there"}},
    },
    "secrets": {"key": "1", "word": "{{ secret }}"},
    "registry_auth": {"registry.example.com": {"username": "t222", "password": "3"}},
}
LINES = f"""\
PLAY [secrets] ***
TASK [deployed] ***
manager1: stack t222 after N s: web 0/3 running, 3 starting; 0 of 1 services run
manager1: stack t222 after N s: web 2/3 running, 1 starting; 0 of 1 services run
changed: [manager1]
TASK [told] ***
ok: [manager1] => {{
    "msg": "t222_web: 3 of 3 run on manager1"
}}
TASK [results in a file] ***
changed: [manager1]
TASK [results as facts] ***
ok: [manager1]
PLAY [manager1] ***
TASK [another] ***
ok: [manager1] => {{
    "msg": "{BYSTANDER}"
}}
PLAY RECAP ***
manager1 : ok=5 changed=2 unreachable=0 failed=0 skipped=0 rescued=0 ignored=0
""".splitlines()
TOLD = (
    "{% for item in deployed.services %}{{ item.name }}: {{ item.running }} of {{ item.wanted }} run on "
    "{{ inventory_hostname }}{% endfor %}"
)


def lines_of(output):
    """Without results at -v, seconds, and what only fills the lines."""
    for pattern, words in (
        (r" after \d+ s:", " after N s:"),
        (r"\*{3,}", "***"),
        (r" => \{.+\}$", ""),
        (r"(?<=\w)  +", " "),
    ):
        output = re.sub(pattern, words, output, flags=re.MULTILINE)
    return [line.rstrip() for line in output.splitlines() if line.strip() and not line.startswith("Using ")]


def test_the_lines_of_a_deployment_with_the_secret_1(tmp_path):
    tasks = [
        task("deployed", "stack_deploy", OPTIONS, diff=False),
        {"name": "told", "ansible.builtin.debug": {"msg": TOLD}},
    ]
    played = play(tmp_path, {"engine": Rising()}, kept(tasks), LONG, "-v")
    assert lines_of(played.output) == LINES
    assert found(played) == {}
    invocation = played.results["deployed"].get("invocation")
    assert invocation is None or invocation["module_args"]["secrets"] in HIDDEN
