# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments as the Engine writes them."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")


def time_of(text: str) -> datetime:
    """From RFC 3339, as the Engine writes it: with nanoseconds, and in its own time zone. ValueError if it is none."""
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no time")
    moment, fraction, zone = found.groups()
    zone = "+00:00" if zone == "Z" else zone
    return datetime.fromisoformat(f"{moment}.{(fraction or '0')[:6]:0<6}{zone}").astimezone(timezone.utc)


def written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
