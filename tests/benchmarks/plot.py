# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pictures: what each row takes, and how one task grows. SVG by hand, on a logarithmic scale of seconds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from tests.benchmarks.measure import LIMIT, OURS, PEER, Outcome
from tests.lab.state import CHECKOUT

PICTURE = CHECKOUT / "docs" / "performance.svg"

WIDTH, LABELS, MARGIN = 860, 330, 20
BAR, GAP = 9, 10
COLOURS = {OURS: "#2a7de1", PEER: "#d9822b", LIMIT: "#8a9ba8"}
CURVES = {"services": "#2a7de1", "nodes": "#29a634"}
HEIGHT_OF_CURVES = 230


def drawing(outcomes: Sequence[Outcome], curves: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    timed = [outcome for outcome in outcomes if outcome.row.unit == "s"]
    parts, height = bars(timed) if timed else ([], MARGIN)
    if curves:
        parts += growth(curves, height + 40)
        height += 40 + HEIGHT_OF_CURVES
    style = "<style>text{font:12px sans-serif;fill:#555}.value{font-size:9px}line{stroke:#8888;stroke-width:.5}</style>"
    size = f'width="{WIDTH}" height="{height + MARGIN:.0f}" viewBox="0 0 {WIDTH} {height + MARGIN:.0f}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', style, *parts, "</svg>\n"])


class Scale:
    """From values to places, by their logarithms."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def powers(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def bars(outcomes: Sequence[Outcome]) -> tuple[list[str], float]:
    """A group for each row."""
    values = [value for outcome in outcomes for value in map(outcome.median, COLOURS) if value]
    scale = Scale(values, LABELS, WIDTH - 60)
    parts, top = legend(COLOURS, MARGIN), MARGIN + 20.0
    for outcome in outcomes:
        parts.append(text(LABELS - 8, top + 1.5 * BAR + 4, outcome.row.name, "end"))
        for contender, colour in COLOURS.items():
            value = outcome.median(contender)
            if value:
                length = scale(value) - LABELS
                box = f'x="{LABELS}" y="{top:.0f}" width="{length:.1f}" height="{BAR - 1}"'
                parts += [
                    f'<rect {box} fill="{colour}"/>',
                    text(scale(value) + 4, top + BAR - 1, f"{value:.3g} s", kind="value"),
                ]
            top += BAR
        top += GAP
    for power in scale.powers:
        x = scale(power)
        parts += [line(x, MARGIN + 15, x, top), text(x, top + 14, f"{power:g} s", "middle")]
    return parts, top + 20


def growth(curves: Mapping[str, Sequence[Mapping[str, Any]]], top: float) -> list[str]:
    """Seconds of one task that has nothing to do, by size."""
    points = [point for curve in curves.values() for point in curve]
    across = Scale([point["size"] for point in points], LABELS, WIDTH - 60)
    up = Scale([point["seconds"] for point in points], top + HEIGHT_OF_CURVES - 30, top + 20)
    parts = [text(MARGIN, top + 40, "one task that has nothing to do"), *legend(CURVES, top)]
    for power in across.powers:
        x = across(power)
        parts += [line(x, up.end, x, up.start), text(x, up.start + 16, f"{power:g}", "middle")]
    for power in up.powers:
        parts += [
            line(LABELS, up(power), WIDTH - 60, up(power)),
            text(LABELS - 8, up(power) + 4, f"{power:g} s", "end"),
        ]
    for name, curve in curves.items():
        places = [(across(point["size"]), up(point["seconds"])) for point in curve]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{CURVES[name]}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{CURVES[name]}"/>' for x, y in places]
    return parts


def legend(colours: Mapping[str, str], top: float) -> list[str]:
    parts = []
    for number, (name, colour) in enumerate(colours.items()):
        x = LABELS + 90 * number
        parts += [
            f'<rect x="{x}" y="{top - 9:.0f}" width="12" height="9" fill="{colour}"/>',
            text(x + 17, top, name),
        ]
    return parts


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x: float, y: float, content: str, anchor: str = "start", kind: str = "label") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'
