# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` of the virtual environment that runs this file, on an exported copy of the checkout.

ansible-test wants a directory named ansible_collections/apiary/swarm without links that lead out of it, and keeps its
own virtual environments in the home directory: both are below .cache here. What it wants to install from an address
comes from the index here, as tests/locks/sanity.txt has it: an address out of reach must not keep a test from running.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from ansible_test._internal.python_requirements import get_venv_packages
from ansible_test._internal.util import ANSIBLE_TEST_DATA_ROOT

CHECKOUT = Path(__file__).resolve().parents[2]
WORK = CHECKOUT / ".cache" / "sanity" / Path(sys.prefix).name
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

# `name @ address`, with what may follow an address after a space: a marker, and options or a comment.
FROM_ADDRESS = re.compile(r"^([\w.-]+)(?: *\[[\w, .-]*\])? *@ *\S+( +;[^#\n]*?)?(?: +(?:#|--).*)?$", re.MULTILINE)


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
        # Tracked files may be deleted in the working tree. The scripts in findings/ are no part of the collection.
        if source.exists() and not name.startswith("findings/"):
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


def pins(lock: str) -> dict[str, str]:
    """The versions that a lock file has, by name."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))


def from_index(requirements: str, versions: Mapping[str, str]) -> str:
    """The text of a file of requirements, with a version in place of each address; KeyError is the name without one."""
    return FROM_ADDRESS.sub(lambda found: f"{found[1]}=={versions[found[1].lower()]}{found[2] or ''}", requirements)


def replace_addresses(directory: Path, versions: Mapping[str, str]) -> None:
    """Change the requirements of ansible-test in this environment, and say so; what they were is kept beside them."""
    for file in sorted(directory.glob("sanity.*.txt")):
        original = file.with_suffix(".original")
        if not original.exists():
            shutil.copy2(file, original)
        before = original.read_text(encoding="utf-8")
        after = from_index(before, versions)
        file.write_text(after, encoding="utf-8")
        for old, new in zip(before.splitlines(), after.splitlines(), strict=True):
            if old != new:
                print(f"{file.name}: {new} in place of {old}", flush=True)


def fate(output: str) -> tuple[set[str], set[str]]:
    """The names of the tests that ran, and of those that were left out, from what ansible-test printed."""
    left_out = set(re.findall(r'(?:Skipping sanity test|Required program) "([^"]+)"', output))
    return set(re.findall(r'Running sanity test "([^"]+)"', output)) - left_out, left_out


def run(collection: Path, home: Path) -> int:
    """The exit code of ansible-test, which is 0 also when it left tests out: that is a failure here."""
    lines = []
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
            lines.append(line)
            print(line, end="", flush=True)
    ran, left_out = fate("".join(lines))
    print(f"ansible-test ran {len(ran)} tests: {' '.join(sorted(ran))}")
    if "pylint" not in ran:
        left_out.add("pylint")
    if left_out:
        print(f"error: it did not run {' '.join(sorted(left_out))}")
    return process.returncode or int(bool(left_out))


def main() -> int:
    collection = WORK / "ansible_collections" / "apiary" / "swarm"
    home = WORK / "home"
    export(collection)
    prepare_home(home)
    lock = CHECKOUT / "tests" / "locks" / "sanity.txt"
    try:
        replace_addresses(Path(ANSIBLE_TEST_DATA_ROOT) / "requirements", pins(lock.read_text(encoding="utf-8")))
    except KeyError as name:
        print(f"error: ansible-test wants {name} from an address, and {lock.name} has no version of it: see update.py")
        return 1
    return run(collection, home)


if __name__ == "__main__":
    sys.exit(main())
