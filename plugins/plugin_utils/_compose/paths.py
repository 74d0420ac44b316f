# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths in Compose files: relative ones, `~`, and those of Windows, which stay as they are."""

from __future__ import annotations

import posixpath
import re

_DRIVE = re.compile(r"[A-Za-z]:[\\/]", re.ASCII)
_SHARE = re.compile(r"[\\/]{2}[^\\/.][^\\/]*[\\/][^\\/.][^\\/]*[\\/]")


def absolute(path: str, working_dir: str) -> str:
    """The path, from the working directory if it is relative."""
    return path if path.startswith("/") else posixpath.normpath(posixpath.join(working_dir, path))


def bind_source(path: str, working_dir: str, home: str | None) -> str:
    """The absolute source of a bind mount. Any first `~` is the home directory, as the CLI has it."""
    if path.startswith("~") and home is not None:
        path = home + path[1:]
    return path if _DRIVE.match(path) or _SHARE.match(path) else absolute(path, working_dir)
