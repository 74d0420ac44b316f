# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The blocks of code of all pages, tried out as far as that goes without hosts; the examples are run on hosts, too
(tests/integration/stack/test_examples.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert import convert
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.load import Source, load

from tests.unit import programs
from tests.unit.docs import pages
from tests.unit.meta.project import CHECKOUT, name_of

OURS = "apiary.swarm."


def of_kind(kind):
    return [block for block in pages.blocks("yaml") if pages.kind(block.data) == kind]


PLAYBOOKS = of_kind("playbook")
TASKS = of_kind("tasks")
DEPLOYMENTS = sorted(pages.EXAMPLES.glob("*/deploy.yml"))


@pytest.fixture(scope="module")
def ansible(tmp_path_factory):
    """Runs one of Ansible's commands in an empty directory; returns (whether it succeeded, all that it said)."""
    folder = tmp_path_factory.mktemp("ansible")
    strict = {
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        "ANSIBLE_LOCALHOST_WARNING": "false",
    }

    def run(program, *arguments):
        done = programs.run(folder, program, *arguments, **strict)
        return done.returncode == 0, done.stdout, done.stderr

    return run


def written(block, folder, data=None):
    """The block as a file; its name says where it is from."""
    path = folder / (str(block).replace("/", "_").replace(":", "_") + ".yml")
    path.write_text(yaml.safe_dump(data) if data else block.text)
    return str(path)


def plays():
    """All plays, as (where, play)."""
    for block in PLAYBOOKS:
        yield from ((str(block), play) for play in block.data)
    for path in DEPLOYMENTS:
        yield from ((name_of(path), play) for play in yaml.safe_load(path.read_text(encoding="utf-8")))


def tasks():
    """All tasks with a module of the collection, as (where, module, its options)."""
    found = [(str(block), task) for block in TASKS for task in block.data]
    found += [
        (where, task)
        for where, play in plays()
        for part in ("pre_tasks", "tasks", "post_tasks")
        for task in play.get(part, [])
    ]
    for where, task in found:
        for key, options in task.items():
            if key.startswith(OURS):
                yield where, key.removeprefix(OURS), options or {}


def role_vars():
    for where, play in plays():
        for role in play.get("roles", []):
            if isinstance(role, dict) and role["role"].startswith(OURS):
                yield where, role["role"].removeprefix(OURS), {**play.get("vars", {}), **role.get("vars", {})}


def is_template(value):
    return "{{" in json.dumps(value)


def test_playbooks_and_tasks_have_a_syntax(ansible, tmp_path):
    paths = [written(block, tmp_path) for block in PLAYBOOKS]
    paths += [written(block, tmp_path, [{"hosts": "localhost", "tasks": block.data}]) for block in TASKS]
    (tmp_path / "stacks.yml").write_text("- hosts: localhost\n")  # which one of the plays imports
    succeeded, _output, errors = ansible(
        "ansible-playbook", "-i", "localhost,", "--syntax-check", *paths, *map(str, DEPLOYMENTS)
    )
    assert succeeded, errors


def test_inventories_can_be_read(ansible, tmp_path):
    paths = [written(block, tmp_path) for block in of_kind("inventory")] + [str(pages.EXAMPLES / "inventory.yml")]
    succeeded, output, errors = ansible(
        "ansible-inventory", "--list", *(word for path in paths for word in ("-i", path))
    )
    assert succeeded, errors
    assert json.loads(output)["swarm_managers"]["hosts"]


def test_options_of_modules_are_documented(ansible):
    used = list(tasks())
    assert used
    names = sorted({f"{OURS}{module}" for _where, module, _options in used})
    succeeded, output, errors = ansible("ansible-doc", "--json", *names)
    assert succeeded, errors
    documented = {
        name.removeprefix(OURS): plugin["doc"].get("options", {}) for name, plugin in json.loads(output).items()
    }
    for where, module, options in used:
        assert set(options) - set(documented[module]) == set(), f"{where}: {module}"
        for name, option in documented[module].items():
            assert not option.get("required") or name in options, f"{where}: {module} needs {name}"
            value = options.get(name)
            if option.get("choices") and isinstance(value, str) and not is_template(value):
                assert value in option["choices"], f"{where}: {module}, {name}"


@pytest.mark.parametrize(("where", "role", "variables"), [pytest.param(*used, id=used[0]) for used in role_vars()])
def test_variables_of_roles_are_options(where, role, variables):
    path = CHECKOUT / "roles" / role / "meta" / "argument_specs.yml"
    specification = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"].get("options", {})
    own = {name: value for name, value in variables.items() if name.startswith(f"{role}_")}
    assert set(own) <= set(specification)
    assert [name for name in variables if name not in pages.known_variables()] == []
    plain = {name: value for name, value in own.items() if not is_template(value)}
    optional = {name: {**option, "required": False} for name, option in specification.items() if name in plain}
    assert ArgumentSpecValidator(optional).validate(plain).error_messages == []


def stack_of(text, folder, read_file):
    """What the Engine would be sent."""
    secrets = [name for name, secret in (yaml.safe_load(text).get("secrets") or {}).items() if not secret]
    model = load(
        [Source("stack.yml", text)],
        {"TAG": "1", "RUN": "first"},
        read_file,
        working_dir=folder,
        home=None,
        secrets=dict.fromkeys(secrets, "content"),
    )
    assert model["warnings"] == []
    return convert(model, "st")


@pytest.mark.parametrize("block", of_kind("compose"), ids=str)
def test_compose_files_are_understood(block):
    assert stack_of(block.text, "/stack", lambda path: b"content").services


@pytest.mark.parametrize("path", sorted(pages.EXAMPLES.glob("*/stack.yml")), ids=name_of)
def test_the_stacks_of_the_examples_are_understood(path):
    assert stack_of(path.read_text(encoding="utf-8"), str(path.parent), lambda name: Path(name).read_bytes()).services
