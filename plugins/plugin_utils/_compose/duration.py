# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Durations as Go's time.ParseDuration reads them: `1h30m`, `1.5s`, `-10ms`; there are no days."""

from __future__ import annotations

import re

_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,  # U+00B5, micro sign
    "μs": 1_000,  # U+03BC, Greek letter mu
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"([0-9]*)(\.([0-9]*))?([^0-9.]+)", re.ASCII)
_LARGEST = 2**63


def parse_duration(text: str) -> int:
    """Nanoseconds. ValueError if it is no duration."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    total = 0
    position = 0
    while position < len(rest):
        match = _PART.match(rest, position)
        if not match or not (match[1] or match[3]) or match[4] not in _NANOSECONDS:
            raise ValueError(f'invalid duration "{text}"')
        total += _part(match[1], match[3] or "", _NANOSECONDS[match[4]])
        position = match.end()
    if not rest or total > (_LARGEST if text[0] == "-" else _LARGEST - 1):
        raise ValueError(f'invalid duration "{text}"')
    return -total if text[0] == "-" else total


def _part(whole: str, fraction: str, unit: int) -> int:
    nanoseconds = int(whole or 0) * unit
    # Go takes as many digits as fit into 63 bits, and then reckons in floating point.
    digits = 0
    scale = 1.0
    for digit in fraction:
        if digits * 10 + int(digit) >= _LARGEST:
            break
        digits = digits * 10 + int(digit)
        scale *= 10
    return nanoseconds + (int(float(digits) * (float(unit) / scale)) if digits else 0)
