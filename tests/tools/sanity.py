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

from ansible_test._internal.python_requirements import get_venv_packages

CHECKOUT = Path(__file__).resolve().parents[2]
WORK = CHECKOUT / ".cache" / "sanity" / Path(sys.prefix).name
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def export(target: Path) -> None:
    """Copy what git has or would take; the rest is none of the collection."""
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


def prepare_home(home: Path) -> None:
    """A home directory with the user's settings for pip, and the bootstrap of pip that ansible-test looks for."""
    version = get_venv_packages(SimpleNamespace(version=PYTHON))["pip"]
    bootstrap = home / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    bootstrap.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(Path(__file__).with_name("get_pip.py"), bootstrap)
    for settings in (".config/pip", ".pip"):
        link = home / settings
        if (Path.home() / settings).exists() and not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path.home() / settings)


def main() -> int:
    collection = WORK / "ansible_collections" / "apiary" / "swarm"
    home = WORK / "home"
    export(collection)
    prepare_home(home)
    return subprocess.run(
        [Path(sys.prefix) / "bin" / "ansible-test", "sanity", "--python", PYTHON, *sys.argv[1:]],
        cwd=collection,
        env={**os.environ, "HOME": str(home)},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
