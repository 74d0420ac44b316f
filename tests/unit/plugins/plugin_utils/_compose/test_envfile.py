# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of environment variables."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.envfile import parse_env_file


def test_env_files() -> None:
    content = b'\xef\xbb\xbfA=1\r\n# no\n\n  B=x=y  \nQ="quoted"\nKNOWN\nUNKNOWN\nA=2\nE=\n'
    assert parse_env_file(content, {"KNOWN": "k"}) == {"A": "2", "B": "x=y  ", "Q": '"quoted"', "KNOWN": "k", "E": ""}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"A B=1", "variable 'A B' contains whitespaces"),
        (b"A =1", "contains whitespaces"),
        (b"=1", "no variable name on line '=1'"),
        (b"A=1\nB=\xff", "invalid utf8 bytes at line 2"),
        (b"A=" + b"x" * 65536, "longer than 64 KiB"),
    ],
)
def test_env_files_that_are_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_env_file(content, {})
