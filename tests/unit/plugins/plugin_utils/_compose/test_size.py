# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sizes in bytes, such as 64m."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.size import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("5", 5),
        ("5b", 5),
        ("0.9", 0),
        ("100kb", 102400),
        ("1.5 GiB", 1610612736),
        ("1K", 1024),
        (".5m", 524288),
        ("1e3k", 1024000),
        ("1t", 2**40),
        ("1p", 2**50),
        ("8191p", 8191 * 2**50),
        ("8192p", -(2**63)),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "m", "-5m", "5x", "5bk", "5kbb", "5  kb", "inf", "1e", "5ki"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid|parsing"):
        parse_size(text)
