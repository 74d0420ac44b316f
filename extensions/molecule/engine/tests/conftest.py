# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role is run again, with other variables, and what it does is looked at meanwhile."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lab.state import Lab

SCENARIO = Path(__file__).parent.parent


class Outcome:
    """What a run of the role says at its end."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.text = done.stdout + done.stderr
        self.succeeded = done.returncode == 0
        self.changed = sum(int(number) for number in re.findall(r"\bchanged=(\d+)", self.text))
        # The names of the tasks that were run on a host; what is skipped or included runs nowhere.
        self.tasks = re.findall(
            r"^TASK \[apiary.swarm.docker_engine : (.*)\] \**\n(?:ok|changed|fatal)", self.text, re.M
        )


@pytest.fixture(scope="session")
def book(lab: Lab) -> Callable[..., Outcome]:
    """Runs a playbook."""

    def run(*arguments: str) -> Outcome:
        command = [str(Path(sys.executable).parent / "ansible-playbook"), *arguments]
        environment = {**os.environ, "ANSIBLE_CONFIG": str(lab.directory / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
        environment.pop("ANSIBLE_FORCE_COLOR", None)
        return Outcome(
            subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=900)
        )

    return run


@pytest.fixture(scope="session")
def play(lab: Lab, book: Callable[..., Outcome]) -> Callable[..., Outcome]:
    def run(*arguments: str, **variables: Any) -> Outcome:
        return book(
            *("--inventory", str(lab.inventory_file), "--inventory", str(SCENARIO / "inventory")),
            *("--extra-vars", json.dumps({f"docker_engine_{name}": value for name, value in variables.items()})),
            *arguments,
            str(SCENARIO / "converge.yml"),
        )

    return run
