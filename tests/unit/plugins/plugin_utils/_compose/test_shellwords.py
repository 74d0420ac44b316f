# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that are given as one string."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.shellwords import split


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("", []),
        ("  a\tb \n c ", ["a", "b", "c"]),
        ("a 'b c' d", ["a", "b c", "d"]),
        ('a "b \\"c\\n" d', ["a", 'b "cn', "d"]),
        ("'a\\'", ["a\\"]),
        ("a\\ b", ["a b"]),
        ("a #b\nc", ["a", "c"]),
        ("a#b", ["a#b"]),
        ("\\#a", ["#a"]),
        ('"" x', ["", "x"]),
        ("it''s", ["its"]),
        ("a\u00a0b", ["a\u00a0b"]),
    ],
)
def test_commands_are_split(command: str, words: list[str]) -> None:
    assert split(command) == words


@pytest.mark.parametrize("command", ['"a', "'a", "a\\", '"\\'])
def test_commands_that_do_not_end(command: str) -> None:
    with pytest.raises(ValueError, match="EOF found"):
        split(command)
