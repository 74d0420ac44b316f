# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of preflight_host, run by Ansible itself on this machine."""

from __future__ import annotations

import json
import sys

import pytest

from tests.unit.programs import run


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    variables = json.dumps({"ansible_python_interpreter": sys.executable})
    task = ("localhost", "-m", "apiary.swarm.preflight_host", "-e", variables)
    done = run(tmp_path_factory.mktemp("preflight"), "ansible", *task)
    assert not done.returncode, done.stdout + done.stderr
    return json.loads(done.stdout.partition("=>")[2])


def test_the_controllers_clock_stands_beside_that_of_the_host(result):
    clock = result["facts"]["clock"]
    assert clock["asked"] < clock["now"] < clock["answered"]


def test_nothing_listens_unasked(result):
    assert "listening" not in result
    assert result["changed"] is False
