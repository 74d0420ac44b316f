# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Engine keeps of its membership in files: read as root, on its own host, where the API does not tell it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import (
    Certificates,
    read_certificates,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.local_files import text_of

Info = Mapping[str, Any]


@dataclass(frozen=True)
class ManagerState:
    """`is_running`: whether the manager's part of the Engine runs, if without a leader.

    `key_is_encrypted`: whether autolock is on, None where the key cannot be read. `addresses`: those that it was
    started with, by the names of moby's daemon/cluster/noderunner.go.
    """

    is_running: bool = False
    key_is_encrypted: bool | None = None
    addresses: Mapping[str, Any] | None = None


def certificates_of(info: Info) -> Certificates:
    """The node's certificates; `info` says where the Engine keeps its files."""
    return read_certificates(
        _kept(info, "certificates", "swarm-node.crt"), _kept(info, "certificates", "swarm-root-ca.crt")
    )


def manager_state(info: Info, is_here: bool) -> ManagerState:
    """What is needed to start this manager anew. With autolock its key is encrypted (swarmkit ca/keyreadwriter.go)."""
    is_running = bool((info.get("Swarm") or {}).get("ControlAvailable"))
    if not is_here:
        return ManagerState(is_running)
    key = _kept(info, "certificates", "swarm-node.key")
    try:
        addresses = json.loads(_kept(info, "docker-state.json"))
    except ValueError:
        addresses = None
    return ManagerState(
        is_running, "ENCRYPTED" in key if key else None, addresses if isinstance(addresses, dict) else None
    )


def is_joining(info: Info) -> bool:
    """Whether the Engine keeps in mind that its first join has not come to an end."""
    addresses = manager_state(info, is_here=True).addresses or {}
    return addresses.get("JoinInProgress") is True


def _kept(info: Info, *path: str) -> str:
    """The text of a file of the swarm's; empty where it is not there (yet), or not for this user."""
    return text_of(os.path.join(info.get("DockerRootDir") or "/var/lib/docker", "swarm", *path))
