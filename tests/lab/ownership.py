# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab touches only what carries its label. Every lookup by name goes through here."""

from __future__ import annotations

from typing import Any

import docker
from docker.errors import NotFound
from docker.models.containers import Container
from docker.models.networks import Network

from .progress import LabError
from .state import LABEL, Lab


def own_container(client: docker.DockerClient, lab: Lab, host: str) -> Container | None:
    """The container of a host, None when there is none; LabError when the name belongs to somebody else."""
    name = lab.container_name(host)
    try:
        container = client.containers.get(name)
    except NotFound:
        return None
    _check("container", name, container.labels, lab)
    return container


def require_container(client: docker.DockerClient, lab: Lab, host: str) -> Container:
    container = own_container(client, lab, host)
    if container is None:
        raise LabError(f"host {host} of lab {lab.name!r} does not exist; run: python -m tests.lab up --name {lab.name}")
    return container


def own_network(client: docker.DockerClient, lab: Lab) -> Network | None:
    try:
        network = client.networks.get(lab.network_name)
    except NotFound:
        return None
    _check("network", lab.network_name, network.attrs.get("Labels"), lab)
    return network


def check_volume(client: docker.DockerClient, lab: Lab, name: str) -> bool:
    """Whether the volume exists; LabError when it belongs to somebody else."""
    try:
        volume = client.volumes.get(name)
    except NotFound:
        return False
    _check("volume", name, volume.attrs.get("Labels"), lab)
    return True


def _check(kind: str, name: str, labels: dict[str, Any] | None, lab: Lab) -> None:
    owner = (labels or {}).get(LABEL)
    if owner != lab.name:
        whose = f"it belongs to lab {owner!r}" if owner else f"it has no label {LABEL}"
        raise LabError(
            f"{kind} {name!r} was not made by lab {lab.name!r} ({whose}). Nothing was done to it. "
            f"Remove or rename it, or use another lab name (--name)."
        )
