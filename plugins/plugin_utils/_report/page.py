# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

# From here on nodes are small boxes, and tasks are squares.
_DENSE = 40

_TEMPLATES = Environment(
    autoescape=True,  # nodes name themselves, and errors quote what containers say
    undefined=StrictUndefined,
    loader=FileSystemLoader(Path(__file__).parent),
)


def page(data: Mapping[str, Any]) -> str:
    """`data` is that of report_data."""
    nodes = [node for zone in data["zones"] for role in ("managers", "workers") for node in zone[role]]
    ends = [node["certificate_not_after"] for node in nodes if node["certificate_not_after"]]
    return _TEMPLATES.get_template("page.html.j2").render(
        data=data, dense=len(nodes) > _DENSE, first_end=min(ends, default="")
    )
