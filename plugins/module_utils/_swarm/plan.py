# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan: what a run will do, as data.

Check mode returns the plan that a real run applies, `--diff` is drawn from it, and `changed` is "the plan is not
empty".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError


class _Absent:
    """A field that is not there, as distinct from one that is null or empty."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT = _Absent()


@dataclass(frozen=True)
class Change:
    """One field that differs. `before` and `after` are plain data, or ABSENT; they are shown to the user."""

    path: str
    before: Any = ABSENT
    after: Any = ABSENT

    def as_dict(self) -> dict[str, Any]:
        sides = (("before", self.before), ("after", self.after))
        return {"path": self.path, **{side: None if value is ABSENT else value for side, value in sides}}

    def __str__(self) -> str:
        return f"{self.path}: {shown(self.before)} -> {shown(self.after)}"


@dataclass(frozen=True)
class Step:
    """One write.

    `action` is a verb (create, update, remove, init, join, ...), `kind` what it is done to (service, network, node,
    ...), `reason` why, where the changes do not say it. `payload` is what the write needs (a spec, a version); it is
    never shown, so it may hold secrets.
    """

    action: str
    kind: str
    name: str
    reason: str = ""
    changes: tuple[Change, ...] = ()
    payload: Any = field(default=None, repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "kind": self.kind,
            "name": self.name,
            "reason": self.reason,
            "changes": [change.as_dict() for change in self.changes],
        }

    def lines(self) -> list[str]:
        """The step in words: a headline and a line for each field."""
        headline = f"{self.action} {self.kind} {self.name}" + (f" ({self.reason})" if self.reason else "")
        return [headline, *(f"  {change}" for change in self.changes)]


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they are applied. An empty plan means that all is as wished."""

    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def as_list(self) -> list[dict[str, Any]]:
        return [step.as_dict() for step in self.steps]

    def diff(self) -> dict[str, str]:
        """The plan for `--diff`: a line for each field, `service web.image: a:1 -> a:2`, or for a step without any.

        Not as texts before and after: with many steps, a field's two values would be far from each other.
        """
        return {"prepared": "".join(f"{line}\n" for step in self.steps for line in _diff_lines(step))}


def _diff_lines(step: Step) -> list[str]:
    title = f"{step.kind} {step.name}"
    headline = f"{title}: {step.action}" + (f" ({step.reason})" if step.reason else "")
    only_fields = step.changes and step.action == "update" and not step.reason
    return [*([] if only_fields else [headline]), *(f"{title}.{change}" for change in step.changes)]


def shown(value: Any) -> str:
    """A value on one line: strings bare when that is clear, everything else as JSON."""
    if value is ABSENT:
        return "(absent)"
    if isinstance(value, str) and value and value == value.strip() and "\n" not in value:
        return value
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def changes_between(before: Any, after: Any, path: str = "") -> tuple[Change, ...]:
    """The fields in which two pieces of plain data differ, in the order of their paths.

    Mappings are compared key by key, by presence and not by truth; lists and scalars as a whole.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        found: list[Change] = []
        for key in sorted({*before, *after}, key=str):
            step = f"{path}.{key}" if path else str(key)
            found += changes_between(before.get(key, ABSENT), after.get(key, ABSENT), step)
        return tuple(found)
    if before is after or (type(before) is type(after) and before == after):
        return ()
    return (Change(path, before, after),)


@contextmanager
def telling(done: Sequence[Step]) -> Iterator[None]:
    """A SwarmError from inside carries the steps that were done before it, as the facts `changed`, `plan`, `diff`."""
    try:
        yield
    except SwarmError as error:
        part = Plan(tuple(done))
        for name, value in (("changed", bool(part)), ("plan", part.as_list()), ("diff", part.diff())):
            error.facts.setdefault(name, value)
        raise


def merge_plans(*plans: Plan | None) -> Plan:
    """One plan of all steps and all warnings, each warning once."""
    present = [plan for plan in plans if plan is not None]
    steps = tuple(step for plan in present for step in plan.steps)
    warnings = dict.fromkeys(warning for plan in present for warning in plan.warnings)
    return Plan(steps, tuple(warnings))
