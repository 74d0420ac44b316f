# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules of the project are checked on: its own files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[3]
PLUGINS = CHECKOUT / "plugins"
MODULES = sorted((PLUGINS / "modules").glob("[!_]*.py"))
# What runs on managed nodes; everything else runs on the controller.
NODE_FILES = sorted(path for top in ("modules", "module_utils") for path in (PLUGINS / top).rglob("*.py"))
ROLES = sorted(path for path in (CHECKOUT / "roles").iterdir() if path.is_dir())


def files(*suffixes: str) -> list[Path]:
    """The project's files with one of these suffixes, without what is hidden or generated."""
    found = [
        path
        for top in CHECKOUT.iterdir()
        if not top.name.startswith(".")
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts
    ]
    return sorted(found)


def name_of(path: Path) -> str:
    """How a file is called in the name of a test."""
    return str(path.relative_to(CHECKOUT))


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))


def imports(tree: ast.Module) -> Iterator[str]:
    """The dotted names of the modules that a file imports, at its top or later."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def calls(tree: ast.Module, function: str) -> list[ast.Call]:
    """The calls of a function by its bare name."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
    ]
