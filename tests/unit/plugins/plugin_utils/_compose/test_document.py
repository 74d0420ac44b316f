# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML as the CLI reads it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import yaml
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose import document
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.document import parse, plain_data
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.errors import ComposeError
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.scalars import Timestamp


@pytest.fixture(params=["with libyaml", "without"], autouse=True)
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setattr(document, "_LOADER", yaml.SafeLoader)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [22:22, yes, 1e3, ~]", {"a": ["22:22", "yes", 1000.0, None]}),
        ("a: 'yes'\nb: \"1\"\nc: |\n  2\nd: !!int '3'", {"a": "yes", "b": "1", "c": "2\n", "d": 3}),
        ("a: 2024-01-02", {"a": Timestamp("2024-01-02 00:00:00 +0000 UTC")}),
        ("x: &x {a: 1, b: 2}\ny:\n  b: 3\n  <<: *x", {"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}}),
        (
            "x: &x {a: 1}\nz: &z {a: 2, c: 3}\ny: {<<: [*x, *z]}",
            {"x": {"a": 1}, "z": {"a": 2, "c": 3}, "y": {"a": 1, "c": 3}},
        ),
        ('y: {"<<": 1}', {"y": {"<<": 1}}),
        ("x: &x [1]\ny: *x", {"x": [1], "y": [1]}),
        ("x: &x 1\ny: &x 2\nz: *x", {"x": 1, "y": 2, "z": 2}),
        ("x: &x key\ny: {*x : 1}", {"x": "key", "y": {"key": 1}}),
        ("a: {? b, c: }", {"a": {"b": None, "c": None}}),
        ("a: 1\n---\nb: [", {"a": 1}),
        ("%YAML 1.1\n---\na: 1", {"a": 1}),
        ("a: !anything {b: !anything 1}", {"a": {"b": "1"}}),
        ("a: http://x/?y\nb: ['http://x/?y']", {"a": "http://x/?y", "b": ["http://x/?y"]}),
    ],
)
def test_read(text: str, value: Any) -> None:
    assert parse(text, "f.yml") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.yml: top-level object must be a mapping"),
        ("- a", "f.yml: top-level object must be a mapping"),
        ("a: 1\nb: 2\na: 3", 'f.yml: line 3: mapping key "a" already defined at line 1'),
        ('a: 1\n"a": 2', 'f.yml: line 2: mapping key "a" already defined at line 1'),
        ("x: &x {}\ny:\n  <<: *x\n  <<: *x", 'f.yml: line 4: mapping key "<<" already defined at line 3'),
        ("a:\n  1: x", "f.yml: line 2: the key 1 is not a string; put it in quotes"),
        ("true: x", "f.yml: line 1: the key true is not a string; put it in quotes"),
        ("a: .inf", "f.yml: line 1: .inf is no number that a Compose file can have"),
        ("a: !!int x", "f.yml: line 1: cannot decode `x` as a !!int"),
        ("a: *b", "f.yml: line 1: unknown anchor 'b' referenced"),
        ("a: &a {b: *a}", "f.yml: line 1: anchor 'a' value contains itself"),
        ("a: {<<: 1}", "f.yml: line 1: map merge requires map or sequence of maps as the value"),
        ("a: b\n\tc: d", "f.yml: line 2: "),
        ("a: [", "f.yml: line "),
        ("%YAML 1.2\n---\na: 1", "f.yml: found incompatible YAML document: only %YAML 1.1 is understood"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(ComposeError) as caught:
        parse(text, "f.yml")
    assert caught.value.message.startswith(message)


def test_a_small_file_does_not_become_huge() -> None:
    levels = [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(ComposeError, match="excessive aliasing"):
        parse("\n".join(["x0: &x0 [a, a, a, a, a, a, a, a, a]", *levels]), "f.yml")


class _Text(str):
    """As Ansible marks strings."""

    __slots__ = ()


def test_what_another_parser_read() -> None:
    given = {_Text("a"): [_Text("b"), (1, 2.5)], "c": {"d": datetime.date(2024, 1, 2)}, "e": None, "f": True}
    plain = plain_data(given, "definition")
    assert plain == {"a": ["b", [1, 2.5]], "c": {"d": Timestamp("2024-01-02 00:00:00 +0000 UTC")}, "e": None, "f": True}
    assert {type(key) for key in plain} == {str}
    assert plain["a"][0].__class__ is str


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": {1: 2}}, "definition: the key 1 is not a string"),
        ({"a": float("nan")}, "definition: nan is of type float"),
        ({"a": {1, 2}}, "definition: {1, 2} is of type set"),
    ],
)
def test_what_compose_files_cannot_hold(value: Any, message: str) -> None:
    with pytest.raises(ComposeError, match=message):
        plain_data(value, "definition")


@pytest.mark.parametrize("text", ["a: [b, http://x/?y]", "a: {b: [x?]}", "{a: b?c}"])
def test_a_question_mark_ends_a_word_between_brackets(text: str) -> None:
    with pytest.raises(ComposeError, match=r"f.yml: line 1: "):
        parse(text, "f.yml")


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="libyaml takes it for text, PyYAML's own parser does not")
def test_a_question_mark_may_be_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_LOADER", getattr(yaml, "CSafeLoader", None))
    assert parse("a: [b, http://x/?y]", "f.yml", question_mark_ends_word=False) == {"a": ["b", "http://x/?y"]}
