# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of Docker Engine: what a user may wish, what packages and Engines call theirs, and which fits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

LATEST = "latest"

_EXACT = re.compile(r"\d+\.\d+\.\d+")
_SERIES = re.compile(r"\d+\.(\d+\.)?\*")
# A package's version is [epoch:]upstream[what the distribution adds]: 5:28.5.2-1~debian.13~trixie, 26.1.5+dfsg1-9+b9.
_PACKAGE = re.compile(r"(?:\d+:)?(\d+(?:\.\d+)*)")


def check_wish(version: str) -> None:
    """Raises SwarmError unless the wish is empty (what is installed stays), an exact version, a series or latest."""
    if version in ("", LATEST) or _EXACT.fullmatch(version) or _SERIES.fullmatch(version):
        return
    raise SwarmError(
        f"docker_engine_version is {version!r}, which is no version of Docker Engine.",
        "Nothing was changed. Give an exact version (28.5.2), a series (28.5.* or 28.*) or latest.",
    )


def without_epoch(version: str) -> str:
    """As in names of package files: 5:28.5.2-1~debian.13~trixie -> 28.5.2-1~debian.13~trixie."""
    return version.rpartition(":")[2]


def upstream(version: str) -> str:
    """5:28.5.2-1~debian.13~trixie and 28.5.2+dfsg1 -> 28.5.2; empty where there is no version."""
    found = _PACKAGE.match(version)
    return found.group(1) if found else ""


def numbers(version: str) -> tuple[int, ...]:
    """For comparing: (28, 5, 2)."""
    return tuple(int(part) for part in upstream(version).split(".") if part)


def fits(wish: str, version: str) -> bool:
    """Whether a package's or an Engine's version is the wished one or of the wished series. All are, without a wish."""
    if wish in ("", LATEST):
        return True
    if wish.endswith("*"):
        return f"{upstream(version)}.".startswith(wish[:-1])
    return upstream(version) == wish


def best(wish: str, available: Sequence[str], candidate: str) -> str:
    """The package version to install: the package manager's candidate for latest, otherwise the first that fits.

    `available` has the newest first. Empty where nothing fits.
    """
    if wish == LATEST:
        return candidate
    return next((version for version in available if fits(wish, version)), "")
