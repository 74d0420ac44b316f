# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import time

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._telling import each_time, line


def test_a_line_says_for_how_long():
    assert (
        line("manager1", "stack shop", 12.34, "web 0/1 running") == "manager1: stack shop after 12 s: web 0/1 running"
    )


def test_the_time_is_told_until_it_is_over():
    told = []
    with each_time(told.append, first=0.1, pause=0.3):
        time.sleep(0.8)
    count = len(told)
    assert 2 <= count <= 3
    assert (told[0] >= 0.1, told[1] >= 0.4, told == sorted(told)) == (True, True, True)
    time.sleep(0.4)
    assert len(told) == count


def test_what_is_over_soon_is_not_told():
    told = []
    with each_time(told.append):
        began = time.monotonic()
    assert (told, time.monotonic() - began < 1) == ([], True)


@pytest.mark.parametrize("module", ["host_script", "swarm_archive", "swarm_init", "swarm_leave", "swarm_restore"])
def test_a_module_that_lasts_is_told_of(module):
    action = importlib.import_module(f"ansible_collections.apiary.swarm.plugins.action.{module}").ActionModule
    about, words = getattr(action, "lasting", None) or ("of the task", action.words)
    assert about
    assert words
