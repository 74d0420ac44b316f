# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report: rows as a table that people read, and as data."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.checks import CHECKS
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.reach import matrix
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import FAIL, OK, VERDICTS, WARN, Row
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Survey

_WIDTH = 118
_COLUMNS = ("verdict", "check", "host", "found", "wanted")
_LIMITS = (7, 16, 24, 44, 0)  # characters; longer text goes on in the next line


def verdict(rows: Iterable[Row]) -> str:
    """Of all rows together: the worst."""
    found = {row.verdict for row in rows}
    return next((item for item in (FAIL, WARN) if item in found), OK)


def report(survey: Survey, rows: Sequence[Row], verbose: bool) -> dict[str, Any]:
    """What the role shows and writes; the same shape whatever was found."""
    merged = _merged(rows, len(survey.hosts))
    return {
        "verdict": verdict(rows),
        "counts": {item: sum(row.verdict == item for row in rows) for item in VERDICTS},
        "hosts": {host.name: {"address": host.address, "manager": host.manager} for host in survey.hosts},
        "rows": [row.as_dict() for row in rows],
        "matrix": matrix(survey),
        "table": [*_table(merged, verbose), _summary(rows)],
        "complaint": _complaint(merged),
    }


def _merged(rows: Iterable[Row], hosts: int) -> list[Row]:
    """What was found alike on several hosts becomes one row."""
    alike: dict[Row, list[str]] = {}
    for row in rows:
        alike.setdefault(replace(row, host=""), []).append(row.host)
    return [
        replace(row, host=f"all {hosts} hosts" if len(names) == hosts > 1 else ", ".join(names))
        for row, names in alike.items()
    ]


def _table(rows: Iterable[Row], verbose: bool) -> list[str]:
    """Failures first, then warnings, then what could not be looked at; what is well only if `verbose`."""
    order = {name: number for number, name in enumerate(CHECKS)}
    shown = [row for row in rows if verbose or row.verdict != OK]
    if not shown:
        return []
    shown.sort(key=lambda row: (VERDICTS.index(row.verdict), order[row.check]))
    widths = [
        min(limit, max(len(name), *(len(getattr(row, name)) for row in shown))) if limit else 0
        for name, limit in zip(_COLUMNS, _LIMITS, strict=True)
    ]
    lines = _lines([name.upper() for name in _COLUMNS], widths)
    for row in shown:
        lines += _lines([getattr(row, name) for name in _COLUMNS], widths)
        lines += textwrap.wrap(row.advice, _WIDTH, initial_indent=" " * 8 + "-> ", subsequent_indent=" " * 11)
    return lines


def _lines(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """A row, as many lines high as its longest cell."""
    wrapped = [textwrap.wrap(cell, width) if width else [cell] for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, wrapped))
    return [
        "  ".join(
            (lines[number] if number < len(lines) else "").ljust(width)
            for lines, width in zip(wrapped, widths, strict=True)
        ).rstrip()
        for number in range(height)
    ]


def _summary(rows: Sequence[Row]) -> str:
    counts = Counter(row.verdict for row in rows)
    worst: dict[str, str] = {}
    for row in rows:
        known = worst.get(row.check, OK)
        worst[row.check] = min(known, row.verdict, key=VERDICTS.index)
    well = [name for name, found in worst.items() if found == OK]
    words = ", ".join(f"{counts[item]} {item}" for item in VERDICTS if counts[item])
    return f"{words or 'nothing was checked'}." + (f" All well: {', '.join(well)}." if well else "")


def _complaint(rows: Iterable[Row]) -> str:
    """Why the run stops; empty when it does not."""
    failed = [row for row in rows if row.verdict == FAIL]
    if not failed:
        return ""
    names = ", ".join(dict.fromkeys(row.check for row in failed))
    return (
        f"Not ready for a swarm. {'; '.join(f'{row.check}: {row.host}: {row.found}' for row in failed)}. Nothing was "
        "changed. The table says what to do. A check that does not matter here is switched off by its name: "
        f"preflight_skip: [{names}]."
    )
