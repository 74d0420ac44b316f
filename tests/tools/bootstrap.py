# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the virtual environments of the development tools, with the Python that runs this file.

python -m tests.tools.bootstrap venv            newest ansible-core that this Python can run, and all tools
python -m tests.tools.bootstrap venv-oldest     oldest supported ansible-core, and what unit tests need
python -m tests.tools.bootstrap venv-next       the next ansible-core, and what unit tests need
python -m tests.tools.bootstrap venv-update     what makes the lock files

An environment has what its lock file in tests/locks/ lists, and nothing else. A stamp in it says what it was made from:
while that is unchanged, nothing is done.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.tools import cores

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".cache"
LOCKS = CHECKOUT / "tests" / "locks"

# Nothing is resolved, nothing is taken that is not the file that was locked, and nothing is built: a build would fetch
# what it needs itself, as the index has it on that day.
EXACTLY = ("--no-deps", "--require-hashes", "--only-binary=:all:")


def make(name: str) -> None:
    """Make the environment, unless it is there and was made from the same things."""
    lock = LOCKS / f"{name}.txt"
    directory = CACHE / name
    stamp = directory / "made-from"
    made_from = fingerprint(lock, directory)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from:
        return
    started = time.monotonic()
    print(f"==> .cache/{name}: Python {sys.version.split()[0]}, tests/locks/{lock.name}", flush=True)
    shutil.rmtree(directory, ignore_errors=True)
    subprocess.run([base_interpreter(), "-m", "venv", directory], check=True)
    subprocess.run([directory / "bin" / "python", *install(lock)], check=True)
    stamp.write_text(made_from, encoding="utf-8")
    print(f"==> .cache/{name}: ready after {time.monotonic() - started:.0f} s", flush=True)


def install(lock: Path) -> list[str]:
    """The arguments for a Python to get what is locked."""
    return ["-m", "pip", "install", "-qq", "--disable-pip-version-check", *EXACTLY, f"--requirement={lock}"]


def base_interpreter() -> str:
    """This file may run from the environment that is being replaced: the Python below it."""
    return str(getattr(sys, "_base_executable", sys.executable))


def fingerprint(lock: Path, directory: Path) -> str:
    """Everything that an environment depends on: its interpreter, its own path, and its lock file."""
    digest = hashlib.sha256(f"{sys.version} {sys.base_prefix} {directory}".encode())
    digest.update(lock.read_bytes())
    return digest.hexdigest()


def link_collection() -> None:
    """Let Ansible and Python find the checkout as the collection apiary.swarm."""
    link = CACHE / "collections" / "ansible_collections" / "apiary" / "swarm"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to("../../../..")


def main(names: list[str]) -> int:
    wanted = [name for name in names if not (name in cores.CORES and cores.CORES[name].off)]
    for name in wanted:
        if not cores.fits(name, sys.version_info.minor):  # PYTHON=... may name any
            this = f"{sys.executable} is Python {sys.version.split()[0]}"
            print(f"error: {this}; .cache/{name} needs {cores.span(cores.PYTHONS[name])}", file=sys.stderr)
            return 1
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands may be started at once
        link_collection()
        try:
            for name in wanted:
                make(name)
        except subprocess.CalledProcessError as error:
            print(f"error: {error}; its own message is above", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
