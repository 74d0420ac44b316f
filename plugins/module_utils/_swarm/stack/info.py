# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stack_info tells of stacks, and service_info of services: a pure view of what the Engine lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import converge, images
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.converge import Look, Progress
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rotate import NAMESPACE_LABEL, labels_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import Object, mode_of

Named = tuple[str, Mapping[str, Any]]  # the stack that something belongs to, and what is told of it


@dataclass(frozen=True)
class Listed:
    """What belongs to stacks, as the Engine lists it. The tasks of `look` are those of the current specs."""

    look: Look = field(default_factory=lambda: Look((), (), ()))
    tasks: Sequence[Object] = ()  # those of older specs too
    networks: Sequence[Object] = ()
    secrets: Sequence[Object] = ()
    configs: Sequence[Object] = ()
    warnings: tuple[str, ...] = ()


def stacks(listed: Listed, name: str | None = None) -> list[dict[str, Any]]:
    """All stacks in the order of their names, or the one of this name, whether there is anything of it or not."""
    owned: dict[str, list[Named]] = {
        "services": _services(listed),
        "networks": [((item.get("Labels") or {}).get(NAMESPACE_LABEL, ""), _network(item)) for item in listed.networks],
        "secrets": [_blob(item) for item in listed.secrets],
        "configs": [_blob(item) for item in listed.configs],
    }
    names = [name] if name is not None else sorted({stack for items in owned.values() for stack, _item in items})
    return [_stack(stack, owned) for stack in names]


def services(listed: Listed) -> list[dict[str, Any]]:
    """All services in the order of their names, each with its stack (empty: it is in none)."""
    found = [{"stack": stack, **service} for stack, service in _services(listed)]
    return sorted(found, key=lambda service: str(service["name"]))


def _stack(name: str, owned: Mapping[str, Sequence[Named]]) -> dict[str, Any]:
    own = {
        kind: sorted((item for stack, item in items if stack == name), key=lambda item: str(item["name"]))
        for kind, items in owned.items()
    }
    return {"name": name, "exists": any(own.values()), **own}


def _network(network: Object) -> dict[str, str]:
    return {"name": network["Name"], "id": network["Id"]}


def _blob(item: Object) -> Named:
    return labels_of(item).get(NAMESPACE_LABEL, ""), {"name": item["Spec"]["Name"], "id": item["ID"]}


def _services(listed: Listed) -> list[Named]:
    look = listed.look
    seen = {progress.id: progress for progress in converge.progress(look)}
    since = converge.monitored_since({}, seen.values(), look)
    tasks: dict[str, list[Object]] = {}
    for task in listed.tasks:
        tasks.setdefault(task["ServiceID"], []).append(task)
    return [
        (
            labels_of(service).get(NAMESPACE_LABEL, ""),
            {
                **_service(service, seen[service["ID"]]),
                "converged": converge.is_stable(seen[service["ID"]], since, look.at),
                "errors": converge.errors(tasks.get(service["ID"], []), look.nodes),
            },
        )
        for service in look.services
    ]


def _service(service: Object, progress: Progress) -> dict[str, Any]:
    is_job = progress.mode.endswith("job")
    status = service.get("UpdateStatus") or {}
    return {
        "name": progress.name,
        "id": progress.id,
        "mode": mode_of(service["Spec"]),
        "image": images.of(service["Spec"]),
        "wanted": progress.wanted,
        "running": dict(progress.states).get("running", 0) if is_job else progress.running,
        "completed": progress.running if is_job else 0,
        "ports": _ports(service),
        "update_status": {
            "state": status.get("State") or "",
            "message": status.get("Message") or "",
            "started_at": status.get("StartedAt") or "",
            "completed_at": status.get("CompletedAt") or "",
        },
    }


def _ports(service: Object) -> list[dict[str, Any]]:
    """The published ports, in the words of Compose files; those that the swarm chose stand in the endpoint alone."""
    wished = (service["Spec"].get("EndpointSpec") or {}).get("Ports") or []
    return [
        {
            "published": port.get("PublishedPort") or 0,
            "target": port.get("TargetPort") or 0,
            "protocol": port.get("Protocol") or "tcp",
            "mode": port.get("PublishMode") or "ingress",
        }
        for port in (service.get("Endpoint") or {}).get("Ports") or wished
    ]
