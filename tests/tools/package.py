# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the artefact, install it into an empty directory, and load all that it holds from there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
WORK = CHECKOUT / ".cache" / "package"
INSTALLED = WORK / "collections" / "ansible_collections" / "apiary" / "swarm"

# Tests and what is generated have no place in it; without them it has half of this.
LARGEST = 1024 * 1024

# What ansible-doc can show, and where its sources are: modules and plugins as files, roles as directories.
KINDS = {
    "module": "plugins/modules/[!_]*.py",
    "filter": "plugins/filter/[!_]*.yml",
    "inventory": "plugins/inventory/[!_]*.py",
    "role": "roles/*",
}


def ansible(*command: str) -> str:
    """Run a command of Ansible that sees the installed collection and not the checkout."""
    return subprocess.run(
        command,
        cwd=WORK,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(WORK / "collections")},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def documented(kind: str) -> set[str]:
    arguments = ["ansible-doc", "--type", kind, "--json"]
    names = sorted(json.loads(ansible(*arguments, "--list", "apiary.swarm")))
    shown = json.loads(ansible(*arguments, *names)) if names else {}
    return {name.rpartition(".")[2] for name in names if name in shown}


def main() -> int:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    ansible("ansible-galaxy", "collection", "build", str(CHECKOUT), "--output-path", str(WORK))
    (artefact,) = WORK.glob("*.tar.gz")
    ansible("ansible-galaxy", "collection", "install", str(artefact), "-p", str(WORK / "collections"), "--offline")
    print(f"{artefact.name}: {artefact.stat().st_size // 1024} KiB, at most {LARGEST // 1024}")
    failed = artefact.stat().st_size > LARGEST
    for kind, pattern in KINDS.items():
        expected = {path.stem for path in CHECKOUT.glob(pattern)}
        missing = expected - documented(kind)
        print(f"{kind}: {len(expected)} in the checkout, {len(missing)} not documented or not installed")
        if missing:
            print(f"error: ansible-doc does not show {kind} {', '.join(sorted(missing))} of the installed collection")
            failed = True
    for playbook in sorted(path.stem for path in INSTALLED.glob("playbooks/*.yml")):
        ansible("ansible-playbook", "--syntax-check", f"apiary.swarm.{playbook}")
        print(f"playbook apiary.swarm.{playbook}: syntax is right")
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {' '.join(error.cmd)} failed; its own message is above")
