# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every file of the project promises."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.unit.meta.project import CHECKOUT, NODE_FILES, PLUGINS, files, hold, parse, text_of

HEADER = [
    "# Copyright: (c) 2026, the apiary.swarm contributors",
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
]

# Where things are on the machine that runs this; root's home directory is one that every host has.
MACHINE_PATHS = [str(path) for path in (CHECKOUT, Path.home()) if path not in (Path("/root"), Path("/"))]


def test_python_files_state_their_licence():
    def wrong(path):
        lines = text_of(path).splitlines()
        shebang = ["#!/usr/bin/python"] if path.parent == PLUGINS / "modules" else []
        if lines[: len(shebang) + 3] != [*shebang, *HEADER]:
            yield f"begins with {lines[: len(shebang) + 3]}"

    hold(files(".py"), wrong)


def test_python_files_postpone_annotations():
    def wrong(path):
        statements = [node for node in parse(path).body if not isinstance(node, ast.Expr)]
        if statements and ast.unparse(statements[0]) != "from __future__ import annotations":
            yield f"line {statements[0].lineno} comes before `from __future__ import annotations`"

    hold(files(".py"), wrong)


def test_code_for_nodes_is_python_3_9():
    def wrong(path):
        ast.parse(text_of(path), feature_version=(3, 9))
        return ()

    hold(NODE_FILES, wrong)


def test_no_file_names_a_place_on_a_machine():
    def wrong(path):
        for place in MACHINE_PATHS:
            if re.search(rf"(?<![\w.]){re.escape(place)}(?![\w-])", text_of(path)):
                yield f"has {place}"

    hold(files(".py", ".yml", ".yaml", ".md", ".toml", ".txt", ".sh", ".cfg", ".conf", ".j2", ""), wrong)


def test_shared_code_is_private():
    def wrong(directory):
        content = [path.name for path in directory.iterdir() if path.name != "__pycache__"]
        if not content:
            yield "has nothing"
        for name in content:
            if not name.startswith("_"):
                yield f"{name} does not begin with _"

    hold([PLUGINS / "module_utils", PLUGINS / "plugin_utils"], wrong)


def test_the_licence_is_the_whole_gpl():
    text = text_of(CHECKOUT / "LICENSE")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text
    assert "END OF TERMS AND CONDITIONS" in text
