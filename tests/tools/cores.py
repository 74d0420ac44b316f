# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which versions of ansible-core are tested, each by its name, and which Python each environment needs.

python cores.py ENVIRONMENT     prints minor version, micro version and path of this Python, if it is one for that
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Core:
    """A version of ansible-core, as in 2.18, and the first and the last Python 3 that can run it."""

    name: str
    version: str
    pythons: tuple[int, int]
    off: str = ""  # why nothing is tested with it for now


def oldest(runtime: str) -> str:
    """The first supported version: what meta/runtime.yml tells Ansible is where the range is stated."""
    found = re.search(r'^requires_ansible: ">=(\d+\.\d+)\.0"$', runtime, re.MULTILINE)
    if not found:
        raise ValueError('meta/runtime.yml has no line requires_ansible: ">=X.Y.0"')
    return found.group(1)


OLDEST = Core("oldest", oldest((CHECKOUT / "meta" / "runtime.yml").read_text(encoding="utf-8")), (11, 13))
NEWEST = Core("newest", "2.21", (12, 14))
# Often a pre-release. Where it is broken, or there is none yet: off="the reason", which the table of gates shows.
NEXT = Core("next", "2.22", (13, 14))

CORES: Mapping[str, Core] = {"venv": NEWEST, "venv-oldest": OLDEST, "venv-next": NEXT}

# The tools run wherever the collection does: with a Python that is too old for the newest ansible-core, `venv` has an
# older one.
ANY = (OLDEST.pythons[0], NEWEST.pythons[1])
PYTHONS: Mapping[str, tuple[int, int]] = {
    "venv": ANY,
    "venv-oldest": OLDEST.pythons,
    "venv-next": NEXT.pythons,
    "venv-update": ANY,
}


def fits(environment: str, minor: int) -> bool:
    """Whether an environment can be made with Python 3.minor."""
    first, last = PYTHONS[environment]
    return first <= minor <= last


def span(pythons: tuple[int, int]) -> str:
    """What to install where no Python fits."""
    first, last = pythons
    return f"Python 3.{first} to 3.{last}"


def main(environment: str) -> None:
    import ensurepip  # noqa: F401  (Debian has both in a package of their own)
    import venv  # noqa: F401

    if fits(environment, sys.version_info.minor) and sys.version_info.releaselevel == "final":
        print(sys.version_info.minor, sys.version_info.micro, sys.executable)


if __name__ == "__main__":
    main(sys.argv[1])
