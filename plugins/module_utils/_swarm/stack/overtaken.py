# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two deployments of a stack at once: the one that was written over has to know.

Every write is checked against the version that was read, so none is lost unseen; but whoever writes later wins, service
by service. The Engine remembers one spec before the current one (PreviousSpec). If that is not the spec that a run
found before it wrote, then someone has written since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

Object = Mapping[str, Any]  # as the API lists it


class Overtaken(SwarmError):
    """What this run wrote is not what counts now."""


def mark(spec: Mapping[str, Any] | None) -> str:
    """Stands for the spec before a write, as it was read; empty for none, where the service was created."""
    return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest() if spec else ""


def overtaken(services: Iterable[Object], written: Mapping[str, str]) -> list[str]:
    """The names of the services that someone else has written to since. `written`: ID -> mark of the spec before."""
    return sorted(
        service["Spec"]["Name"]
        for service in services
        if service["ID"] in written and mark(service.get("PreviousSpec")) != written[service["ID"]]
    )
