# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module promises."""

from __future__ import annotations

import ast
import re

import pytest
import yaml
from ansible_collections.apiary.swarm.plugins.doc_fragments.attributes import ModuleDocFragment

from tests.unit.meta.project import CHECKOUT, MODULES, PLUGINS, calls, load, parse

ATTRIBUTES = {"check_mode", "diff_mode", "idempotent", "action_group"}
META = CHECKOUT / "tests" / "unit" / "meta"


def module_name(path):
    return path.stem


def documentation(path):
    (text,) = (
        node.value.value
        for node in parse(path).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION"
    )
    return yaml.safe_load(text)


def test_the_action_group_holds_all_modules():
    group = load(CHECKOUT / "meta" / "runtime.yml")["action_groups"]["swarm"]
    assert group == sorted(path.stem for path in MODULES)


def test_every_action_plugin_belongs_to_a_module():
    actions = {path.stem for path in (PLUGINS / "action").glob("[!_]*.py")}
    assert actions <= {path.stem for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_that_waits_in_rounds_has_an_action_plugin_that_shows_them(path):
    waits = "apiary.swarm.rounds" in documentation(path)["extends_documentation_fragment"]
    action = PLUGINS / "action" / path.name
    assert waits == (action.exists() and "ModuleInRounds" in action.read_text(encoding="utf-8"))


def test_the_fragment_documents_the_attributes():
    assert set(yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["attributes"]) >= ATTRIBUTES


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_documents_its_attributes(path):
    assert "apiary.swarm.attributes" in documentation(path)["extends_documentation_fragment"]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_is_made_in_one_of_two_ways(path):
    tree = parse(path)
    assert len([*calls(tree, "SwarmModule"), *calls(tree, "make_module")]) == 1
    assert not calls(tree, "AnsibleModule")


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_has_a_test_that_names_it(path):
    tests = [
        file
        for top in ("tests/unit", "tests/integration", "extensions/molecule")
        for file in (CHECKOUT / top).rglob("*")
        if file.suffix in (".py", ".yml") and META not in file.parents
    ]
    named = re.compile(rf"(?<![a-z]){re.escape(path.stem)}(?![a-z])")
    assert any(named.search(file.stem) or named.search(file.read_text(encoding="utf-8")) for file in tests), (
        f"no test in tests/unit, tests/integration or extensions/molecule names the module {path.stem}"
    )
