# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Engine of a host says, as far as checks before a run need it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import exchange

TIMEOUT = 10.0  # seconds

# Images of the old stand-alone Swarm, which ran as containers beside the Engines.
_STANDALONE = ("swarm", "library/swarm", "dockerswarm/swarm", "docker/swarm")

NONE: dict[str, Any] = {
    "running": False,
    "problem": "",
    "version": "",
    "state": "",
    "manager": False,
    "node_id": "",
    "node_address": "",
    "cluster_id": "",
    "live_restore": False,
    "data_root": "",
    "pools": [],
    "data_path_port": 0,
    "networks": [],
    "standalone": [],
}


def ask(path: str, timeout: float = TIMEOUT) -> dict[str, Any]:
    """Of the shape of NONE; whatever goes wrong is part of the answer."""
    try:
        info = _get(path, timeout, "/info")
        containers = _get(path, timeout, "/containers/json?all=1")
        networks = _get(path, timeout, "/networks") if _state(info) == "active" else []
    except (OSError, ValueError, http.client.HTTPException) as problem:
        return {**NONE, "running": True, "problem": f"{path}: {problem or type(problem).__name__}"}
    return view(info, networks, containers)


def _get(path: str, timeout: float, target: str) -> Any:
    status, _kind, content = exchange(path, timeout, "GET", target)
    if status != 200:
        raise ValueError(f"GET {target} was answered with status {status}")
    return json.loads(content)


def _state(info: Mapping[str, Any]) -> str:
    return (info.get("Swarm") or {}).get("LocalNodeState") or ""


def view(
    info: Mapping[str, Any], networks: Iterable[Mapping[str, Any]], containers: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """From GET /info, /networks and /containers/json."""
    swarm = info.get("Swarm") or {}
    cluster = swarm.get("Cluster") or {}
    return {
        "running": True,
        "problem": "",
        "version": info.get("ServerVersion") or "",
        "state": _state(info),
        "manager": bool(swarm.get("ControlAvailable")),
        "node_id": swarm.get("NodeID") or "",
        "node_address": swarm.get("NodeAddr") or "",
        "cluster_id": cluster.get("ID") or "",
        "live_restore": bool(info.get("LiveRestoreEnabled")),
        "data_root": info.get("DockerRootDir") or "",
        "pools": list(cluster.get("DefaultAddrPool") or []),
        "data_path_port": cluster.get("DataPathPort") or 0,
        "networks": [_network(item) for item in networks if item.get("Driver") == "overlay"],
        "standalone": [_name(item) for item in containers if _is_standalone(item.get("Image") or "")],
    }


def _network(item: Mapping[str, Any]) -> dict[str, Any]:
    subnets = [entry.get("Subnet") for entry in (item.get("IPAM") or {}).get("Config") or []]
    return {
        "name": item.get("Name") or "",
        "subnets": [subnet for subnet in subnets if subnet],
        "encrypted": "encrypted" in (item.get("Options") or {}),
    }


def _name(container: Mapping[str, Any]) -> str:
    names = container.get("Names") or [container.get("Id") or ""]
    return str(names[0]).lstrip("/")


def _is_standalone(image: str) -> bool:
    name, _at, _digest = image.partition("@")
    name = name[len("docker.io/") :] if name.startswith("docker.io/") else name
    return name.partition(":")[0] in _STANDALONE
