# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets and configs, which cannot change: a new content is a new version, under a new name.

The first version has the plain name, as the docker CLI makes it. Later ones have a number behind it and a label that
says what they are a version of; whose they are is told by the labels alone, never by how a name begins. What a
service mounts keeps its path, so a container does not see any of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import normalise

NAMESPACE_LABEL = "com.docker.stack.namespace"
VERSION_OF_LABEL = "apiary.swarm.version-of"
VERSION_LABEL = "apiary.swarm.version"

LONGEST_NAME = 64  # swarmkit manager/controlapi/common.go

Object = Mapping[str, Any]  # a secret or config as the API lists it: {"ID", "Version", "Spec": {"Name", "Labels", ...}}
Spec = Mapping[str, Any]


def name_of(item: Object) -> str:
    return str(item["Spec"]["Name"])


def labels_of(item: Object) -> Mapping[str, str]:
    return item["Spec"].get("Labels") or {}


def base_of(item: Object) -> str:
    """The plain name of what this is a version of."""
    return labels_of(item).get(VERSION_OF_LABEL) or name_of(item)


def number_of(item: Object) -> int:
    number = labels_of(item).get(VERSION_LABEL, "")
    return int(number) if number.isdigit() else 1


def is_owned(item: Object, stack: str) -> bool:
    return labels_of(item).get(NAMESPACE_LABEL) == stack


def owns_network(network: Object, stack: str) -> bool:
    return (network.get("Labels") or {}).get(NAMESPACE_LABEL) == stack


def versions(owned: Iterable[Object], base: str, used: Iterable[str] = ()) -> list[Object]:
    """The versions of `base`: those whose IDs are in use first, and then the newest first.

    A content is looked for in this order, so that an unchanged secret is found at once, and the one that a rolled back
    service went back to stays.
    """
    in_use = set(used)
    found = [item for item in owned if base_of(item) == base]
    return sorted(found, key=lambda item: (item["ID"] not in in_use, -number_of(item)))


def fits(wish: Spec, item: Object) -> bool:
    """Whether an object can be what is wished, apart from its content."""
    return normalise.blob(wish) == normalise.blob(item["Spec"])


def wished_labels(wish: Spec, item: Object) -> dict[str, str]:
    """The labels that an object should have: those of the wish, and those by which its version is known."""
    kept = {key: value for key, value in labels_of(item).items() if key in (VERSION_OF_LABEL, VERSION_LABEL)}
    return {**(wish.get("Labels") or {}), **kept}


def next_version(wish: Spec, existing: Sequence[Object], taken: Iterable[str]) -> dict[str, Any]:
    """The spec to create: the wish itself if there is no version yet, and otherwise the next one with a free name."""
    base = str(wish["Name"])
    names = set(taken)
    if not existing and base not in names:
        return dict(wish)
    number = max((number_of(item) for item in existing), default=0) + 1
    while _numbered(base, number) in names:
        number += 1
    labels = {**(wish.get("Labels") or {}), VERSION_OF_LABEL: base, VERSION_LABEL: str(number)}
    return {**wish, "Name": _numbered(base, number), "Labels": labels}


def outdated(existing: Sequence[Object], current: str, keep: int) -> list[Object]:
    """The versions to remove: all but the one with the ID `current` and the `keep` newest others."""
    old = sorted((item for item in existing if item["ID"] != current), key=number_of, reverse=True)
    return old[keep:]


def _numbered(base: str, number: int) -> str:
    suffix = f"-v{number}"
    return base[: LONGEST_NAME - len(suffix)] + suffix
