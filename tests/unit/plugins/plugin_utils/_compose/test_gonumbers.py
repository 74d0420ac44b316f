# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers as Go reads and prints them."""

from __future__ import annotations

import math

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.gonumbers import (
    as_float32,
    as_int64,
    as_uint64,
    format_float,
    parse_float,
    parse_int,
    parse_prefixed_int,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (1.10, "1.1"),
        (100000.5, "100000.5"),
        (999999.0, "999999"),
        (1000000.0, "1e+06"),
        (1234567.5, "1.2345675e+06"),
        (-21000000.0, "-2.1e+07"),
        (0.0001, "0.0001"),
        (0.00001234, "1.234e-05"),
        (12345678901234567.0, "1.2345678901234568e+16"),
        (5e-324, "5e-324"),
        (1.5e300, "1.5e+300"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_floats_are_printed_as_go_does(number: float, text: str) -> None:
    assert format_float(number) == text


@pytest.mark.parametrize(
    ("number", "narrow"), [(0.1, 0.1), (0.123456789, 0.12345679), (1e-9, 1e-9), (0.0, 0.0), (1, 1)]
)
def test_a_ratio_has_the_precision_of_32_bits(number: float, narrow: float) -> None:
    assert as_float32(number) == narrow


@pytest.mark.parametrize(("text", "number"), [("0444", 444), ("+3", 3), ("-1", -1), (str(2**63 - 1), 2**63 - 1)])
def test_atoi(text: str, number: int) -> None:
    assert parse_int(text) == number


@pytest.mark.parametrize("text", ["", " 3", "3_0", "0x3", "1.5", "٣", str(2**63)])
def test_atoi_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="parsing"):
        parse_int(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0444", 0o444), ("0o17", 15), ("-0b11", -3), ("0X1F", 31), ("0", 0), (str(2**64 - 1), 2**64 - 1)],
)
def test_integers_with_a_prefix(text: str, number: int) -> None:
    assert parse_prefixed_int(text) == number


@pytest.mark.parametrize("text", ["08", "0x", "0b2", "0o8", "1_0", "", str(2**64)])
def test_integers_with_a_wrong_prefix(text: str) -> None:
    with pytest.raises(ValueError, match="parsing"):
        parse_prefixed_int(text)


@pytest.mark.parametrize(
    ("number", "signed"),
    [(5, 5), (-5, -5), (5.9, 5), (2**63, -(2**63)), (2**64 - 1, -1), (1e20, -(2**63)), (-1e20, -(2**63))],
)
def test_what_64_bits_with_a_sign_hold(number: float, signed: int) -> None:
    assert as_int64(number) == signed


@pytest.mark.parametrize(
    ("number", "unsigned"), [(5, 5), (5.9, 5), (2**64 - 1, 2**64 - 1), (1e19, 10**19), (2.0**64, 2**63)]
)
def test_what_64_bits_without_a_sign_hold(number: float, unsigned: int) -> None:
    assert as_uint64(number) == unsigned


@pytest.mark.parametrize(("text", "number"), [("1.", 1), (".5", 0.5), ("1e3", 1000), ("1_0.5", 10.5), ("-2E-1", -0.2)])
def test_parse_float(text: str, number: float) -> None:
    assert parse_float(text) == number


@pytest.mark.parametrize("text", ["", ".", "1e", "inf", "1__0", "_1", " 1", "1e400"])
def test_parse_float_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="parsing"):
        parse_float(text)
