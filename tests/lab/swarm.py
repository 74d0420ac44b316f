# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Swarms made by hand, without the collection: what tests begin with."""

from __future__ import annotations

from .access import console
from .progress import LabError
from .state import Lab
from .wait import wait_until

# The CLI of a host that joins has waited 20 s then, and the Engine goes on trying.
_GOES_ON = "Timeout was reached before node joined"


def join(lab: Lab, host: str, manager: str, role: str = "worker") -> None:
    """Have a host join the swarm of a manager, as `worker` or `manager`; returns when it is an active node."""
    token = console(lab, manager, f"docker swarm join-token --quiet {role}").strip()
    try:
        console(lab, host, f"docker swarm join --token {token} {lab.host(manager).address}:2377")
    except LabError as error:
        if _GOES_ON not in str(error):
            raise LabError(str(error).replace(token, "TOKEN")) from None
    wait_until(lambda: state(lab, host) == "active")


def leave(lab: Lab, host: str) -> None:
    """Have a host leave whatever swarm it is in, by force; returns when it is in none. An Engine whose connections hang
    still, because the network was cut, gives up after 15 s and is still a member: then it is told again.
    """

    def has_left() -> bool:
        console(lab, host, "docker swarm leave --force", check=False)
        return state(lab, host) == "inactive"

    wait_until(has_left, 120)


def state(lab: Lab, host: str) -> str:
    """What its Engine is in a swarm: `inactive`, `pending`, `active`, `locked` or `error`."""
    return console(lab, host, "docker info --format '{{.Swarm.LocalNodeState}}'").strip()
