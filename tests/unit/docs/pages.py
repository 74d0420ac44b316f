# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pages hold that can be tried out: blocks of code, links, names."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.unit.meta.project import CHECKOUT, files, load, name_of

PAGES = [path for path in files(".md") if path.name != "CHANGELOG.md"]
EXAMPLES = CHECKOUT / "examples"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


class Block(NamedTuple):
    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"

    @property
    def data(self) -> Any:
        return yaml.safe_load(self.text)


def blocks(language: str) -> list[Block]:
    """The blocks of one language, on all pages."""
    return [block for page in PAGES for block in _blocks(page) if block.language == language]


def _blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, match.start()) + 1, match[1], match[2].rstrip("\n") + "\n")
        for match in _FENCE.finditer(text)
    ]


def kind(data: Any) -> str:
    """What a YAML block is; "" for what nobody knows, which is an error."""
    if isinstance(data, list):
        return "playbook" if any({"hosts", "ansible.builtin.import_playbook"} & set(item) for item in data) else "tasks"
    keys = set(data)
    if keys <= {"all", "swarm_managers", "swarm_workers"}:
        return "inventory"
    if keys <= {"services", "networks", "secrets", "configs", "volumes"}:
        return "compose"
    if "plugin" in keys:
        return "source of an inventory"
    if keys == {"collections"}:
        return "requirements"
    if keys & {"stages", "jobs"} or any("script" in value for value in data.values() if isinstance(value, dict)):
        return "pipeline"
    return "variables" if all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in keys) else ""


def prose(page: Path) -> str:
    """The text of a page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """The targets of the links to other files, and to headings."""
    return [link for link in _LINK.findall(prose(page)) if "://" not in link and not link.startswith("mailto:")]


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to headings."""
    headings = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in _HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@functools.cache
def known_variables() -> set[str]:
    """Variables of roles, variables that playbooks read, and those of hosts that role pages list."""
    known: set[str] = set()
    for path in CHECKOUT.glob("roles/*/meta/argument_specs.yml"):
        for specification in load(path)["argument_specs"].values():
            known |= set(specification.get("options", {}))
    for path in [*CHECKOUT.glob("playbooks/*.yml"), *CHECKOUT.glob("examples/*/deploy.yml")]:
        known |= set(re.findall(r"\{\{ *([a-z]\w*)", path.read_text(encoding="utf-8")))
    for path in CHECKOUT.glob("roles/*/README.md"):
        known |= set(re.findall(r"\b(?:swarm_node|swarm_firewall|preflight)_\w+", path.read_text(encoding="utf-8")))
    return known
