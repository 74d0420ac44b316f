# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of preflight_host, run by Ansible itself on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.unit.meta.project import CHECKOUT


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preflight")
    (folder / "ansible.cfg").write_text("")  # nobody's configuration counts
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
        "ANSIBLE_HOME": str(folder),
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
    }
    variables = json.dumps({"ansible_python_interpreter": sys.executable})
    program = [
        sys.executable,
        "-m",
        "ansible",
        "adhoc",
        "localhost",
        "-m",
        "apiary.swarm.preflight_host",
        "-e",
        variables,
    ]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stdout + done.stderr
    return json.loads(done.stdout.partition("=>")[2])


def test_the_controllers_clock_stands_beside_that_of_the_host(result):
    clock = result["facts"]["clock"]
    assert clock["asked"] < clock["now"] < clock["answered"]


def test_nothing_listens_unasked(result):
    assert "listening" not in result
    assert result["changed"] is False
