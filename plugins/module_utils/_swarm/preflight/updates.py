# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a host upgrades packages by itself, and whether that can restart the Engine."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

# Those whose upgrade restarts the Engine or its containers.
PACKAGES = ("docker-ce", "docker.io", "containerd.io", "containerd")

_ENABLED = re.compile(r'^APT::Periodic::Unattended-Upgrade "([^"]*)";', re.MULTILINE)
_EXCLUDED = re.compile(r'^Unattended-Upgrade::Package-Blacklist:: "([^"]*)";', re.MULTILINE)


def apt_touches(config: str, packages: Mapping[str, str]) -> list[str] | None:
    """What unattended-upgrades may upgrade, of PACKAGES; None where it is off.

    `config` is what `apt-config dump` prints; `packages` are the installed ones with dpkg's selection (install, hold).
    """
    enabled = _ENABLED.search(config)
    if not enabled or enabled.group(1) in ("", "0"):
        return None
    excluded = [pattern for pattern in _EXCLUDED.findall(config) if pattern]
    return [
        name
        for name, selection in packages.items()
        if name in PACKAGES and selection != "hold" and not any(_matches(pattern, name) for pattern in excluded)
    ]


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.match(pattern, name) is not None
    except re.error:
        return False


def dnf_touches(automatic: str, held: Collection[str], packages: Collection[str]) -> list[str] | None:
    """What dnf-automatic upgrades, of PACKAGES; None where it only downloads.

    `automatic` is /etc/dnf/automatic.conf, `held` are the packages that versionlock holds.
    """
    if not re.search(r"^\s*apply_updates\s*=\s*(yes|true|1|on)\s*$", automatic, re.MULTILINE | re.IGNORECASE):
        return None
    return [name for name in packages if name in PACKAGES and name not in held]
