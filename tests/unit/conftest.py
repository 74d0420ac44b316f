# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What unit tests of all parts share."""

from __future__ import annotations

import fcntl
import json
import os

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import wait


@pytest.fixture
def clock(monkeypatch):
    """Time passes only when somebody sleeps: `now` is the time, in seconds."""
    clock = {"now": 0.0}
    monkeypatch.setattr(wait.SystemClock, "now", lambda self: clock["now"])
    monkeypatch.setattr(wait.SystemClock, "sleep", lambda self, seconds: clock.update(now=clock["now"] + seconds))
    return clock


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """A function for what takes long: it returns what `make` returned (which is JSON) to the first test that asked.

    Of all processes of pytest-xdist, that is; the others wait. `make` gets a new folder.
    """
    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made_once(name, make):
        path = common / f"made-{name}.json"
        with open(path.with_suffix(".lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                path.write_text(json.dumps(make(tmp_path_factory.mktemp(name))), encoding="utf-8")
        return json.loads(path.read_text(encoding="utf-8"))

    return made_once
