# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table, for people and for docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import CONTENDERS, Outcome
from tests.lab.state import CHECKOUT

PAGE = CHECKOUT / "docs" / "performance.md"
BEGIN, END = "<!-- written by make bench: begin {} -->", "<!-- written by make bench: end {} -->"

HEADER = ("what", "ours", "peer", "limit", "peer / ours", "wanted", "ours / limit", "wanted", "rounds", "verdict")


def cells(outcome: Outcome) -> tuple[str, ...]:
    row = outcome.row
    return (
        row.name,
        *(_value(outcome.median(contender), row.unit) for contender in CONTENDERS),
        _ratio(outcome.faster),
        _wanted("at least", row.times_faster),
        _ratio(outcome.of_limit),
        _wanted("at most", row.times_limit),
        str(max(len(values) for values in outcome.values.values())),
        "misses " + ", ".join(outcome.misses) if outcome.misses else "holds",
    )


def aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def markdown(rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def footnotes(outcomes: Sequence[Outcome]) -> list[str]:
    """What a reader has to know of single rows."""
    limits = [f"{outcome.row.name}: the limit is {outcome.row.limit}." for outcome in outcomes if outcome.row.limit]
    return limits + [f"{outcome.row.name}: {outcome.row.note}." for outcome in outcomes if outcome.row.note]


def growth(curves: Mapping[str, Sequence[Mapping[str, float]]]) -> list[tuple[str, ...]]:
    header = ("size", "seconds", "memory of the module", "requests", "sent to the node")
    return [
        header,
        *(
            (
                f"{point['size']} {kind}",
                f"{point['seconds']:.2f} s",
                f"{point['memory']:.0f} MiB",
                f"{point['requests']}",
                f"{point['payload']} kB",
            )
            for kind, points in curves.items()
            for point in points
        ),
    ]


def show(outcomes: Sequence[Outcome], curves: Any, about: Mapping[str, str]) -> None:
    """On the terminal."""
    print("", *(f"{key}: {value}" for key, value in about.items()), "", sep="\n")
    if outcomes:
        print(aligned([HEADER, *map(cells, outcomes)]), "", *footnotes(outcomes), "", sep="\n")
    if curves:
        print(aligned(growth(curves)), "", sep="\n")


def write_page(
    outcomes: Sequence[Outcome], curves: Any, about: Mapping[str, str], failed: Iterable[str], page: Path = PAGE
) -> None:
    """Put what was measured between its markers, and which families of rows were not, because something failed."""
    notes = footnotes(outcomes) + [
        f"Not measured to the end, because it failed or was stopped: {family}." for family in failed
    ]
    parts = {
        "machine": "\n".join(f"- {key}: {value}" for key, value in about.items()),
        "rows": markdown([HEADER, *map(cells, outcomes)]) + "\n\n" + "\n".join(f"- {note}" for note in notes),
        "growth": markdown(growth(curves)),
    }
    content = page.read_text(encoding="utf-8")
    for name, part in parts.items():
        begin, end = BEGIN.format(name), END.format(name)
        head, found, rest = content.partition(begin)
        _old, closed, tail = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{page}: there is no place for {name!r} ({begin} ... {end})")
        content = f"{head}{begin}\n\n{part}\n\n{end}{tail}"
    page.write_text(content, encoding="utf-8")


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit != "s":
        return f"{value:.0f}"
    return f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} x" if value < 10 else f"{value:.0f} x"


def _wanted(words: str, value: float | None) -> str:
    return "" if value is None else f"{words} {value:g} x"
