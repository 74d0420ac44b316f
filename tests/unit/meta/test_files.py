# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every file of the project promises."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.unit.meta.project import CHECKOUT, NODE_FILES, PLUGINS, files, name_of, parse

PYTHON = files(".py")
TEXT = files(".py", ".yml", ".yaml", ".md", ".toml", ".txt", ".sh", ".cfg", ".conf", ".j2", "")

HEADER = [
    "# Copyright: (c) 2026, the apiary.swarm contributors",
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
]

# Where things are on the machine that runs this; root's home directory is one that every host has.
MACHINE_PATHS = [str(path) for path in (CHECKOUT, Path.home()) if path not in (Path("/root"), Path("/"))]


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_a_python_file_states_its_licence(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    shebang = ["#!/usr/bin/python"] if path.parent == PLUGINS / "modules" else []
    assert lines[: len(shebang) + 3] == [*shebang, *HEADER]


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_a_python_file_postpones_annotations(path):
    statements = [node for node in parse(path).body if not isinstance(node, ast.Expr)]
    assert not statements or ast.unparse(statements[0]) == "from __future__ import annotations"


@pytest.mark.parametrize("path", NODE_FILES, ids=name_of)
def test_code_for_nodes_is_python_3_9(path):
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize("path", TEXT, ids=name_of)
def test_no_file_names_a_place_on_a_machine(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    assert [place for place in MACHINE_PATHS if re.search(rf"(?<![\w.]){re.escape(place)}(?![\w-])", text)] == []


@pytest.mark.parametrize("directory", [PLUGINS / "module_utils", PLUGINS / "plugin_utils"], ids=name_of)
def test_shared_code_is_private(directory):
    content = [path.name for path in directory.iterdir() if path.name != "__pycache__"]
    assert content
    assert [name for name in content if not name.startswith("_")] == []


def test_the_licence_is_the_whole_gpl():
    text = (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text
    assert "END OF TERMS AND CONDITIONS" in text
