# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the host on which a module runs: reading what may not be there, and replacing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError


def read(path: str) -> str | None:
    """The text of a file; None when there is none, or when it may not be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def text_of(path: str) -> str:
    """The text of a file, empty when there is none."""
    return read(path) or ""


def replace(path: str, content: bytes | None, mode: int = 0o644) -> None:
    """Write a file, or remove it (None). Whoever reads it sees the old content or the new one, whatever happens.

    Its directory is made where it is missing. Raises SwarmError.
    """
    try:
        if content is None:
            os.remove(path)
            return
        directory = os.path.dirname(path)
        os.makedirs(directory, mode=0o755, exist_ok=True)
        descriptor, new = tempfile.mkstemp(prefix=".apiary-swarm-", dir=directory)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                os.fchmod(descriptor, mode)
            os.replace(new, path)
        except BaseException:
            os.remove(new)
            raise
    except OSError as problem:
        raise SwarmError(
            f"{path} cannot be written: {problem.strerror or problem}.", "Correct that, and run again."
        ) from problem
