# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running commands on a host: over ssh as anybody would, or on its console when the network is cut."""

from __future__ import annotations

import subprocess

from docker.errors import APIError

from .execute import execute
from .outer import connect
from .ownership import require_container
from .progress import LabError
from .state import USER, Lab


def ssh_command(lab: Lab, host: str) -> list[str]:
    """The ssh command line up to and including the address."""
    return [
        *("ssh", "-i", str(lab.key_file), "-o", f"UserKnownHostsFile={lab.known_hosts_file}"),
        *("-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=10", f"{USER}@{lab.host(host).address}"),
    ]


def ssh(lab: Lab, host: str, command: str, *, check: bool = True, timeout: float = 300) -> str:
    """Standard output of a shell command that runs as the ordinary user; LabError when it fails and check is set."""
    done = subprocess.run(
        [*ssh_command(lab, host), command], check=False, capture_output=True, text=True, timeout=timeout
    )
    if check and done.returncode:
        raise LabError(f"on {host}: {command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def console(lab: Lab, host: str, command: str, *, check: bool = True) -> str:
    """Output of a shell command that runs as root without the network."""
    lab.host(host)
    try:
        done = execute(require_container(connect(), lab, host), ["/bin/sh", "-c", command])
    except APIError as error:
        raise LabError(f"{host} has no console now: {error}") from error
    if check and done.exit_code:
        raise LabError(f"on the console of {host}: {command}: {done.exit_code}\n{done.output}")
    return done.output
