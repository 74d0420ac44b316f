# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For all tests that run whole modules."""

from __future__ import annotations

import importlib
import json

import pytest
from ansible.module_utils import basic

from tests.doubles import served


@pytest.fixture(autouse=True)
def no_waiting(clock):
    """For all tests here."""


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """A function that runs a module against a double and returns its result; `double.requests` is of this run alone."""

    def run(double, name, options, check_mode=False):
        double.requests.clear()
        with served(double, tmp_path / "engine.sock") as address:
            arguments = {**options, "docker_host": address, "_ansible_check_mode": check_mode}
            monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
            monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
            with pytest.raises(SystemExit):
                importlib.import_module(f"ansible_collections.apiary.swarm.plugins.modules.{name}").main()
        (tmp_path / "engine.sock").unlink()
        return json.loads(capsys.readouterr().out)

    return run
