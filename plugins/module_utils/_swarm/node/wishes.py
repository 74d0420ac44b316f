# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wished of nodes, read from options: `{<NodeID or name>: {labels, remove_labels, availability, role}}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

AVAILABILITIES = ("active", "pause", "drain")
ROLES = ("manager", "worker")
MERGE, REPLACE = "merge", "replace"

# The label in which node_maintenance keeps what the availability of a node was before.
MAINTENANCE = "apiary.swarm.availability"


@dataclass(frozen=True)
class NodeWish:
    """What is None stays as it is. `replace` makes `labels` the only ones; otherwise others stay."""

    labels: Mapping[str, str] | None = None
    replace: bool = False
    remove_labels: frozenset[str] = field(default_factory=frozenset)
    availability: str | None = None
    role: str | None = None

    def new_labels(self, present: Mapping[str, str]) -> dict[str, str]:
        """Compared by key: a label with an empty value is a label.

        The label of a maintenance that goes on is no wish of anybody's: it goes when it is named, and not with others.
        """
        kept: Mapping[str, str] = present
        if self.replace and self.labels is not None:
            kept = {key: value for key, value in present.items() if key == MAINTENANCE}
        wished = {**kept, **(self.labels or {})}
        return {key: value for key, value in wished.items() if key not in self.remove_labels}


def read_wishes(
    nodes: Mapping[str, Any], labels_mode: str = MERGE, remove_labels: tuple[str, ...] = ()
) -> dict[str, NodeWish]:
    """From the options; one SwarmError names all that is wrong in them. `remove_labels` counts for every node."""
    problems: list[str] = []
    wishes: dict[str, NodeWish] = {}
    for reference, wish in nodes.items():
        where = f"nodes[{reference}]"
        if not isinstance(wish, Mapping):
            problems.append(f"{where} must be a dictionary, not {wish!r}")
            continue
        for key in sorted(set(wish) - {"labels", "remove_labels", "availability", "role"}, key=str):
            problems.append(f"{where} has an unknown key {key!r} (known: labels, remove_labels, availability, role)")
        removed = wish.get("remove_labels") or []
        if not isinstance(removed, (list, tuple)):
            problems.append(f"{where}.remove_labels must be a list, not {removed!r}")
            removed = []
        wishes[str(reference)] = NodeWish(
            labels=_read_labels(wish.get("labels"), where, problems),
            replace=labels_mode == REPLACE,
            remove_labels=frozenset(map(str, (*removed, *remove_labels))),
            availability=_choice(wish.get("availability"), AVAILABILITIES, f"{where}.availability", problems),
            role=_choice(wish.get("role"), ROLES, f"{where}.role", problems),
        )
        contradicted = sorted(wishes[str(reference)].remove_labels & set(wishes[str(reference)].labels or ()))
        problems += [f"{where}: label {key} is both to be set and to be removed" for key in contradicted]
    if problems:
        raise SwarmError("; ".join(problems) + ". Nothing was changed.", "Correct the options.")
    return wishes


def _choice(value: Any, choices: tuple[str, ...], where: str, problems: list[str]) -> str | None:
    if value is None:
        return None
    if value in choices:
        return str(value)
    problems.append(f"{where} must be one of {', '.join(choices)}, not {value!r}")
    return None


def _read_labels(labels: Any, where: str, problems: list[str]) -> dict[str, str] | None:
    if labels is None:
        return None
    if not isinstance(labels, Mapping):
        problems.append(f"{where}.labels must be a dictionary, not {labels!r}")
        return None
    texts: dict[str, str] = {}
    for key, value in labels.items():
        text = _label_text(value)
        if text is None:
            problems.append(f"{where}.labels.{key} must be a string, not {value!r}: put it in quotes")
        elif not str(key):
            problems.append(f"{where}.labels has a label without a name")
        else:
            texts[str(key)] = text
    return texts


def _label_text(value: Any) -> str | None:
    """Labels are strings. What YAML makes of an unquoted one is turned back where that is beyond doubt.

    A float is not: 1.10 would become 1.1.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int)) else None


def label_wishes(options: Mapping[str, Any]) -> dict[str, NodeWish]:
    """What the options of node_label mean: `nodes`, or `node` and `labels`; `remove` counts for all of them."""
    nodes = options["nodes"] if options["nodes"] is not None else {options["node"]: options["labels"]}
    # Without labels, replace would remove all; who only names labels to remove does not mean that.
    if options["node"] and options["remove"] and not options["labels"]:
        nodes = {options["node"]: None}
    return read_wishes(
        {ref: {"labels": labels} for ref, labels in nodes.items()}, options["mode"], tuple(options["remove"])
    )
