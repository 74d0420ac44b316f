# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module promises."""

from __future__ import annotations

import ast
import re

import yaml
from ansible_collections.apiary.swarm.plugins.doc_fragments.attributes import ModuleDocFragment

from tests.unit.meta.project import CHECKOUT, MODULES, PLUGINS, calls, files, hold, load, name_of, parse, text_of

ATTRIBUTES = {"check_mode", "diff_mode", "idempotent", "action_group"}
UNIT = CHECKOUT / "tests" / "unit"
NO_TESTS = (UNIT / "meta", UNIT / "plugins" / "modules")  # these name modules, but do not test what they do
TESTS = (UNIT, CHECKOUT / "tests" / "integration", CHECKOUT / "extensions" / "molecule")


def fragments(path):
    (text,) = (
        node.value.value
        for node in parse(path).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION"
    )
    return yaml.safe_load(text)["extends_documentation_fragment"]


def test_the_action_group_holds_all_modules():
    group = load(CHECKOUT / "meta" / "runtime.yml")["action_groups"]["swarm"]
    assert group == sorted(path.stem for path in MODULES)


def test_every_action_plugin_belongs_to_a_module():
    actions = {path.stem for path in (PLUGINS / "action").glob("[!_]*.py")}
    assert actions <= {path.stem for path in MODULES}


def test_modules_that_wait_in_rounds_have_an_action_plugin_that_shows_them():
    def wrong(path):
        action = PLUGINS / "action" / path.name
        waits = "apiary.swarm.rounds" in fragments(path)
        shows = action.exists() and "ModuleInRounds" in text_of(action)
        if waits != shows:
            yield (
                "waits in rounds that no action plugin shows" if waits else "has an action plugin for rounds, and none"
            )

    hold(MODULES, wrong)


def test_the_fragment_documents_the_attributes():
    assert set(yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["attributes"]) >= ATTRIBUTES


def test_modules_document_their_attributes():
    hold(MODULES, lambda path: [] if "apiary.swarm.attributes" in fragments(path) else ["documents no attributes"])


def test_modules_are_made_in_one_of_two_ways():
    def wrong(path):
        tree = parse(path)
        if len([*calls(tree, "SwarmModule"), *calls(tree, "make_module")]) != 1:
            yield "does not call SwarmModule or make_module once"
        if calls(tree, "AnsibleModule"):
            yield "calls AnsibleModule"

    hold(MODULES, wrong)


def test_modules_have_a_test_that_names_them():
    tests = [
        path
        for path in files(".py", ".yml")
        if any(top in path.parents for top in TESTS) and not any(top in path.parents for top in NO_TESTS)
    ]
    words = {word for path in tests for word in re.findall(r"[a-z]+(?:_[a-z]+)*", f"{path.stem} {text_of(path)}")}
    # As part of a longer word, too: test_swarm_init is a test of swarm_init.
    named = {path for path in MODULES if any(f"_{path.stem}_" in f"_{word}_" for word in words)}
    hold(MODULES, lambda path: [] if path in named else [f"no test names it, in {', '.join(map(name_of, TESTS))}"])
