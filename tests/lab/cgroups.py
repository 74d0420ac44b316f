# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control groups that killed hosts leave behind.

On the old hierarchy (version 1) the hosts share this machine's control groups, and the Engine of a host keeps those of
its containers in /docker, beside the ones of the outer Engine. Nobody removes them when the host is killed.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Set
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_CONTAINER = re.compile(r"[0-9a-f]{64}")


def sweep(living: Set[str]) -> None:
    """Remove groups of containers in which nothing runs; ``living`` are the containers of the outer Engine.

    A container that is being made has an empty group for an instant, so a group must be seen empty twice.
    """
    if os.geteuid() != 0 or not (candidates := _empty(living)):
        return
    time.sleep(0.5)
    for name in candidates & _empty(living):
        for group in _ROOT.glob(f"*/docker/{name}"):
            for directory, _names, _files in os.walk(group, topdown=False):
                try:
                    os.rmdir(directory)
                except OSError:
                    break


def _empty(living: Set[str]) -> set[str]:
    """Names that are container ids and have no process in any hierarchy."""
    groups = [group for group in _ROOT.glob("*/docker/*") if _CONTAINER.fullmatch(group.name)]
    occupied = {group.name for group in groups if any(_occupied(path) for path in group.rglob("cgroup.procs"))}
    return {group.name for group in groups} - occupied - living


def _occupied(processes: Path) -> bool:
    try:
        return bool(processes.read_text(encoding="ascii").strip())
    except OSError:
        # Version 2 does not tell for some groups, and a group can go while it is looked at.
        return processes.exists()
