# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers of CPUs as text, as Go reads them (math/big, Rat.SetString): `0.5`, `1/2`, `5e-1`, and other bases."""

from __future__ import annotations

import re
from fractions import Fraction

_DIGITS = {2: "[01]", 8: "[0-7]", 10: "[0-9]", 16: "[0-9a-fA-F]"}
_PREFIXES = {"0b": 2, "0o": 8, "0x": 16}
_EXPONENT = re.compile(r"(?P<mantissa>.*?)(?:(?P<kind>[eEpP])(?P<exponent>[+-]?[0-9]+))?", re.ASCII)
_HEX_EXPONENT = re.compile(r"(?P<mantissa>.*?)(?:(?P<kind>[pP])(?P<exponent>[+-]?[0-9]+))?", re.ASCII)
_LARGEST_EXPONENT = 10_000  # far more than any number of CPUs needs, and still quick


def parse_rational(text: str) -> Fraction:
    """The number. ValueError if it is none."""
    sign, rest = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    dividend, slash, divisor = rest.partition("/")
    number = _fraction(dividend, divisor) if slash else _number(rest)
    return -number if sign == "-" else number


def _fraction(dividend: str, divisor: str) -> Fraction:
    if _integer(divisor) == 0:
        raise ValueError("division by zero")
    return Fraction(_integer(dividend), _integer(divisor))


def _integer(text: str) -> int:
    """A whole number without a sign. Unlike in a decimal number, a leading zero makes it octal."""
    base, digits = _base(text)
    if base == 10 and len(digits) > 1 and digits[0] == "0":
        base, digits = 8, digits[1:].removeprefix("_")
    return int(_plain(digits, base), base)


def _number(text: str) -> Fraction:
    base, rest = _base(text)
    match = (_HEX_EXPONENT if base == 16 else _EXPONENT).fullmatch(rest)
    if not match:
        raise ValueError("no number")
    whole, _point, fraction = match["mantissa"].partition(".")
    digits = _plain(whole + fraction, base)
    exponent = int(match["exponent"] or 0)
    if abs(exponent) > _LARGEST_EXPONENT:
        raise ValueError("the exponent is too large")
    power = Fraction(2 if (match["kind"] or "").lower() == "p" else 10) ** exponent
    return Fraction(int(digits, base), base ** len(fraction.replace("_", ""))) * power


def _base(text: str) -> tuple[int, str]:
    base = _PREFIXES.get(text[:2].lower(), 10)
    return (10, text) if base == 10 else (base, text[2:].removeprefix("_"))


def _plain(digits: str, base: int) -> str:
    """The digits without the underscores that may stand between them."""
    if not re.fullmatch(rf"{_DIGITS[base]}(?:_?{_DIGITS[base]})*", digits):
        raise ValueError("no digits")
    return digits.replace("_", "")
