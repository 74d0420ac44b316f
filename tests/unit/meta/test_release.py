# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Galaxy's importer refuses, and Automation Hub's asks for besides."""

from __future__ import annotations

import re

from tests.unit.meta.project import CHECKOUT, ROLES, load

GALAXY = load(CHECKOUT / "galaxy.yml")
# galaxy-importer: constants.py, ALLOWED_TAGS.
CATEGORIES = {
    *("ai", "application", "cloud", "database", "eda", "infrastructure", "linux", "monitoring", "networking"),
    *("security", "storage", "tools", "windows"),
}
NAME = re.compile(r"(?!.*__)[a-z_][0-9a-z_]*")


def test_the_description_is_complete():
    assert {"namespace", "name", "version", "readme", "authors", "repository", "issues", "license"} <= set(GALAXY)
    assert GALAXY["license"] == ["GPL-3.0-or-later"]
    assert load(CHECKOUT / "meta" / "runtime.yml")["requires_ansible"]


def test_tags_are_taken():
    tags = GALAXY["tags"]
    assert len(tags) <= 20
    assert [tag for tag in tags if not NAME.fullmatch(tag)] == []
    assert CATEGORIES & set(tags)


def test_the_version_is_one_of_a_release():
    assert re.fullmatch(r"[1-9]\d*\.\d+\.\d+", GALAXY["version"])


def test_nothing_is_new_in_a_version_that_is_not_there_yet():
    added = {
        found
        for folder in ("plugins", "roles")
        for path in (CHECKOUT / folder).rglob("*")
        if path.suffix in (".py", ".yml")
        for found in re.findall(r"^ *version_added: (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    numbers = [tuple(int(part) for part in text.strip("\"'").split(".")) for text in (*added, GALAXY["version"])]
    assert max(numbers) == numbers[-1]


def test_roles_and_playbooks_can_be_imported():
    assert [role.name for role in ROLES if not (role / "README.md").is_file()] == []
    names = [path.stem for path in (*ROLES, *(CHECKOUT / "playbooks").glob("*.yml"))]
    assert [name for name in names if not NAME.fullmatch(name)] == []


def test_an_execution_environment_can_be_built():
    described = load(CHECKOUT / "meta" / "execution-environment.yml")
    requirements = (CHECKOUT / described["dependencies"]["python"]).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in requirements if line and not line.startswith("#")]
    assert wanted
    assert [line for line in wanted if not re.fullmatch(r"[a-z-]+>=[\d.]+", line)] == []
