# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` of the virtual environment that runs this file, on an exported copy of the checkout.

ansible-test wants a directory named ansible_collections/apiary/swarm without links that lead out of it, and keeps its
own virtual environments in the home directory: both are below .cache here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from ansible_test._internal.python_requirements import get_venv_packages

CHECKOUT = Path(__file__).resolve().parents[2]
WORK = CHECKOUT / ".cache" / "sanity" / Path(sys.prefix).name
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def export(target: Path) -> None:
    """Copy what git has or would take, into a repository of its own: in the checkout's the copy is ignored."""
    shutil.rmtree(target, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        source = CHECKOUT / name
        if source.exists():  # tracked, and deleted in the working tree
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)


def prepare_home(home: Path) -> None:
    """A home directory with the user's settings for pip, and the bootstrap of pip that ansible-test looks for."""
    version = get_venv_packages(cast(Any, SimpleNamespace(version=PYTHON)))["pip"]
    bootstrap = home / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    bootstrap.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(Path(__file__).with_name("get_pip.py"), bootstrap)
    # pip reads both files that a user can have: the older one makes it quiet here, the newer one holds the settings.
    quiet, settings = home / ".pip" / "pip.conf", home / ".config" / "pip" / "pip.conf"
    for file in (quiet, settings):
        file.parent.mkdir(parents=True, exist_ok=True)
    quiet.write_text("[global]\nquiet = 2\n", encoding="utf-8")
    for file in (Path.home() / ".pip" / "pip.conf", Path.home() / ".config" / "pip" / "pip.conf"):
        if file.is_file():
            shutil.copy2(file, settings)


def run(collection: Path, home: Path) -> int:
    """The exit code of ansible-test, which is 0 also when it found nothing to test: that is a failure here."""
    tests = 0
    with subprocess.Popen(
        [Path(sys.prefix) / "bin" / "ansible-test", "sanity", "--python", PYTHON],
        cwd=collection,
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            tests += line.startswith("Running sanity test")
            print(line, end="", flush=True)
    if not tests:
        print("error: ansible-test ran no test")
    return process.returncode or int(not tests)


def main() -> int:
    collection = WORK / "ansible_collections" / "apiary" / "swarm"
    home = WORK / "home"
    export(collection)
    prepare_home(home)
    return run(collection, home)


if __name__ == "__main__":
    sys.exit(main())
