# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields that are younger than the Engine's API version.

An older Engine discards them without a word (moby api/server/router/swarm/helpers.go, adjustForAPIVersion), so a wish
that holds them would differ from what is read back for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Version = tuple[int, int]

_CONTAINER = ("TaskTemplate", "ContainerSpec")

# (since, path in the spec, name in a Compose file); a list on the way stands for each of its items.
YOUNG: tuple[tuple[Version, tuple[str, ...], str], ...] = (
    ((1, 44), (*_CONTAINER, "Healthcheck", "StartInterval"), "healthcheck.start_interval"),
    ((1, 44), (*_CONTAINER, "Privileges", "NoNewPrivileges"), "security_opt no-new-privileges"),
    ((1, 44), (*_CONTAINER, "Privileges", "Seccomp"), "security_opt seccomp"),
    ((1, 44), (*_CONTAINER, "Privileges", "AppArmor"), "security_opt apparmor"),
    ((1, 45), (*_CONTAINER, "Mounts", "VolumeOptions", "Subpath"), "volumes.volume.subpath"),
    ((1, 46), (*_CONTAINER, "Mounts", "TmpfsOptions", "Options"), "volumes.tmpfs.options"),
    ((1, 46), (*_CONTAINER, "OomScoreAdj"), "oom_score_adj"),
)


def known(spec: Mapping[str, Any], api: Version) -> tuple[dict[str, Any], list[str]]:
    """The spec without fields that this API version does not know, and the Compose names of those that it had."""
    reduced: Any = dict(spec)
    lost = []
    for since, path, name in YOUNG:
        if api < since:
            reduced, found = _without(reduced, path)
            lost += [name] if found else []
    return reduced, lost


# What an Engine without them refuses (invalid MountType), so that a service cannot be had without.
YOUNG_MOUNTS: Mapping[str, Version] = {"cluster": (1, 42), "image": (1, 48)}


def refused(spec: Mapping[str, Any], api: Version) -> list[str]:
    """What this API version does not know and the service cannot do without, as `volumes of the type cluster`."""
    mounts = ((spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Mounts") or []
    types = {mount.get("Type") for mount in mounts}
    return [f"volumes of the type {name}" for name, since in YOUNG_MOUNTS.items() if name in types and api < since]


def _without(value: Any, path: tuple[str, ...]) -> tuple[Any, bool]:
    """The value without what is at the path, and whether there was something other than empty."""
    if isinstance(value, list):
        pairs = [_without(item, path) for item in value]
        return [item for item, _found in pairs], any(found for _item, found in pairs)
    if not isinstance(value, Mapping) or path[0] not in value:
        return value, False
    if len(path) == 1:
        return {key: item for key, item in value.items() if key != path[0]}, bool(value[path[0]])
    inner, found = _without(value[path[0]], path[1:])
    return {**value, path[0]: inner}, found
