# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of stack_deploy, run by Ansible itself, in check mode and for a host without an Engine."""

from __future__ import annotations

import base64
import json
import sys

import pytest

from tests.unit import programs

STACK = """
services:
  web:
    image: web:${TAG:-none}
    hostname: ${FROM_FILE}-${FROM_CONTROLLER}
    secrets: [key]
secrets:
  key: {file: key.vault}
"""
TASKS = {
    "files": {"compose": ["stack.yml"], "env": {"TAG": "1.10", "FROM_FILE": "task"}, "env_file": ["vars.env"]},
    "given": {"compose": ["stack.yml"], "secrets": {"key": "the given secret"}},
    "text": {"definition": "services: {a: {image: a, ports: [22:22]}}"},
    "several": {"definition": [{"services": {"a": {"image": "a"}}}, "services: {b: {image: b}}"]},
    "template": {"definition": "services: {a: {image: '{% raw %}{{ tag }}{% endraw %}'}}", "template": True},
    "missing": {"compose": ["nothing.yml"]},
    "wrong": {"definition": {"services": {"a": {"image": "a", "networks": ["nowhere"]}}}},
    "unknown": {"definition": {"services": {}}, "colour": "red"},
    "neither": {},
    "model": {"definition": {"services": {}}, "model": "{}"},
    "login": {"definition": {"services": {}}, "registry_auth": {"r:5000": {"user": "the misspelled login"}}},
    "secret": {"compose": ["stack.yml"], "secrets": {"other": "the misplaced secret"}},
    "misspelt": {"definition": {"services": {}}, "secret": {"key": "the unknown secret"}},
    "inline": {"definition": {"services": {"a": {"image": "a", "environment": {"PASSWORD": "the inline secret"}}}}},
    "quoted": {
        "definition": {"services": {"a": {"image": "a", "ports": ["${DB_PASSWORD}"]}}},
        "env": {"DB_PASSWORD": "the quoted secret"},
    },
    "syntax": {"compose": ["syntax.yml"], "template": True},
    "undefined": {"compose": ["undefined.yml"], "template": True},
    "address": {"definition": {"services": {}}, "docker_host": "tcp://bee:the-secret-wax@127.0.0.1:1"},
    "variable": {"compose": ["stack.yml"], "env": {"DB_PASSWORD": "the secret variable"}},
}
VAULTED = "the vaulted secret"
LOGIN = "the login of the registry"
SECRETS = (
    *("the given secret", "the misplaced secret", "the misspelled login", VAULTED),
    *("the quoted secret", "the secret in a text", "the-secret-wax"),
    *("the unknown secret", "the inline secret", "the secret variable"),
    *(LOGIN, base64.b64encode(f"user:{LOGIN}".encode()).decode()),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """All tasks in one playbook: (results by name, the whole output at -vvv)."""
    folder = tmp_path_factory.mktemp("stack")
    (folder / "files").mkdir()
    (folder / "files" / "stack.yml").write_text(STACK)
    (folder / "files" / "syntax.yml").write_text("services:\n  a: {image: 'the secret in a text', command: '{{ '}")
    (folder / "files" / "undefined.yml").write_text("services: {a: {image: 'the secret in a text {{ nowhere }}'}}")
    (folder / "files" / "key.vault").write_text(VAULTED)
    (folder / "vars.env").write_text("export TAG='ignored'\nFROM_FILE=file  # comment\nFROM_CONTROLLER=file\n")
    (folder / "password").write_text("opener")
    docker = {"auths": {"docker.io": {"auth": base64.b64encode(f"user:{LOGIN}".encode()).decode()}}}
    (folder / "config.json").write_text(json.dumps(docker))
    tasks = []
    for name, options in TASKS.items():
        module = {"apiary.swarm.stack_deploy": {"name": "st", "docker_host": "unix:///nowhere.sock", **options}}
        tasks.append({**module, "register": f"result_{name}", "ignore_errors": True, "check_mode": True, "diff": True})
    pairs = ", ".join(f"{name!r}: result_{name}" for name in TASKS)
    content = f"{{{{ {{{pairs}}} | to_json }}}}"
    tasks.append({"ansible.builtin.copy": {"dest": str(folder / "results.json"), "content": content}})
    variables = {"tag": "from-jinja:1", "ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
    (folder / "play.json").write_text(json.dumps([play]))
    environment = {
        "ANSIBLE_VAULT_PASSWORD_FILE": str(folder / "password"),
        "ANSIBLE_INJECT_INVOCATION": "1",
        "DOCKER_CONFIG": str(folder),
        "FROM_CONTROLLER": "controller",
    }

    assert programs.run(folder, "ansible-vault", "encrypt", "files/key.vault", **environment).returncode == 0
    done = programs.run(folder, "ansible-playbook", "-vvv", "play.json", **environment)
    assert (folder / "results.json").exists(), done.stdout + done.stderr
    results = json.loads((folder / "results.json").read_text())
    return results, done.stdout + done.stderr


def steps(result):
    assert not result.get("failed"), result["msg"]
    return [f"{step['kind']} {step['name']}" for step in result["plan"]]


@pytest.mark.parametrize(
    ("task", "planned"),
    [
        ("files", ["network st_default", "secret st_key", "service st_web"]),
        ("given", ["network st_default", "secret st_key", "service st_web"]),
        ("text", ["network st_default", "service st_a"]),
        ("several", ["network st_default", "service st_a", "service st_b"]),
        ("template", ["network st_default", "service st_a"]),
    ],
)
def test_what_the_files_say_is_planned(run, task, planned):
    assert steps(run[0][task]) == planned


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("missing", "nothing.yml: No such file or directory. Nothing was changed."),
        ("wrong", 'undefined network "nowhere"'),
        ("unknown", "colour"),
        ("neither", "missing: compose, definition"),
        ("login", "registry_auth.r:5000 has to be a mapping with username and password"),
        ("model", "The option model cannot be set."),
        ("quoted", "********"),
        ("syntax", "its template cannot be rendered: "),
        ("undefined", "its template cannot be rendered: 'nowhere' is undefined."),
        ("secret", "values are given for secrets that the Compose file does not have: other"),
    ],
)
def test_what_is_wrong_is_one_clear_error(run, task, message):
    result = run[0][task]
    assert result["failed"]
    assert message in result["msg"]
    assert not result.get("changed")


def test_secrets_never_appear(run):
    results, output = run
    assert "st_key" in output
    for secret in SECRETS:
        assert secret not in output
        assert secret not in json.dumps(results)


def test_the_invocation_is_what_the_task_says(run):
    _results, output = run
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in output
    assert '"specs"' not in output
