# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the lock files in tests/locks/ anew, with the newest releases that the ranges in the requirements allow."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.tools.cores import ANY, NEWEST, NEXT, OLDEST

CHECKOUT = Path(__file__).resolve().parents[2]
LOCKS = CHECKOUT / "tests" / "locks"


@dataclass(frozen=True)
class Lock:
    """What is wished in an environment, and the oldest Python that it has to be found for."""

    wished: str
    file: str | None
    python: int


def after(version: str) -> str:
    """The version of ansible-core that follows this one."""
    first, second = version.split(".")
    return f"{first}.{int(second) + 1}"


UNIT = "tests/unit/requirements.txt"
WISHES: Mapping[str, Lock] = {
    "venv": Lock(f"ansible-core>={OLDEST.version},<{after(NEWEST.version)}", "tests/requirements.txt", ANY[0]),
    "venv-oldest": Lock(f"ansible-core=={OLDEST.version}.*", UNIT, OLDEST.pythons[0]),
    # A range that begins with a pre-release takes pre-releases.
    "venv-next": Lock(f"ansible-core>={NEXT.version}.0a0,<{after(NEXT.version)}", UNIT, NEXT.pythons[0]),
    "venv-update": Lock("uv", None, ANY[0]),
    # What ansible-test wishes from elsewhere than an index: see sanity.py.
    "sanity": Lock("dill", None, ANY[0]),
}

OPTIONS = (
    *("--upgrade", "--generate-hashes", "--only-binary=:all:", "--custom-compile-command=make update", "--quiet"),
    # One file for every Python: where they need different releases, each has its line.
    "--universal",
)


def command(name: str, lock: Lock) -> list[str]:
    """How a lock file is made; the wish comes from standard input."""
    files = ["-", *filter(None, [lock.file])]
    where = f"--output-file=tests/locks/{name}.txt"
    return [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, f"--python-version=3.{lock.python}", where, *files]


def main() -> int:
    for name, lock in WISHES.items():
        if name == "venv-next" and NEXT.off:
            print(f"tests/locks/{name}.txt: left as it is; ansible-core {NEXT.version} is off: {NEXT.off}")
            continue
        subprocess.run(command(name, lock), cwd=CHECKOUT, input=lock.wished, text=True, check=True)
        text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
        found = re.findall(r"^(ansible-core==\S+|uv==\S+|dill==\S+)", text, re.MULTILINE)
        print(f"tests/locks/{name}.txt: {', '.join(found)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {error}; its own message is above")
