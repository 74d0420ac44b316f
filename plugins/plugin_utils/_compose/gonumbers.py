# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers as Go reads and prints them (packages strconv and fmt), where Python differs."""

from __future__ import annotations

import math
import re
import struct
from decimal import Decimal

_DECIMAL_INT = re.compile(r"[+-]?[0-9]+", re.ASCII)
_DIGITS = "[0-9]+(?:_[0-9]+)*"
_FLOAT = re.compile(rf"[+-]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?")
_PREFIXED_INT = re.compile(r"([+-]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)", re.ASCII)
_BASES = {"x": 16, "b": 2, "o": 8}

INT64_MIN, INT64_MAX, UINT64_MAX = -(2**63), 2**63 - 1, 2**64 - 1


def parse_int(text: str) -> int:
    """strconv.Atoi: decimal only, no spaces, no underscores; leading zeros mean nothing. ValueError if it is none."""
    if not _DECIMAL_INT.fullmatch(text):
        raise ValueError(f'parsing "{text}": invalid syntax')
    number = int(text)
    if not INT64_MIN <= number <= INT64_MAX:
        raise ValueError(f'parsing "{text}": value out of range')
    return number


def parse_prefixed_int(text: str) -> int:
    """strconv.ParseInt with base 0: 0x, 0b and 0o prefixes, and 0777 is octal. ValueError if it is none."""
    match = _PREFIXED_INT.fullmatch(text)
    if not match:
        raise ValueError(f'parsing "{text}": invalid syntax')
    sign, digits = match.groups()
    if digits[0] != "0" or digits == "0":
        number = int(digits)
    elif digits[1].lower() in _BASES:
        number = int(digits[2:], _BASES[digits[1].lower()])
    else:
        number = int(digits, 8)
    number = -number if sign == "-" else number
    if not INT64_MIN <= number <= UINT64_MAX:
        raise ValueError(f'parsing "{text}": value out of range')
    return number


def parse_float(text: str) -> float:
    """strconv.ParseFloat for finite decimal numbers. ValueError if it is none or too large."""
    if not _FLOAT.fullmatch(text):
        raise ValueError(f'parsing "{text}": invalid syntax')
    number = float(text)
    if math.isinf(number):
        raise ValueError(f'parsing "{text}": value out of range')
    return number


def format_float(number: float) -> str:
    """fmt.Sprint: the fewest digits that give the number back; exponent form below 1e-4 and from 1e6 on."""
    if math.isnan(number) or math.isinf(number):
        return "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
    if number == 0:
        return "-0" if math.copysign(1, number) < 0 else "0"
    sign, digit_tuple, scale = Decimal(repr(number)).normalize().as_tuple()
    digits = "".join(map(str, digit_tuple))
    exponent = len(digits) - 1 + int(scale)
    if -4 <= exponent < 6:
        text = format(abs(Decimal(repr(number)).normalize()), "f")
    else:
        text = f"{digits[0]}{'.' if len(digits) > 1 else ''}{digits[1:]}e{exponent:+03d}"
    return f"-{text}" if sign else text


def as_float32(number: float) -> float:
    """The number as it leaves a Go float32: the shortest decimal that is still the same 32 bits."""
    narrow = struct.unpack("f", struct.pack("f", number))[0]
    candidates = (float(f"{narrow:.{digits}g}") for digits in range(1, 10))
    return next(value for value in candidates if struct.unpack("f", struct.pack("f", value))[0] == narrow)


def as_int64(number: float) -> int:
    """A number as it is in 64 bits with a sign: what is too large wraps around, a broken one loses its fraction."""
    if isinstance(number, float) and not INT64_MIN <= number < 2**63:
        return INT64_MIN  # what processors make of all these
    return (int(number) - INT64_MIN) % 2**64 + INT64_MIN


def as_uint64(number: float) -> int:
    """A number that is not negative as it is in 64 bits without a sign."""
    return 2**63 if isinstance(number, float) and number >= 2**64 else int(number)


def go_type(number: float) -> str:
    """The type that Go's yaml.v3 gives a number."""
    return "float64" if isinstance(number, float) else "int" if number <= INT64_MAX else "uint64"
