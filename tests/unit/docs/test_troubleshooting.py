# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each message that docs/troubleshooting.md quotes is one that the code has."""

from __future__ import annotations

import ast
import re

import pytest

from tests.unit.meta.project import CHECKOUT, PLUGINS, parse

PAGE = CHECKOUT / "docs" / "troubleshooting.md"
VALUE = "…"
# What Docker Engine says; these words are in no file of the project.
ENGINE = {
    "could not choose an IP address",
    "no suitable node",
    "No such image",
    "host-mode port already in use on … node",
    "task: non-zero exit",
    "unhealthy container",
    "client version … is too old",
    "invalid mount config",
}


def quoted():
    """The first column of the tables, without the messages of the Engine."""
    rows = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [row for row in rows if row not in ENGINE]


def squeezed(text):
    return re.sub(r"\s+", " ", text)


def literals(tree):
    """The texts of a Python file, values in them as `…`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.fixture(scope="module")
def texts():
    code = {squeezed(text) for path in PLUGINS.rglob("*.py") for text in literals(parse(path))}
    tasks = {squeezed(path.read_text(encoding="utf-8")) for path in (CHECKOUT / "roles").glob("*/tasks/*.yml")}
    return code | tasks


def test_the_page_quotes_messages():
    assert len(quoted()) > 40
    assert len(set(quoted())) == len(quoted())


@pytest.mark.parametrize("message", quoted())
def test_a_quoted_message_is_one_of_the_code(message, texts):
    fragments = [part.strip(" .,:") for part in message.split(VALUE)]
    for fragment in filter(None, fragments):
        assert any(fragment in text for text in texts), f"no message has {fragment!r}"
    assert max(map(len, fragments)) > 9
