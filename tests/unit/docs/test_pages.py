# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What README, docs, examples and the pages of roles say can be done as it stands there."""

from __future__ import annotations

import itertools
import re
import shlex

import pytest

from tests.unit.docs import pages
from tests.unit.meta.project import CHECKOUT, MODULES, ROLES, name_of

YAML = pages.blocks("yaml")
# A line of output begins with a letter, a line that is typed with the prompt.
COMMANDS = [
    pytest.param(line[2:].partition("   # ")[0], id=f"{block}: {line[2:60]}")
    for block in pages.blocks("console")
    for line in block.text.replace("\\\n", " ").splitlines()
    if line.startswith("$ ")
]
PLAYBOOKS = {path.stem for path in (CHECKOUT / "playbooks").glob("*.yml")}
KNOWN = pages.known_variables()
# Of Ansible itself, of an example, or names that stand for the reader's own.
OTHERS = re.compile(r"(ansible|vault|shop|edge|grafana|run$|app|my)_?\w*")


def known(name: str) -> bool:
    return name in KNOWN or OTHERS.fullmatch(name) is not None


@pytest.mark.parametrize("page", pages.PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    dead = []
    for link in pages.links(page):
        file, _hash, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in pages.anchors(target)):
            dead.append(link)
    assert dead == []


def test_every_page_of_docs_is_in_its_index():
    index = CHECKOUT / "docs" / "README.md"
    listed = {(index.parent / link.partition("#")[0]).resolve() for link in pages.links(index)}
    assert {page for page in pages.PAGES if index.parent in page.parents} - {index} <= listed


@pytest.mark.parametrize("block", YAML, ids=str)
def test_a_yaml_block_is_of_a_known_kind(block):
    assert pages.kind(block.data)


@pytest.mark.parametrize("block", [block for block in YAML if pages.kind(block.data) == "variables"], ids=str)
def test_variables_exist(block):
    assert [name for name in block.data if not known(name)] == []


@pytest.mark.parametrize("block", [block for block in YAML if pages.kind(block.data) == "inventory"], ids=str)
def test_variables_of_inventories_exist(block):
    def names(tree):
        for key, value in tree.items():
            if key == "vars":
                yield from value
            elif key == "hosts":
                yield from (name for variables in value.values() if variables for name in variables)
            elif isinstance(value, dict):
                yield from names(value)

    assert [name for name in names(block.data) if not known(name)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_exist(command):
    """Targets of make, playbooks, and the variables that they are given."""
    words = shlex.split(command, comments=True)
    targets = re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {words[at + 1] for at, word in enumerate(words) if word == "make"} <= set(targets)
    for word in words:
        name = word.removeprefix("apiary.swarm.")
        if name != word and words[0] == "ansible-playbook":
            assert name in PLAYBOOKS
        if re.match(r"[\w/-]+/deploy\.yml$", word):
            assert (pages.EXAMPLES / word).is_file()
    for option, value in itertools.pairwise(words):
        if option in ("-e", "--extra-vars") and "=" in value:
            assert known(value.partition("=")[0]), value


@pytest.mark.parametrize("page", pages.PAGES, ids=name_of)
def test_names_of_the_collection_exist(page):
    """`apiary.swarm.x` is a module, a role, a playbook or another plugin; `docker_engine_x` is an option."""
    text = page.read_text(encoding="utf-8")
    content = (
        {path.stem for path in MODULES}
        | {role.name for role in ROLES}
        | PLAYBOOKS
        | {path.stem for folder in ("filter", "inventory") for path in (CHECKOUT / "plugins" / folder).glob("[!_]*")}
        # The Engine's labels, and the name of a Python package.
        | {"availability", "plugins"}
    )
    named = set(re.findall(r"(?<![\w./])apiary\.swarm\.([a-z]\w+)", text))
    assert named - content == set()
    prefixes = "|".join(role.name for role in ROLES)
    options = {name for name in re.findall(rf"`((?:{prefixes})_[a-z_]+)`", text) if name not in content}
    assert options - KNOWN == set()


@pytest.mark.parametrize("page", pages.PAGES, ids=name_of)
def test_files_of_the_project_exist(page):
    tops = "|".join(path.name for path in CHECKOUT.iterdir() if path.is_dir() and not path.name.startswith("."))
    named = re.findall(rf"`((?:{tops})/[\w./-]+)`", page.read_text(encoding="utf-8"))
    places = (CHECKOUT, page.parent, ROLES[0])  # what is said of a role holds for all
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


def test_examples_have_their_pages_and_default_images():
    for folder in sorted(path.parent for path in pages.EXAMPLES.glob("*/stack.yml")):
        assert (folder / "README.md").is_file()
        assert (folder / "deploy.yml").is_file()
        images = re.findall(r"^ +image: (.*)$", (folder / "stack.yml").read_text(encoding="utf-8"), re.MULTILINE)
        assert images
        assert [image for image in images if not re.fullmatch(r"\$\{[A-Z_]+_IMAGE:-[\w./-]+:[\w.-]+\}", image)] == []


def test_the_modules_and_roles_are_all_in_the_reference():
    text = (CHECKOUT / "docs" / "reference.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[\w]+", text))
    assert {path.stem for path in MODULES} | {role.name for role in ROLES} <= named
