# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For all tests that run whole modules."""

from __future__ import annotations

import importlib
import json
import os
import sys
import syslog

import pytest
from ansible.module_utils import basic

from tests.doubles import served
from tests.unit.runs.planted import unknown
from tests.unit.runs.plays import once


@pytest.fixture(autouse=True)
def no_waiting(clock):
    """For all tests here."""


@pytest.fixture
def main(monkeypatch, capsys):
    """A function that runs a module with options and returns its result."""

    def main(name, options, check_mode=False):
        arguments = {**options, "_ansible_check_mode": check_mode}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            importlib.import_module(f"ansible_collections.apiary.swarm.plugins.modules.{name}").main()
        return json.loads(capsys.readouterr().out)

    return main


@pytest.fixture
def run(main, tmp_path):
    """The same against a double; `double.requests` is of this run alone."""

    def run(double, name, options, check_mode=False):
        double.requests.clear()
        with served(double, tmp_path / "engine.sock") as address:
            result = main(name, {**options, "docker_host": address}, check_mode)
        (tmp_path / "engine.sock").unlink()
        return result

    return run


@pytest.fixture
def shared(tmp_path_factory):
    """A function that gives plays, which are run once for all tests, also those in other processes of pytest-xdist."""

    def shared(name, makes):
        own = tmp_path_factory.getbasetemp()
        return once(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own, name, makes)

    return shared


@pytest.fixture
def registry():
    """The secrets that Ansible searches for, from 2.22 on; none at first. Elsewhere None."""
    with unknown() as known:
        yield known


@pytest.fixture
def journal(monkeypatch):
    """What modules write into the journal of the host."""
    lines = []
    for place in (basic, sys.modules.get("ansible.module_utils._internal._logging", basic)):
        monkeypatch.setattr(place, "has_journal", False, raising=False)
    monkeypatch.setattr(syslog, "syslog", lambda *arguments: lines.append(str(arguments[-1])))
    return lines
