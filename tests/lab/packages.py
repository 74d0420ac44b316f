# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages of this machine that tests need: installed on Debian and Ubuntu, asked for elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

from .progress import LabError, say
from .wait import again

# Another check may be installing something just now.
_APT = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300")


def install(packages: Sequence[str], what: str, by_hand: str) -> None:
    """Install packages of the distribution. Raises LabError that says what is missing and how to get it by hand."""
    if not shutil.which("apt-get"):
        raise LabError(f"{what} is missing, and only on Debian and Ubuntu can it be installed from here. {by_hand}")
    if os.geteuid() != 0:
        raise LabError(f"{what} is missing, and installing it needs root. {by_hand}")
    say(f"installing {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def attempt() -> None:
        for command in ([*_APT, "update"], [*_APT, "-y", "--no-install-recommends", "install", *packages]):
            done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
            if done.returncode:
                raise LabError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}\n{by_hand}")

    again(attempt)
