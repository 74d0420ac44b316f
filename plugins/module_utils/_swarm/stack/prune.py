# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a stack owns and no longer needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import rotate
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.blobs import Choice
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import (
    KINDS,
    Object,
    State,
    Wish,
    published,
    references,
)

IN_THE_WAY = "not in the file, and in the way"
OLD_VERSION = "old version"
NOT_IN_THE_FILE = "not in the file"


@dataclass(frozen=True)
class Leftover:
    """Something to remove, and why."""

    kind: str
    name: str
    id: str
    reason: str


def leftovers(wish: Wish, state: State, choices: Mapping[tuple[str, str], Choice]) -> list[Leftover]:
    """In the order in which they can be removed: services before what they use."""
    return [*_services(wish, state), *_blobs(wish, state, choices), *_networks(wish, state)]


def _services(wish: Wish, state: State) -> list[Leftover]:
    """Services that are not in the file, if they are to be pruned."""
    gone = [item for item in state.services if item["Spec"]["Name"] not in wish.services] if wish.prune else []
    return _sorted(Leftover("service", item["Spec"]["Name"], item["ID"], _reason(wish)) for item in gone)


def in_the_way(wish: Wish, state: State, replaced: Collection[str]) -> set[str]:
    """The IDs of services which have to go before others come, if they go: by a port or a network to replace.

    Two services cannot publish the same port, so the new one would never converge.
    """
    wanted = {port for spec in wish.services.values() for port in published(spec)}
    return {
        item["ID"]
        for item in state.services
        if item["Spec"]["Name"] not in wish.services
        and (published(item["Spec"]) & wanted or references(item) & set(replaced))
    }


def _networks(wish: Wish, state: State) -> list[Leftover]:
    owned = [item for item in state.networks if rotate.owns_network(item, wish.stack)]
    gone = [item for item in owned if item["Name"] not in wish.networks] if wish.prune else []
    return _sorted(Leftover("network", item["Name"], item["Id"], _reason(wish)) for item in gone)


def _blobs(wish: Wish, state: State, choices: Mapping[tuple[str, str], Choice]) -> list[Leftover]:
    """Old versions, and what is not in the file at all, if that is to be pruned."""
    result: list[Leftover] = []
    for kind in KINDS:
        found: list[Leftover] = []
        versions: dict[str, list[Object]] = {}
        for item in state.blobs(kind):
            if rotate.is_owned(item, wish.stack):
                versions.setdefault(rotate.base_of(item), []).append(item)
        for base, items in versions.items():
            if base in wish.blobs(kind):
                current = choices[kind, base].id if (kind, base) in choices else ""
                old = rotate.outdated(items, current, wish.keep_versions)
                found += [Leftover(kind, rotate.name_of(item), item["ID"], OLD_VERSION) for item in old]
            elif wish.prune:
                found += [Leftover(kind, rotate.name_of(item), item["ID"], _reason(wish)) for item in items]
        result += _sorted(found)
    return result


def steps(
    leftovers: Sequence[Leftover], wish: Wish, state: State, first: Collection[str] = ()
) -> tuple[list[Step], list[str]]:
    """The removals, and warnings for what has to stay because a service uses it.

    The services of the file are moved before, so what they use now does not count. `first` are the IDs of services that
    have to go before that.
    """
    removed = {item.id for item in leftovers if item.kind == "service"}
    staying = [
        item for item in state.services if item["ID"] not in removed and item["Spec"]["Name"] not in wish.services
    ]
    users = [*staying, *state.others]
    used = {reference: service["Spec"]["Name"] for service in users for reference in references(service)}
    kept = [item for item in leftovers if item.id in used]
    warnings = [f"{item.kind} {item.name} ({item.reason}) stays: service {used[item.id]} uses it." for item in kept]
    gone = [item for item in leftovers if item.id not in used]
    return [_removal(item, item.id in first) for item in gone], warnings


def _removal(item: Leftover, first: bool) -> Step:
    reason = IN_THE_WAY if first else item.reason
    return Step("remove", item.kind, item.name, reason, payload={"id": item.id, "first": first})


def _reason(wish: Wish) -> str:
    return "" if wish.absent else NOT_IN_THE_FILE


def _sorted(found: Iterable[Leftover]) -> list[Leftover]:
    return sorted(found, key=lambda item: item.name)
