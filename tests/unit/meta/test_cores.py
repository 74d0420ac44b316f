# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which versions of ansible-core are supported is stated once, and what else says it agrees."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.tools import cores
from tests.tools.update import after
from tests.unit.meta.project import CHECKOUT, load

README = " ".join((CHECKOUT / "README.md").read_text(encoding="utf-8").split())


def test_the_oldest_is_what_ansible_is_told():
    assert load(CHECKOUT / "meta" / "runtime.yml")["requires_ansible"] == f">={cores.OLDEST.version}.0"


@pytest.mark.parametrize("text", ["", 'requires_ansible: ">=2.18.3"\n', 'requires_ansible: ">=2.18.0,<2.30"\n'])
def test_a_range_that_says_something_else_is_not_read_wrongly(text):
    with pytest.raises(ValueError, match="requires_ansible"):
        cores.oldest(text)


def test_each_follows_the_one_before():
    oldest, newest, following = (
        tuple(map(int, core.version.split("."))) for core in (cores.OLDEST, cores.NEWEST, cores.NEXT)
    )
    assert oldest < newest < following
    assert after(cores.NEWEST.version) == cores.NEXT.version


def test_each_has_an_environment():
    assert {core.name for core in cores.CORES.values()} == {"oldest", "newest", "next"}
    assert set(cores.CORES) <= set(cores.PYTHONS)


def test_the_readme_states_what_is_supported_and_tested():
    first = cores.PYTHONS["venv"][0]
    assert f"Controller: ansible-core {cores.OLDEST.version} or newer, Python 3.{first} or newer." in README
    assert f"with ansible-core {cores.OLDEST.version} and {cores.NEWEST.version};" in README
    assert set(re.findall(r"ansible-core (2\.\d+)", README)) == {cores.OLDEST.version}


@pytest.mark.parametrize(
    ("environment", "fitting"),
    [
        ("venv", [11, 12, 13, 14]),
        ("venv-oldest", [11, 12, 13]),
        ("venv-next", [13, 14]),
        ("venv-update", [11, 12, 13, 14]),
    ],
)
def test_which_python_an_environment_can_have(environment, fitting):
    assert [minor for minor in range(9, 20) if cores.fits(environment, minor)] == fitting


def test_a_python_that_fits_tells_where_it_is():
    this = str(sys.version_info.minor)
    for environment in cores.PYTHONS:
        command = [sys.executable, CHECKOUT / "tests" / "tools" / "cores.py", environment]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        assert told[:1] == ([this] if cores.fits(environment, int(this)) else [])
