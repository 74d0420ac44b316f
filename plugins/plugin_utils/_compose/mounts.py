# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The short syntax of volumes, `[source:]target[:options]`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

_PROPAGATIONS = ("private", "rprivate", "shared", "rshared", "slave", "rslave")


def parse_volume(text: str, one_letter_names: Collection[str] = ()) -> dict[str, Any]:
    """The entry in its long form. ValueError if it is none.

    A single letter before a colon is a Windows drive, unless it is one of `one_letter_names`.
    """
    if not text:
        raise ValueError("invalid empty volume spec")
    if len(text.encode()) <= 2:
        return {"type": "volume", "target": text}
    sections = _sections(text, one_letter_names)
    if "" in sections:
        raise ValueError(f"invalid spec: {text}: empty section between colons")
    if len(sections) > 3:
        raise ValueError(f"invalid spec: {text}: too many colons")
    if len(sections) == 1:
        return {"type": "volume", "target": sections[0]}
    source, target = sections[:2]
    options = sections[2] if len(sections) > 2 else ""
    kind = "bind" if _is_path(source) else "volume"
    return {"type": kind, "source": source, "target": target, **_options(options)}


def _sections(text: str, one_letter_names: Collection[str]) -> list[str]:
    """The parts between the colons; the colon of a drive (`C:`) separates nothing."""
    sections = [""]
    for letter in text:
        drive = len(sections[-1]) == 1 and sections[-1].isalpha()
        if letter != ":" or (drive and not (len(sections) == 1 and sections[0] in one_letter_names)):
            sections[-1] += letter
        else:
            sections.append("")
    return sections


def _is_path(source: str) -> bool:
    return source[0] in "./~" or source.startswith("\\\\") or (source[1:2] == ":" and source[0].isalpha())


def _options(text: str) -> dict[str, Any]:
    """Options that are not known are ignored, as the CLI does."""
    found: dict[str, Any] = {}
    for option in text.split(","):
        if option in ("ro", "rw"):
            found["read_only"] = option == "ro"
        elif option == "nocopy":
            found["volume"] = {"nocopy": True}
        elif option in _PROPAGATIONS:
            found["bind"] = {"propagation": option}
    return found
