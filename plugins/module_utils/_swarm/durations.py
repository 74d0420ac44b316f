# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Durations as Docker writes them (Go's time.ParseDuration), in nanoseconds as the Engine API counts them."""

from __future__ import annotations

import re

_UNITS = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000}
_PART = re.compile(r"(\d+)(h|ms|m|s)")


def nanoseconds(text: str) -> int:
    """From `2160h`, `1h30m`, `5s`, `500ms`. ValueError for anything else."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is no duration such as 90s, 1h30m or 2160h")
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


def duration(count: int) -> str:
    """The shortest text for a number of nanoseconds; what is below a millisecond is dropped."""
    text = ""
    for unit, size in _UNITS.items():
        number, count = divmod(count, size)
        text += f"{number}{unit}" if number else ""
    return text or "0s"
