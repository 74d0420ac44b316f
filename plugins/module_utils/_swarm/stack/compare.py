# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two services or networks, field by field, in the words of a Compose file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Callable

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import ABSENT, Change
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import shown

Path = tuple[str, ...]

_TASK = ("TaskTemplate",)
_CONTAINER = ("TaskTemplate", "ContainerSpec")

# Where a field of the Engine's spec is in a Compose file. The longest prefix counts; what is below it keeps its name,
# in Compose's spelling.
COMPOSE: dict[Path, str] = {
    ("Labels",): "deploy.labels",
    ("Mode",): "deploy.mode",
    ("Mode", "Replicated", "Replicas"): "deploy.replicas",
    ("Mode", "ReplicatedJob", "TotalCompletions"): "deploy.replicas",
    ("UpdateConfig",): "deploy.update_config",
    ("RollbackConfig",): "deploy.rollback_config",
    ("EndpointSpec", "Mode"): "deploy.endpoint_mode",
    ("EndpointSpec", "Ports"): "ports",
    (*_TASK, "RestartPolicy"): "deploy.restart_policy",
    (*_TASK, "Placement"): "deploy.placement",
    (*_TASK, "Resources"): "deploy.resources",
    (*_TASK, "Resources", "Limits", "NanoCPUs"): "deploy.resources.limits.cpus",
    (*_TASK, "Resources", "Limits", "MemoryBytes"): "deploy.resources.limits.memory",
    (*_TASK, "Resources", "Reservations", "NanoCPUs"): "deploy.resources.reservations.cpus",
    (*_TASK, "Resources", "Reservations", "MemoryBytes"): "deploy.resources.reservations.memory",
    (*_TASK, "LogDriver"): "logging",
    (*_TASK, "LogDriver", "Name"): "logging.driver",
    (*_TASK, "Networks"): "networks",
    _CONTAINER: "",
    (*_CONTAINER, "Env"): "environment",
    (*_CONTAINER, "Command"): "entrypoint",
    (*_CONTAINER, "Args"): "command",
    (*_CONTAINER, "Dir"): "working_dir",
    (*_CONTAINER, "Groups"): "group_add",
    (*_CONTAINER, "TTY"): "tty",
    (*_CONTAINER, "OpenStdin"): "stdin_open",
    (*_CONTAINER, "Hosts"): "extra_hosts",
    (*_CONTAINER, "DNSConfig", "Nameservers"): "dns",
    (*_CONTAINER, "DNSConfig", "Search"): "dns_search",
    (*_CONTAINER, "DNSConfig", "Options"): "dns_opt",
    (*_CONTAINER, "CapabilityAdd"): "cap_add",
    (*_CONTAINER, "CapabilityDrop"): "cap_drop",
    (*_CONTAINER, "Mounts"): "volumes",
    (*_CONTAINER, "Privileges", "CredentialSpec"): "credential_spec",
}

# Below these, the next step of the path is a key of the user's (or a target), and keeps its spelling.
_KEYED = {"Labels", "Env", "Options", "DriverOpts", "Sysctls", "Ulimits", "Mounts", "Secrets", "Configs", "Networks"}
# Of these, the keys are names of variables and options.
_NAMED_BY_USERS = {"Labels", "Env", "Options", "DriverOpts", "Sysctls"}
_DURATIONS = {
    "Delay",
    "Monitor",
    "Window",
    "Interval",
    "Timeout",
    "StartPeriod",
    "StartInterval",
    "StopGracePeriod",
}
_NANOSECOND = 1e-9


def changes(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> tuple[Change, ...]:
    """The fields in which two normalised specs differ, in the order of their names."""
    left, right = dict(_leaves(before)), dict(_leaves(after))
    found = []
    for path in {**left, **right}:
        old, new = left.get(path, ABSENT), right.get(path, ABSENT)
        if old is ABSENT or new is ABSENT or type(old) is not type(new) or old != new:
            found.append(Change(prefix + compose_path(path), _shown(path, old), _shown(path, new)))
    return tuple(sorted(found, key=lambda change: change.path))


def compose_path(path: Path) -> str:
    """`("TaskTemplate", "ContainerSpec", "Env", "A")` is `environment.A`."""
    length = next((length for length in range(len(path), 0, -1) if path[:length] in COMPOSE), 0)
    start = [COMPOSE[path[:length]]] if length and COMPOSE[path[:length]] else []
    rest = [
        name if position and path[position - 1] in _KEYED else _spelled(name)
        for position, name in enumerate(path)
        if position >= length
    ]
    return ".".join(start + rest)


def _leaves(value: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The values of a tree that are no mappings, or empty ones."""
    for key, item in value.items():
        if isinstance(item, Mapping) and item:
            yield from _leaves(item, (*path, key))
        else:
            yield (*path, key), item


def _spelled(name: str) -> str:
    """`MaxFailureRatio` is `max_failure_ratio`, `NanoCPUs` is `nano_cpus`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _shown(path: Path, value: Any) -> Any:
    """Nanoseconds and billionths of a CPU as people write them, and no secret where its name tells of it."""
    if value is ABSENT or not path:
        return value
    if path[-2:-1] and path[-2] in _NAMED_BY_USERS:
        return shown({path[-1]: value})[path[-1]]
    units: Mapping[str, Callable[[float], Any]] = {
        "NanoCPUs": lambda number: f"{number * _NANOSECOND:g}",
        **{name: lambda number: f"{number * _NANOSECOND:g}s" for name in _DURATIONS},
    }
    convert = units.get(path[-1])
    return convert(value) if convert and isinstance(value, (int, float)) else shown(value)
