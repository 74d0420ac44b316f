# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with real machines: networks are cut; machines crash, hang and come back.

Every function takes a ``Lab`` and the name of one of its hosts. Those that bring a host back return when it is ready.
"""

from __future__ import annotations

import subprocess

import docker
from docker.models.containers import Container

from . import cable
from .hosts import wait_ready
from .outer import connect
from .ownership import require_container
from .state import Host, Lab


def cut(lab: Lab, host: str) -> None:
    """Pull the network cable: the host keeps running, with its interface and address, but no packet passes.

    A cut ends with heal, and also when the host is started again, since it then gets a new cable.
    """
    client, _machine, container = _find(lab, host)
    cable.pull(client, lab, container)
    forget_connections(lab)


def heal(lab: Lab, host: str) -> None:
    """Plug the network cable in again."""
    client, machine, container = _find(lab, host)
    cable.plug(client, lab, container)
    wait_ready(client, lab, machine)


def kill(lab: Lab, host: str) -> None:
    """Power off without a warning: every process of the host and of its containers is gone at once."""
    _client, _machine, container = _find(lab, host)
    if container.status == "paused":
        container.unpause()
    if container.status != "exited":
        container.kill()
        container.wait()
    forget_connections(lab)


def start(lab: Lab, host: str) -> None:
    """Boot a host that is down."""
    client, machine, container = _find(lab, host)
    container.start()
    wait_ready(client, lab, machine)


def restart(lab: Lab, host: str) -> None:
    """An orderly shutdown followed by a boot."""
    client, machine, container = _find(lab, host)
    container.restart(timeout=60)
    forget_connections(lab)
    wait_ready(client, lab, machine)


def freeze(lab: Lab, host: str) -> None:
    """Stop systemd, sshd and the Engine where they stand; containers that the Engine runs go on."""
    _client, _machine, container = _find(lab, host)
    if container.status != "paused":
        container.pause()


def thaw(lab: Lab, host: str) -> None:
    """Let a frozen host go on."""
    client, machine, container = _find(lab, host)
    if container.status == "paused":
        container.unpause()
    wait_ready(client, lab, machine)


def forget_connections(lab: Lab) -> None:
    """Let go of persistent ssh connections, which would outlive the host; sessions that are in use go on."""
    if lab.control_path_dir.is_dir():
        for path in lab.control_path_dir.iterdir():
            subprocess.run(["ssh", "-O", "stop", "-o", f"ControlPath={path}", "lab"], check=False, capture_output=True)


def _find(lab: Lab, name: str) -> tuple[docker.DockerClient, Host, Container]:
    machine = lab.host(name)
    client = connect()
    return client, machine, require_container(client, lab, name)
