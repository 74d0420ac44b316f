# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML as the CLI reads it (Go's yaml.v3), from the events of PyYAML's parser, which are all but the same for both.

What differs is what they mean: a key that occurs twice is an error, keys are strings, only the first document counts;
and see scalars.py. A word that ends with a colon between brackets (`[a:, b]`) needs quotes here, and none in yaml.v3.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from .errors import ComposeError
from .scalars import Timestamp, plain, tagged, timestamp_of

# The C parser is ten times faster; it is there wherever PyYAML was built with libyaml.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE_TAG = "tag:yaml.org,2002:merge"


def parse(text: str, name: str, *, question_mark_ends_word: bool = True) -> dict[str, Any]:
    """The mapping that the first document of a YAML text is. ComposeError with the name and the line.

    To Go's yaml.v3 (and YAML 1.1), a question mark ends a word without quotes between brackets, which makes
    `[http://x/?y]` an error. It is none without `question_mark_ends_word`.
    """
    try:
        value = _Reader(text, question_mark_ends_word).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise ComposeError(f"{name}: {line}{error.problem or error.context}") from error
    except (yaml.YAMLError, _Refused) as error:
        raise ComposeError(f"{name}: {error}") from error
    if not isinstance(value, dict):
        raise ComposeError(f"{name}: top-level object must be a mapping")
    return value


def plain_data(value: Any, name: str) -> Any:
    """What was parsed elsewhere (an inline definition), in the types that `parse` gives. ComposeError for others."""
    if isinstance(value, Mapping):
        odd = next((key for key in value if not isinstance(key, str)), None)
        if odd is not None:
            raise ComposeError(f"{name}: the key {odd!r} is not a string", "Put it in quotes.")
        return {str(key): plain_data(item, name) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(item, name) for item in value]
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, datetime.date):
        return timestamp_of(value)
    raise ComposeError(f"{name}: {value!r} is of type {type(value).__name__}, which Compose files do not have")


class _Refused(Exception):
    """Valid YAML that a Compose file cannot be. The text begins with the line."""


@dataclass(frozen=True)
class _Node:
    """A value with what duplicate keys and merges are recognised by."""

    value: Any
    identity: tuple[str, str]  # kind and text, which is all that two equal keys must share
    line: int
    is_merge_key: bool = False
    weight: int = 1  # number of nodes, those behind aliases included


class _Reader:
    def __init__(self, text: str, question_mark_ends_word: bool) -> None:
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.question_mark_ends_word = question_mark_ends_word
        self.brackets = 0  # that are open
        self.anchors: dict[str, _Node | None] = {}
        self.aliased = 0
        self.decoded = 0

    def document(self) -> Any:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if event.version and tuple(event.version) != (1, 1):
                    raise _Refused("found incompatible YAML document: only %YAML 1.1 is understood")
                return self.node(next(self.events)).value
        return None

    def node(self, event: Any) -> _Node:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return self.alias(str(event.anchor), line)
        self.count(1, aliased=False)
        if event.anchor:
            self.anchors[event.anchor] = None  # until it is complete: what refers to itself is found by this
        if isinstance(event, yaml.ScalarEvent):
            self.check_word(event, line)
            node = _scalar(event, line)
        else:
            self.brackets += event.flow_style
            node = self.sequence(line) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(line)
            self.brackets -= event.flow_style
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def check_word(self, event: Any, line: int) -> None:
        if self.brackets and self.question_mark_ends_word and event.style in (None, "") and "?" in event.value:
            raise _Refused(f"line {line}: did not find expected ',' or ']' before the question mark; use quotes")

    def alias(self, anchor: str, line: int) -> _Node:
        if anchor not in self.anchors:
            raise _Refused(f"line {line}: unknown anchor '{anchor}' referenced")
        node = self.anchors[anchor]
        if node is None:
            raise _Refused(f"line {line}: anchor '{anchor}' value contains itself")
        self.count(node.weight, aliased=True)
        return _Node(node.value, ("alias", anchor), line, weight=node.weight)

    def count(self, weight: int, aliased: bool) -> None:
        """Refuse documents that are small as text and huge as data, by the limits of yaml.v3."""
        self.decoded += weight
        self.aliased += weight if aliased else 0
        share = 0.99 - 0.89 * min(max((self.decoded - 400_000) / 3_600_000, 0), 1)
        if self.aliased > 100 and self.decoded > 1000 and self.aliased / self.decoded > share:
            raise _Refused("document contains excessive aliasing")

    def sequence(self, line: int) -> _Node:
        nodes = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            nodes.append(self.node(event))
        return _Node([node.value for node in nodes], ("sequence", ""), line, weight=1 + sum(n.weight for n in nodes))

    def mapping(self, line: int) -> _Node:
        first_lines: dict[tuple[str, str], int] = {}
        own: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        weight = 1
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event)
            if key.identity in first_lines:
                before = first_lines[key.identity]
                raise _Refused(f'line {key.line}: mapping key "{key.identity[1]}" already defined at line {before}')
            first_lines[key.identity] = key.line
            value = self.node(next(self.events))
            weight += key.weight + value.weight
            if key.is_merge_key:
                merged = _merged(value)
            elif isinstance(key.value, str):
                own[key.value] = value.value
            else:
                raise _Refused(f"line {key.line}: the key {key.identity[1]} is not a string; put it in quotes")
        for mapping in merged:  # its own keys first, and then earlier mappings before later ones
            own = {**mapping, **own}
        return _Node(own, ("mapping", ""), line, weight=weight)


def _scalar(event: Any, line: int) -> _Node:
    explicit = event.tag if event.tag and event.tag != "!" else None
    is_plain = event.style in (None, "")
    try:
        if explicit == _MERGE_TAG:
            value: Any = event.value
        elif explicit:
            value = tagged(explicit, event.value)
        else:
            value = plain(event.value) if is_plain else event.value
    except ValueError as error:
        raise _Refused(f"line {line}: {error}") from error
    if isinstance(value, float) and not math.isfinite(value):
        raise _Refused(f"line {line}: {event.value} is no number that a Compose file can have")
    is_merge_key = event.value == "<<" and (explicit == _MERGE_TAG or (is_plain and not explicit))
    return _Node(value, ("scalar", event.value), line, is_merge_key)


def _merged(node: _Node) -> list[dict[str, Any]]:
    """The mappings of a merge (`<<: *one` or `<<: [*one, *other]`)."""
    mappings = node.value if node.identity[0] == "sequence" else [node.value]
    if not all(isinstance(mapping, dict) for mapping in mappings):
        raise _Refused(f"line {node.line}: map merge requires map or sequence of maps as the value")
    return list(mappings)


__all__ = ["Timestamp", "parse", "plain_data"]
