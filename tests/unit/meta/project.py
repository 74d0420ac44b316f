# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules of the project are checked on: its own files."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[3]
PLUGINS = CHECKOUT / "plugins"
MODULES = sorted((PLUGINS / "modules").glob("[!_]*.py"))
# What runs on managed nodes; everything else runs on the controller.
NODE_FILES = sorted(path for top in ("modules", "module_utils") for path in (PLUGINS / top).rglob("*.py"))
ROLES = sorted(path for path in (CHECKOUT / "roles").iterdir() if path.is_dir())


@functools.cache
def _files() -> list[Path]:
    return sorted(
        path
        for top in CHECKOUT.iterdir()
        if not top.name.startswith(".")
        for path in ([top] if top.is_file() else top.rglob("*"))
        if "__pycache__" not in path.parts and path.is_file()
    )


def files(*suffixes: str) -> list[Path]:
    """The project's files with one of these suffixes, without what is hidden or generated."""
    return [path for path in _files() if path.suffix in suffixes]


def name_of(path: Path) -> str:
    """How a file is called in messages, and in names of tests."""
    return str(path.relative_to(CHECKOUT))


def hold(things: Iterable[Any], wrong: Callable[[Any], Iterable[str]], name: Callable[[Any], str] = name_of) -> None:
    """One rule for all files, or whatever has a name: fails with a line for each thing that is wrong with one.

    A file that the rule cannot even read is wrong, too, and the others are looked at all the same.
    """
    things = list(things)
    assert things, "there is nothing that the rule is for"
    found = []
    for thing in things:
        try:
            found += [f"{name(thing)}: {what}" for what in wrong(thing)]
        except Exception as error:
            found.append(f"{name(thing)}: {type(error).__name__}: {error}")
    if found:
        pytest.fail("\n".join(found), pytrace=False)


# Files do not change while the tests run; each is read once, and what is returned is not to be changed.
@functools.cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape")


@functools.cache
def load(path: Path) -> Any:
    return yaml.safe_load(text_of(path))


@functools.cache
def parse(path: Path) -> ast.Module:
    return ast.parse(text_of(path), filename=name_of(path))


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
