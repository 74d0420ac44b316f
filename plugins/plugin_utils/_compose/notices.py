# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of services that Compose files may hold and a swarm has no use for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_LIMITS = "Set resource limits using deploy.resources"

FORBIDDEN: Mapping[str, str] = {
    "extends": "Services cannot be extended here; YAML anchors or several files do the same.",
    "volume_driver": "Set the driver of a volume under the top-level volumes.",
    "volumes_from": "Name the volume under the top-level volumes and use it in each of the services.",
    "cpu_quota": _LIMITS,
    "cpu_shares": _LIMITS,
    "cpuset": _LIMITS,
    "mem_limit": _LIMITS,
    "memswap_limit": _LIMITS,
}
DEPRECATED: Mapping[str, str] = {
    "container_name": "Setting the container name is not supported.",
    "expose": "Services on the same network reach each other on any port.",
}
# `restart` is used all the same, where there is no deploy.restart_policy.
UNSUPPORTED = frozenset(
    (
        *("build", "cgroupns_mode", "cgroup_parent", "devices", "domainname", "external_links", "ipc", "links"),
        *("mac_address", "network_mode", "pid", "privileged", "restart", "security_opt", "shm_size", "userns_mode"),
    )
)


def forbidden(config: Mapping[str, Any]) -> str | None:
    """The error for a file, or None."""
    found = _used([config]) & FORBIDDEN.keys()
    reasons = "; ".join(f"{key}: {FORBIDDEN[key]}" for key in sorted(found))
    return f"Compose file contains unsupported options: {reasons}" if found else None


def notices(configs: Iterable[Mapping[str, Any]]) -> list[str]:
    """The warnings for all files together."""
    used = _used(configs)
    unsupported, deprecated = sorted(used & UNSUPPORTED), sorted(used & DEPRECATED.keys())
    found = [f"Ignoring unsupported options: {', '.join(unsupported)}"] if unsupported else []
    reasons = "; ".join(f"{key}: {DEPRECATED[key]}" for key in deprecated)
    return [*found, f"Ignoring deprecated options: {reasons}"] if deprecated else found


def _used(configs: Iterable[Mapping[str, Any]]) -> set[str]:
    services = (config["services"] for config in configs if isinstance(config.get("services"), dict))
    return {key for section in services for service in section.values() if isinstance(service, dict) for key in service}
