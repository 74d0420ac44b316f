# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain and tagged scalars of YAML."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.scalars import (
    Timestamp,
    plain,
    tagged,
    timestamp_of,
)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *[
            (word, word)
            for word in ("yes", "no", "on", "off", "y", "N", "22:22", "1:30", "190:20:30.15", "tRUE", "nULL")
        ],
        *[
            (word, word)
            for word in ("0o8", "0b2", "._5", "1e400", "1e", "1.2.3", "2024-13-02", "2020-01-01T00:00:00", "_1")
        ],
        *[(word, None) for word in ("", "~", "null", "Null", "NULL")],
        ("true", True),
        ("FALSE", False),
        ("0777", 511),
        ("0o17", 15),
        ("-0b11", -3),
        ("0X1F", 31),
        ("1_000", 1000),
        ("0_7", 7),
        ("+5", 5),
        ("08", 8.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("18446744073709551615", 18446744073709551615),
        ("18446744073709551616", 18446744073709551616.0),
        ("2024-1-2", Timestamp("2024-01-02 00:00:00 +0000 UTC")),
        ("2024-01-02T03:04:05.50+01:00", Timestamp("2024-01-02 03:04:05.5 +0100 +0100")),
        ("2024-01-02 3:4:5", Timestamp("2024-01-02 03:04:05 +0000 UTC")),
        ("2024-01-02T03:04:05,5Z", Timestamp("2024-01-02 03:04:05.5 +0000 UTC")),
        ("2024-01-02t03:04:05Z", Timestamp("2024-01-02 03:04:05 +0000 UTC")),
    ],
)
def test_plain_words(word: str, value: Any) -> None:
    assert plain(word) == value
    assert type(plain(word)) is type(value)


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("int", "3", 3),
        ("float", "3", 3.0),
        ("str", "3", "3"),
        ("bool", "true", True),
        ("null", "", None),
        ("binary", "aGk=", "hi"),
        ("timestamp", "2020-01-01", Timestamp("2020-01-01 00:00:00 +0000 UTC")),
    ],
)
def test_tagged_scalars(tag: str, text: str, value: Any) -> None:
    assert tagged(f"tag:yaml.org,2002:{tag}", text) == value
    assert tagged("!unknown", text) == text


@pytest.mark.parametrize(
    ("tag", "text"), [("int", "1.0"), ("int", "x"), ("bool", "yes"), ("null", "x"), ("binary", "@")]
)
def test_tags_that_do_not_fit(tag: str, text: str) -> None:
    with pytest.raises(ValueError, match=tag):
        tagged(f"tag:yaml.org,2002:{tag}", text)


def test_times_of_another_parser() -> None:
    zone = datetime.timezone(-datetime.timedelta(hours=7, minutes=30))
    assert timestamp_of(datetime.date(2024, 1, 2)).text == "2024-01-02 00:00:00 +0000 UTC"
    assert (
        timestamp_of(datetime.datetime(2024, 1, 2, 3, 4, 5, 250000, zone)).text == "2024-01-02 03:04:05.25 -0730 -0730"
    )
