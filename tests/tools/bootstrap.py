# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the virtual environments of the development tools, with the Python that runs this file.

python bootstrap.py venv            newest ansible-core that this Python can run, and all tools
python bootstrap.py venv-oldest     oldest supported ansible-core that this Python can run, and what unit tests need

A stamp in an environment says what it was made from: while that is unchanged, nothing is done.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".cache"

# The oldest supported ansible-core runs on Python 3.11 to 3.13; on a newer Python it is the first that runs there.
OLDEST_CORE = {14: "2.20"}.get(sys.version_info.minor, "2.18")

PACKAGES = {
    "venv": ("ansible-core>=2.18", ["tests/requirements.txt"]),
    "venv-oldest": (f"ansible-core=={OLDEST_CORE}.*", ["requirements.txt", "tests/unit/requirements.txt"]),
}


def make(name: str) -> None:
    """Make the environment, unless it is there and was made from the same things."""
    core, files = PACKAGES[name]
    directory = CACHE / name
    stamp = directory / "made-from"
    made_from = fingerprint(core, directory)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from:
        return
    started = time.monotonic()
    print(f"==> .cache/{name}: Python {sys.version.split()[0]}, {core}", flush=True)
    shutil.rmtree(directory, ignore_errors=True)
    subprocess.run([base_interpreter(), "-m", "venv", directory], check=True)
    install = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", core)
    subprocess.run(
        [directory / "bin" / "python", *install, *(f"--requirement={CHECKOUT / file}" for file in files)], check=True
    )
    stamp.write_text(made_from, encoding="utf-8")
    print(f"==> .cache/{name}: ready after {time.monotonic() - started:.0f} s", flush=True)


def base_interpreter() -> str:
    """This file may run from the environment that is being replaced: the Python below it."""
    return str(getattr(sys, "_base_executable", sys.executable))


def fingerprint(core: str, directory: Path) -> str:
    """Everything that an environment depends on: its interpreter, its own path, and the requirements."""
    digest = hashlib.sha256(f"{sys.version} {sys.base_prefix} {directory} {core}".encode())
    for file in ("requirements.txt", "tests/requirements.txt", "tests/unit/requirements.txt"):
        digest.update((CHECKOUT / file).read_bytes())
    return digest.hexdigest()


def link_collection() -> None:
    """Let Ansible and Python find the checkout as the collection apiary.swarm."""
    link = CACHE / "collections" / "ansible_collections" / "apiary" / "swarm"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to("../../../..")


def main(names: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  (PYTHON=... may name any)
        print(f"error: {sys.executable} is Python {sys.version.split()[0]}; 3.11 or newer is needed", file=sys.stderr)
        return 1
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands may be started at once
        link_collection()
        try:
            for name in names:
                make(name)
        except subprocess.CalledProcessError as error:
            print(f"error: {error}; its own message is above", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
