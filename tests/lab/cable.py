# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network cable of a host: this machine's end of its interface.

Disconnecting the container from the network would take the interface away, and a later connection would name it eth1.
"""

from __future__ import annotations

import socket

import docker
from docker.models.containers import Container

from .execute import execute
from .progress import LabError
from .state import Lab


def is_pulled(container: Container) -> bool:
    """Of a running container: whether its interface has no link."""
    return execute(container, ["cat", "/sys/class/net/eth0/carrier"]).output.strip() == "0"


def pull(client: docker.DockerClient, lab: Lab, container: Container) -> None:
    _set(client, lab, container, "down")


def plug(client: docker.DockerClient, lab: Lab, container: Container) -> None:
    _set(client, lab, container, "up")


def _set(client: docker.DockerClient, lab: Lab, container: Container, state: str) -> None:
    """From a helper container, so that access to the Engine is enough and root is not needed."""
    found = execute(container, ["cat", "/sys/class/net/eth0/iflink"])
    if found.exit_code:
        raise LabError(f"{container.name} has no eth0: {found.output.strip()}")
    client.containers.run(
        container.image,
        ["ip", "link", "set", "dev", socket.if_indextoname(int(found.output)), state],
        network_mode="host",
        cap_add=["NET_ADMIN"],
        labels=lab.labels,
        remove=True,
    )
