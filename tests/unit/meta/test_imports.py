# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which part of the collection may import what."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.unit.meta.project import NODE_FILES, PLUGINS, hold, imports, parse

OWN = "ansible_collections.apiary.swarm"
SHARED = PLUGINS / "module_utils" / "_swarm"
COMPOSE = PLUGINS / "plugin_utils" / "_compose"
PREFLIGHT = PLUGINS / "plugin_utils" / "_preflight"

# The parts that touch the world; everything else in the shared code is pure.
IMPURE = {
    SHARED / name
    for name in (
        *("engine.py", "transport.py", "ssh.py", "sdk.py", "wait.py", "lifecycle.py"),
        *("argspec.py", "ansible_module.py", "core_secrets.py"),
    )
}

PURE_FILES = (
    sorted(set(SHARED.rglob("*.py")) - IMPURE) + sorted(COMPOSE.rglob("*.py")) + sorted(PREFLIGHT.rglob("*.py"))
)
PLUGIN_FILES = sorted(PLUGINS.rglob("*.py"))


def foreign(path: Path, *packages: str) -> list[str]:
    """What the file imports of these packages, or from below them."""
    return [name for name in imports(parse(path)) if name.split(".")[0] in packages]


def test_there_is_something_to_check():
    assert all(path.is_file() for path in IMPURE)
    assert {SHARED, COMPOSE, PREFLIGHT} <= {parent for path in PURE_FILES for parent in path.parents}


def test_pure_files_import_neither_docker_nor_ansible_nor_time():
    hold(PURE_FILES, lambda path: [f"imports {name}" for name in foreign(path, "docker", "ansible", "time")])


@pytest.mark.parametrize(("package", "owner"), [("docker", "sdk.py"), ("time", "wait.py")])
def test_one_file_imports(package, owner):
    assert [path for path in PLUGIN_FILES if foreign(path, package)] == [SHARED / owner]


def test_filters_import_what_they_need_when_they_are_called():
    """All filter files are loaded in each process that needs one of them: for every host and task, that is."""

    def wrong(path):
        for node in parse(path).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                name = getattr(node, "module", None) or node.names[0].name
                if name.startswith("ansible_collections"):
                    yield f"imports {name} at once, in line {node.lineno}"

    hold(sorted((PLUGINS / "filter").glob("*.py")), wrong)


def test_no_other_collection_is_imported():
    def wrong(path):
        names = foreign(path, "ansible_collections")
        return [f"imports {name}" for name in names if not name.startswith(f"{OWN}.")]

    hold(PLUGIN_FILES, wrong)


def test_what_is_sent_to_nodes_imports_absolutely():
    hold(NODE_FILES, lambda path: [f"imports {name}" for name in imports(parse(path)) if name.startswith(".")])
