# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a value has the form that a table of keys (keys.py) asks for. One error is shown: the most deeply nested."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .scalars import Timestamp

NEWER = 100
"""The version of keys that no version 3 has and that the Compose specification has."""


@dataclass(frozen=True)
class Scalar:
    types: tuple[str, ...]
    """Of string, number, integer, boolean, null."""
    check: Callable[[Any], None] | None = None
    """Raises ValueError for a value that is none of `format`."""
    format: str = ""
    choices: tuple[str, ...] = ()
    minimum: int | None = None


@dataclass(frozen=True)
class List:
    item: Node
    unique: bool = False
    types: tuple[str, ...] = ("list",)


@dataclass(frozen=True)
class Map:
    keys: Mapping[str, Node] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None
    each: Node | None = None
    """What values of keys that match the pattern are."""
    extensions: int = NEWER + 1
    """Since which version keys may begin with `x-`."""
    is_open: bool = False
    """Whether other keys are let pass."""
    required: tuple[str, ...] = ()
    types: tuple[str, ...] = ("mapping",)


@dataclass(frozen=True)
class Either:
    """One of several forms, which differ in type."""

    forms: tuple[Node, ...]


@dataclass(frozen=True)
class Since:
    """A key that is there since a version, or whose form changed: (minor version, form), rising."""

    forms: tuple[tuple[int, Node], ...]


Node = Scalar | List | Map | Either | Since | None


@dataclass(frozen=True)
class Problem:
    path: tuple[str, ...]
    text: str
    is_type: bool = False

    def __str__(self) -> str:
        return f"{'.'.join(self.path) or '(root)'} {self.text}"


def first_problem(value: Any, node: Node, minor: int, with_newer: bool) -> Problem | None:
    """The most specific problem of a value, or None. `minor` is the version 3.<minor>."""
    problems: list[Problem] = []
    _Check(minor, with_newer, problems).value(value, node, ())
    if not problems:
        return None
    return max(problems, key=lambda problem: (len(problem.path), problem.is_type))


def kind(value: Any) -> str:
    if value is None:
        return "null"
    for types, name in ((bool, "boolean"), ((str, Timestamp), "string"), (dict, "mapping"), (list, "list")):
        if isinstance(value, types):
            return name
    return "integer" if int(value) == value else "number"


class _Check:
    def __init__(self, minor: int, with_newer: bool, problems: list[Problem]) -> None:
        self.minor = minor
        self.with_newer = with_newer
        self.problems = problems

    def form(self, node: Node) -> tuple[bool, Node]:
        """Whether there is such a key in this version, and its form."""
        if not isinstance(node, Since):
            return True, node
        known = [form for since, form in node.forms if since <= self.minor or (since == NEWER and self.with_newer)]
        return (True, known[-1]) if known else (False, None)

    def value(self, value: Any, node: Node, path: tuple[str, ...]) -> None:
        _form, node = self.form(node)
        if isinstance(node, Either):
            node = self.chosen(value, node)
        if node is None:
            return
        if not _is_of(value, _types(node)):
            self.add(path, f"must be {_spoken(_types(node))}", is_type=True)
        elif isinstance(node, Map) and isinstance(value, dict):
            self.mapping(value, node, path)
        elif isinstance(node, List) and isinstance(value, list):
            self.list(value, node, path)
        elif isinstance(node, Scalar):
            self.scalar(value, node, path)

    def chosen(self, value: Any, node: Either) -> Node:
        """The form whose type the value has; if none has, all their types are asked for."""
        forms = [self.form(form)[1] for form in node.forms]
        fitting = (form for form in forms if form is not None and _is_of(value, _types(form)))
        types = tuple(name for form in forms if form is not None for name in _types(form))
        return next(fitting, Scalar(types))

    def mapping(self, value: dict[str, Any], node: Map, path: tuple[str, ...]) -> None:
        for key, item in value.items():
            known, form = self.form(node.keys[key]) if key in node.keys else (False, None)
            if known:
                self.value(item, form, (*path, key))
            elif node.pattern and node.pattern.search(key):
                self.value(item, node.each, (*path, key))
            elif not node.is_open and not (key.startswith("x-") and node.extensions <= self.minor):
                self.add(path, f"Additional property {key} is not allowed")
        for key in node.required:
            if key not in value:
                self.add(path, f"{key} is required")

    def list(self, value: list[Any], node: List, path: tuple[str, ...]) -> None:
        for index, item in enumerate(value):
            self.value(item, node.item, (*path, str(index)))
        seen: dict[str, int] = {}
        for index, item in enumerate(value) if node.unique else ():
            before = seen.setdefault(json.dumps(_comparable(item), sort_keys=True, default=str), index)
            if before != index:
                self.add(path, f"array items[{before},{index}] must be unique")

    def scalar(self, value: Any, node: Scalar, path: tuple[str, ...]) -> None:
        if node.choices and value not in node.choices:
            self.add(path, f"must be one of the following: {', '.join(node.choices)}, not {value!r}")
        if node.minimum is not None and value < node.minimum:
            self.add(path, f"Must be greater than or equal to {node.minimum}")
        if node.check:
            try:
                node.check(value)
            except ValueError as error:
                self.add(path, f"Does not match format '{node.format}': {error}")

    def add(self, path: tuple[str, ...], text: str, is_type: bool = False) -> None:
        self.problems.append(Problem(path, text, is_type))


def _comparable(value: Any) -> Any:
    """The value with whole numbers in one form: 80 and 80.0 are the same."""
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _types(node: Node) -> tuple[str, ...]:
    return getattr(node, "types", ())


def _is_of(value: Any, types: tuple[str, ...]) -> bool:
    found = kind(value)
    return found in types or (found == "integer" and "number" in types)


def _spoken(types: tuple[str, ...]) -> str:
    names = list(dict.fromkeys(types))
    article = "an" if names[0] == "integer" else "a"
    return f"{article} {', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else f"{article} {names[0]}"
