# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told last of checks that failed."""

from __future__ import annotations

import pytest

from tests.tools import gates

DIM, RED, END = "\x1b[2m", "\x1b[0;31m", "\x1b[0m"
TASK = f"""
  {DIM}│{END} {RED}[ERROR]: Task failed: Module failed.{END}
  {DIM}│{END} {RED}fatal: [worker1]: FAILED! => {{"rc": 100,{END}
  {DIM}│{END}   "stderr": "no space"}}
  {DIM}│{END} PLAY RECAP ***
"""


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("1 passed in 1 s\nERROR   Verifier tests failed\n", []),
        (
            "FAILED tests/unit/test_a.py::test_b[x] - assert 1 == 2\n  +  more\nERROR tests/unit/test_c.py::test_d\n",
            ["FAILED tests/unit/test_a.py::test_b[x] - assert 1 == 2", "ERROR tests/unit/test_c.py::test_d"],
        ),
        (f"  {DIM}│{END} FAILED tests/test_a.py::test_b\n", ["FAILED tests/test_a.py::test_b"]),
        (f"  {DIM}│{END} {RED}FAILED - RETRYING: [worker1]: Make it (7 retries left).{END}\n", []),
        (
            TASK,
            [
                "[ERROR]: Task failed: Module failed.",
                'fatal: [worker1]: FAILED! => {"rc": 100, "stderr": "no space"}',
            ],
        ),
    ],
)
def test_failures_are_found_in_what_pytest_and_molecule_say(monkeypatch, output, told):
    monkeypatch.setattr(gates, "said", lambda name: output)
    assert gates.failures("molecule") == told
