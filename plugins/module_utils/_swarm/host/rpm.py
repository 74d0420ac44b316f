# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What dnf and zypper say of packages, and the files in which they keep what is held.

Versions are without their epoch: names of package files lack it, and rpm, dnf and zypper do not show it alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import versions
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Available

LOCKS_DNF4 = "/etc/dnf/plugins/versionlock.list"
LOCKS_DNF5 = "/etc/dnf/versionlock.toml"
LOCKS_ZYPP = "/etc/zypp/locks"

# Directories whose age is that of the package lists: dnf 4, dnf 5, zypper.
# A name, or name-epoch:version-release.architecture; older versions of the plugin wrote the epoch in front.
_LOCK = re.compile(r"(?:\d+:)?(.+?)(?:-(?:\d+:)?\d[^-]*-[^-]+)?")

LISTS = ("/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/zypp/raw")


def read_dnf_list(text: str, names: Sequence[str]) -> dict[str, Available]:
    """From `dnf list --showduplicates NAME...`. dnf 4 breaks long lines, so words count and lines do not."""
    found: dict[str, set[str]] = {}
    words = text.split()
    for word, version in zip(words, words[1:]):
        name = word.rpartition(".")[0]
        if name in names:
            found.setdefault(name, set()).add(versions.without_epoch(version))
    return _available(found)


def read_zypper_search(text: str, names: Sequence[str]) -> dict[str, Available]:
    """From `zypper search --details NAME...`: a table of status, name, type, version, architecture and repository."""
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 6 and cells[1] in names and cells[2] == "package":
            found.setdefault(cells[1], set()).add(versions.without_epoch(cells[3]))
    return _available(found)


def read_locks(dnf4: str, dnf5: str, zypp: str) -> frozenset[str]:
    """The names of the packages that the files of dnf's versionlock (4 and 5) and of zypper hold."""
    lines = (line.strip() for line in dnf4.splitlines())
    # A line with ! keeps one version away, and holds none.
    names = [found.group(1) for line in lines if line and line[0] not in "#!" and (found := _LOCK.fullmatch(line))]
    names += re.findall(r"""^\s*name\s*=\s*["']([^"']+)["']""", dnf5, re.MULTILINE)
    names += re.findall(r"^\s*solvable_name:\s*(\S+)", zypp, re.MULTILINE)
    return frozenset(names)


def _available(found: dict[str, set[str]]) -> dict[str, Available]:
    ordered = {name: tuple(sorted(them, key=_order, reverse=True)) for name, them in found.items()}
    return {name: Available(them, them[0]) for name, them in ordered.items()}


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
