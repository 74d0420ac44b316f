# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Debian packages come from: the mirror that this machine itself uses, or the one given by the user."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Archive:
    """Addresses of the main and the security archive; an empty one is unknown."""

    main: str
    security: str

    def sources(self, suite: str) -> list[str]:
        """One-line apt sources of a stable suite; [] when the archive is unknown."""
        if not self.main:
            return []
        lines = [f"deb {self.main} {suite} main", f"deb {self.main} {suite}-updates main"]
        if self.security:
            lines.append(f"deb {self.security} {suite}-security main")
        return lines


def discover() -> Archive:
    """LAB_MIRROR and LAB_SECURITY_MIRROR when they are set, otherwise the Debian archives that apt uses here."""
    given = os.environ.get("LAB_MIRROR", "")
    if given:
        return Archive(given, os.environ.get("LAB_SECURITY_MIRROR", ""))
    found = {"Debian": "", "Debian-Security": ""}
    if shutil.which("apt-get"):
        done = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages"],
            check=False,
            capture_output=True,
            text=True,
        )
        for line in done.stdout.splitlines():
            origin, label, address = line.split("|", 2)
            if origin == "Debian" and label in found:
                found[label] = found[label] or address
    return Archive(found["Debian"], found["Debian-Security"])
