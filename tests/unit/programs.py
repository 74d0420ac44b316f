# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's own programs with this checkout as the collection, for what only Ansible itself can show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.unit.meta.project import CHECKOUT


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """For a program whose files are in the folder, with an empty configuration, so that nobody's own one counts."""
    configuration = folder / "ansible.cfg"
    configuration.touch()
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "DOCKER_"))}
    return {
        **own,
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
        **variables,
    }


def run(folder: Path, program: str, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `ansible-playbook`, for instance, in the folder; `variables` are of the environment."""
    return subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=folder,
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        check=False,
    )
