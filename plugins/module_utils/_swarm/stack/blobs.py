# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets and configs: which version a service gets, and what has to be created or relabelled for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Step, changes_between
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import rotate
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import (
    KINDS,
    Object,
    State,
    Wish,
    references,
)


@dataclass(frozen=True)
class Choice:
    """The version that is mounted: its name, and its ID unless it has to be created first."""

    name: str
    id: str = ""


@dataclass(frozen=True)
class Blobs:
    """`choices`: (kind, full name) -> the version that services get."""

    steps: tuple[Step, ...]
    choices: Mapping[tuple[str, str], Choice]
    problems: tuple[str, ...]


def decide(wish: Wish, state: State) -> Blobs:
    steps: list[Step] = []
    choices: dict[tuple[str, str], Choice] = {}
    problems: list[str] = []
    for kind in KINDS:
        by_name = {rotate.name_of(item): item for item in state.blobs(kind)}
        for name in wish.externals(kind):
            if name in by_name:
                choices[kind, name] = Choice(name, by_name[name]["ID"])
            else:
                choices[kind, name] = Choice(name)
                if not state.blank:
                    problems.append(f"{kind} {name} is declared as external, but there is none of this name")
        for name in sorted(wish.blobs(kind)):
            candidates = candidates_of(wish, state, kind, name)
            held = next((item for item in candidates if item["ID"] == state.holding.get((kind, name))), None)
            if held is not None:
                choices[kind, name] = Choice(rotate.name_of(held), held["ID"])
                steps += _relabelled(wish, kind, name, held)
            elif name in by_name and not rotate.is_owned(by_name[name], wish.stack) and not wish.as_cli:
                choices[kind, name] = Choice(name)
                problems.append(f"{kind} {name} exists and does not belong to stack {wish.stack}")
            else:
                spec = rotate.next_version(wish.blobs(kind)[name], candidates, by_name)
                choices[kind, name] = Choice(spec["Name"])
                reason = f"new content of {name}" if candidates else ""
                steps.append(Step("create", kind, spec["Name"], reason, payload={"spec": spec}))
    return Blobs(tuple(steps), choices, tuple(problems))


def candidates_of(wish: Wish, state: State, kind: str, name: str) -> list[Object]:
    """The existing versions of a secret or config, in the order in which they are compared with the wished content.

    The docker CLI takes over any object of the name, whosever it is.
    """
    used = {reference for service in state.services for reference in references(service)}
    owned = [item for item in state.blobs(kind) if rotate.is_owned(item, wish.stack)]
    found = rotate.versions(owned, name, used)
    if not found and wish.as_cli:
        found = [item for item in state.blobs(kind) if rotate.name_of(item) == name]
    return [item for item in found if rotate.fits(wish.blobs(kind)[name], item)]


def _relabelled(wish: Wish, kind: str, name: str, item: Object) -> list[Step]:
    labels, old = rotate.wished_labels(wish.blobs(kind)[name], item), dict(rotate.labels_of(item))
    if labels == old:
        return []
    spec = {**wish.blobs(kind)[name], "Name": rotate.name_of(item), "Labels": labels}
    payload = {"id": item["ID"], "version": item["Version"]["Index"], "spec": spec}
    return [Step("update", kind, spec["Name"], "", changes_between(old, labels, "labels"), payload)]
