# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Swarms made by hand, without the collection: what tests begin with."""

from __future__ import annotations

from .access import console
from .progress import LabError
from .state import Lab
from .wait import wait_until

# The CLI has waited 20 s then, and the Engine goes on trying.
_GOES_ON = "Timeout was reached before node joined"


def join(lab: Lab, host: str, manager: str, role: str = "worker") -> None:
    """Have a host join the swarm of a manager, as `worker` or `manager`; returns when it is an active node."""
    token = console(lab, manager, f"docker swarm join-token --quiet {role}").strip()
    try:
        console(lab, host, f"docker swarm join --token {token} {lab.host(manager).address}:2377")
    except LabError as error:
        if _GOES_ON not in str(error):
            raise
    wait_until(lambda: console(lab, host, "docker info --format '{{.Swarm.LocalNodeState}}'").strip() == "active")
