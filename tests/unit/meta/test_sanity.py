# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How ansible-test is run: what it installs, and which of its tests ran."""

from __future__ import annotations

import pytest

from tests.tools import sanity

DILL = {"dill": "0.4.1"}


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("dill==0.3.9", "dill==0.3.9"),
        ("# dill @ https://example.org/dill.zip", "# dill @ https://example.org/dill.zip"),
        ("coverage == 7.15.4 ; python_version >= '3.10'", "coverage == 7.15.4 ; python_version >= '3.10'"),
        ("dill @ https://example.org/dill.zip#sha256=0907", "dill==0.4.1"),
        ("Dill@https://example.org/dill.zip", "Dill==0.4.1"),
        ("dill[graph] @ git+https://example.org/dill@main  # needed until then", "dill==0.4.1"),
        (
            "dill @ https://example.org/dill.zip ; python_version >= '3.15'",
            "dill==0.4.1 ; python_version >= '3.15'",
        ),
        (
            "dill @ https://example.org/dill.zip ; python_version >= '3.15'  # so",
            "dill==0.4.1 ; python_version >= '3.15'",
        ),
        ("dill @ https://example.org/dill.zip --hash=sha256:0907", "dill==0.4.1"),
    ],
)
def test_an_address_becomes_the_version_that_is_locked(line, instead):
    assert (
        sanity.from_index(f"astroid==4.0.4\n{line}\nisort==9.0.1\n", DILL)
        == f"astroid==4.0.4\n{instead}\nisort==9.0.1\n"
    )


def test_an_address_without_a_version_for_it_is_an_error():
    with pytest.raises(KeyError, match="isort"):
        sanity.from_index("isort @ https://example.org/isort.zip\n", DILL)


def test_versions_are_read_from_a_lock():
    lock = "# dill==1.0\ndill==0.4.1 \\\n    --hash=sha256:0907\nuv==1.0 ; python_version < '3.12'\n    # via dill==9\n"
    assert sanity.pins(lock) == {"dill": "0.4.1", "uv": "1.0"}


def test_files_are_changed_from_what_they_were_first(tmp_path, capsys):
    file = tmp_path / "sanity.pylint.txt"
    file.write_text("dill @ https://example.org/dill.zip\npylint==4.0.8\n")
    (tmp_path / "units.txt").write_text("mock @ https://example.org/mock.zip\n")
    for version in ("0.4.1", "0.4.1", "0.5.0"):
        sanity.replace_addresses(tmp_path, {"dill": version})
        assert file.read_text() == f"dill=={version}\npylint==4.0.8\n"
        said = f"sanity.pylint.txt: dill=={version} in place of dill @ https://example.org/dill.zip\n"
        assert capsys.readouterr().out == said


@pytest.mark.parametrize(
    ("output", "ran", "left_out"),
    [
        ("", set(), set()),
        (
            'Running sanity test "import" on Python 3.13\nInstalling\nRunning sanity test "pylint"\n',
            {"import", "pylint"},
            set(),
        ),
        (
            'Running sanity test "pep8"\nRunning sanity test "pylint"\nWARNING: Skipping sanity test "pylint"\n',
            {"pep8"},
            {"pylint"},
        ),
        (
            'Running sanity test "shellcheck"\nWARNING: Required program "shellcheck" not found.\n',
            set(),
            {"shellcheck"},
        ),
    ],
)
def test_what_ran_and_what_was_left_out(output, ran, left_out):
    assert sanity.fate(output) == (ran, left_out)


@pytest.mark.parametrize(
    ("printed", "ending", "code", "told"),
    [
        ('Running sanity test "pylint"', 0, 0, "ansible-test ran 1 tests: pylint\n"),
        ('Running sanity test "pylint"', 1, 1, "ansible-test ran 1 tests: pylint\n"),
        ('Running sanity test "pep8"', 0, 1, "error: it did not run pylint\n"),
        ("", 0, 1, "error: it did not run pylint\n"),
    ],
)
def test_a_run_without_pylint_is_a_failure(monkeypatch, tmp_path, capfd, printed, ending, code, told):
    program = tmp_path / "bin" / "ansible-test"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{printed}'\nexit {ending}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sanity.sys, "prefix", str(tmp_path))
    assert sanity.run(tmp_path, tmp_path) == code
    assert capfd.readouterr().out.endswith(told)
