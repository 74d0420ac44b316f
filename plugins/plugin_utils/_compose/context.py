# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reading a file needs besides the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .compatibility import Rules
from .errors import ComposeError

ReadFile = Callable[[str], bytes]


@dataclass
class Context:
    env: Mapping[str, str]
    read_file: ReadFile
    """Gets an absolute path; raises OSError."""
    working_dir: str
    home: str | None
    rules: Rules
    minor: int = 13
    """The version of the files is 3.<minor>."""
    volume_letters: frozenset[str] = frozenset()
    """Names of one letter that top-level volumes of any file have."""
    warnings: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def read(self, path: str, purpose: str) -> bytes:
        try:
            return self.read_file(path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ComposeError(f"open {path}: {reason[:1].lower()}{reason[1:]}", f"It is {purpose}.") from error
