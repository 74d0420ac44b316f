# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told last of checks that failed, and of those that could not be run."""

from __future__ import annotations

import pytest

from tests.tools import gates
from tests.tools.cores import Core

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


OFF = Core("next", "2.22", (13, 14), off="rc1 breaks templates")
CORES = {
    "venv": Core("newest", "2.21", (12, 14)),
    "venv-oldest": Core("oldest", "2.18", (11, 13)),
    "venv-next": Core("next", "2.22", (13, 14)),
}


@pytest.mark.parametrize(
    ("venv", "version", "strict", "reason"),
    [
        ("venv", "2.21.5", True, ""),
        ("venv", "2.19.14", False, ""),  # Python 3.11
        ("venv", "2.19.14", True, "it needs ansible-core 2.21 on Python 3.12 to 3.14; .cache/venv has 2.19.14"),
        ("venv-oldest", "2.18.19", True, ""),
        (
            "venv-oldest",
            "2.20.1",
            False,
            "it needs ansible-core 2.18 on Python 3.11 to 3.13; .cache/venv-oldest has 2.20.1",
        ),
        ("venv-next", "2.22.0rc1", True, ""),
        ("venv-next", "2.2.0", False, "it needs ansible-core 2.22 on Python 3.13 to 3.14; .cache/venv-next has 2.2.0"),
        ("venv-next", "", False, "it needs ansible-core 2.22 on Python 3.13 to 3.14; .cache/venv-next has none"),
        ("venv", "", False, "it needs ansible-core 2.21 on Python 3.12 to 3.14; .cache/venv has none"),
    ],
)
def test_a_stage_runs_with_the_core_it_is_named_after(monkeypatch, venv, version, strict, reason):
    monkeypatch.setattr(gates, "CORES", CORES)
    assert gates.obstacle(venv, version, strict) == reason


@pytest.mark.parametrize(
    ("venv", "version", "name"),
    [
        ("venv", "2.21.5", "2.21.5 (newest)"),
        ("venv", "2.19.14", "2.19.14"),
        ("venv-oldest", "2.18.19", "2.18.19 (oldest)"),
        ("venv-next", "2.22.0rc1", "2.22.0rc1 (next)"),
    ],
)
def test_a_core_is_called_by_its_name(monkeypatch, venv, version, name):
    monkeypatch.setattr(gates, "CORES", CORES)
    assert gates.called(venv, version) == name


def test_the_version_is_the_one_that_an_environment_has(monkeypatch, tmp_path):
    monkeypatch.setattr(gates, "CACHE", tmp_path)
    assert gates.installed("venv-next") == ""
    (tmp_path / "venv-next" / "lib" / "python3.13" / "site-packages" / "ansible_core-2.22.0rc1.dist-info").mkdir(
        parents=True
    )
    assert gates.installed("venv-next") == "2.22.0rc1"


@pytest.fixture
def stages(monkeypatch, tmp_path):
    """A stage that is good and one with the next core; which commands were run."""
    ran = []

    def execute(command, stage, output):
        ran.append(command)
        return 0

    monkeypatch.setattr(gates, "CACHE", tmp_path)
    monkeypatch.setattr(gates, "CORES", CORES)
    monkeypatch.setattr(gates, "ON_CI", False)
    monkeypatch.setattr(gates, "execute", execute)
    monkeypatch.setattr(gates, "installed", {"venv": "2.21.5", "venv-next": "2.22.0rc1"}.get)
    monkeypatch.setattr(
        gates, "STAGES", {"unit": gates.Stage((("a",),)), "unit-next": gates.Stage((("b",),), venv="venv-next")}
    )
    return ran


def told(capsys):
    """The last lines, with single spaces."""
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()[-3:]]


def test_the_table_has_the_core_of_each_stage(stages, capsys):
    assert gates.main(["unit", "unit-next"]) == 0
    assert sorted(stages) == [("a",), ("b",)]
    assert told(capsys) == ["unit 2.21.5 (newest) 0 ok", "unit-next 2.22.0rc1 (next) 0 ok", "all 0 ok"]


@pytest.mark.parametrize("on_ci", [False, True])
def test_what_is_switched_off_is_shown_with_its_reason_and_is_not_good(stages, monkeypatch, capsys, on_ci):
    monkeypatch.setattr(gates, "ON_CI", on_ci)
    monkeypatch.setattr(gates, "CORES", {**CORES, "venv-next": OFF})
    assert gates.main(["unit", "unit-next"]) == 0
    assert stages == [("a",)]
    assert told(capsys)[1:] == [
        "unit-next 0 not run: ansible-core 2.22 is switched off: rc1 breaks templates",
        "all 0 ok, but 1 of 2 not run",
    ]
    assert gates.main(["unit-next"]) == 1  # nothing was run


@pytest.mark.parametrize(("on_ci", "code", "so"), [(False, 0, ""), (True, 1, "FAILED, ")])
def test_without_an_environment_a_stage_is_not_run_and_on_ci_a_failure(stages, monkeypatch, capsys, on_ci, code, so):
    monkeypatch.setattr(gates, "ON_CI", on_ci)
    monkeypatch.setattr(gates, "installed", {"venv": "2.21.5", "venv-next": ""}.get)
    assert gates.main(["unit", "unit-next"]) == code
    assert stages == [("a",)]
    reason = "it needs ansible-core 2.22 on Python 3.13 to 3.14; .cache/venv-next has none"
    assert told(capsys)[1:] == [
        f"unit-next 0 {so}not run: {reason}",
        f"all 0 {'FAILED' if on_ci else 'ok'}, but 1 of 2 not run",
    ]
