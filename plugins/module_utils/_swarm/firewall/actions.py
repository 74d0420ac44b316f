# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done to a host's firewall, as data: commands and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Command:
    """`data` is its standard input."""

    arguments: tuple[str, ...]
    data: str = ""


@dataclass(frozen=True)
class File:
    """A file to write, or to remove (`text` is None)."""

    path: str
    text: str | None


Action = Union[Command, File]
