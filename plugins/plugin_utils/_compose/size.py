# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sizes of memory as Docker reads them (go-units, RAMInBytes): `512m`, `1.5 GiB`; all units count by 1024."""

from __future__ import annotations

import re

from .gonumbers import as_int64, parse_float

_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_SIZE = re.compile(r"(?P<number>.*[0-9.]|) ?(?P<suffix>[^0-9. ]*)", re.ASCII | re.DOTALL)
_SUFFIX = re.compile(r"b|([kmgtp])(b|ib)?", re.ASCII)


def parse_size(text: str) -> int:
    """Bytes. ValueError if it is no size."""
    match = _SIZE.fullmatch(text)
    if not match or not match["number"]:
        raise ValueError(f"invalid size: '{text}'")
    number = parse_float(match["number"])
    if number < 0:
        raise ValueError(f"invalid size: '{text}'")
    suffix = match["suffix"].lower()
    if not suffix:
        return as_int64(number)
    unit = _SUFFIX.fullmatch(suffix)
    if not unit:
        raise ValueError(f"invalid suffix: '{suffix}'")
    return as_int64(number * 1024 ** _POWERS[unit[1]] if unit[1] else number)
