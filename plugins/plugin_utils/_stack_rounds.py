# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of a wait in rounds (module_utils/_swarm/stack/rounds.py): what is shown, and one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Result = Mapping[str, Any]  # what a module returned


def line(host: str, stack: str, unfinished: Mapping[str, Any]) -> str:
    """What is shown between two rounds: `manager1: stack shop after 12 s: web 2/3 running, 1 starting; ...`."""
    return f"{host}: stack {stack} after {unfinished['ticket']['waited']:.0f} s: {unfinished['line']}"


def joined(rounds: Sequence[Result]) -> dict[str, Any]:
    """The result of the last round, as if there had been no other: with the steps and warnings of all."""
    result = dict(rounds[-1])
    result["changed"] = any(item.get("changed") for item in rounds)
    result["plan"] = [step for item in rounds for step in item.get("plan") or []]
    warnings = dict.fromkeys(text for item in rounds for text in item.get("warnings") or [])
    if warnings:
        result["warnings"] = list(warnings)
    if any("diff" in item for item in rounds):
        result["diff"] = {"prepared": "".join((item.get("diff") or {}).get("prepared", "") for item in rounds)}
    return result
