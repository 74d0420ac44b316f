# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What unit tests of all parts share."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import wait


@pytest.fixture
def clock(monkeypatch):
    """Time passes only when somebody sleeps: `now` is the time, in seconds."""
    clock = {"now": 0.0}
    monkeypatch.setattr(wait.SystemClock, "now", lambda self: clock["now"])
    monkeypatch.setattr(wait.SystemClock, "sleep", lambda self, seconds: clock.update(now=clock["now"] + seconds))
    return clock
