# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments have what their lock files list, and lock files have what the requirements ask for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tools import bootstrap, cores, update
from tests.unit.meta.project import CHECKOUT, files

LOCKS = sorted((CHECKOUT / "tests" / "locks").iterdir())
# A name and one version, perhaps a condition, and hashes of files.
ENTRY = re.compile(r"[a-z0-9-]+==[0-9][a-z0-9.]*( ; [^;\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")


def entries(lock):
    """The parts of a lock file, without the comments."""
    text = "".join(
        line for line in lock.read_text(encoding="utf-8").splitlines(keepends=True) if not line.lstrip().startswith("#")
    )
    return re.split(r"\n(?! )", text.rstrip("\n"))


def locked(name):
    """What an environment gets: each name's versions, of which its Python chooses one."""
    found = {}
    for entry in entries(CHECKOUT / "tests" / "locks" / f"{name}.txt"):
        requirement = Requirement(entry.split("\\")[0])
        found.setdefault(requirement.name, []).append(str(requirement.specifier).removeprefix("=="))
    return found


def wished(lock):
    """What its input asks for, with the files that it names."""
    lines = [lock.wished]
    todo = [CHECKOUT / lock.file] if lock.file else []
    while todo:
        file = todo.pop()
        for line in filter(None, (text.partition("#")[0].strip() for text in file.read_text().splitlines())):
            if line.startswith("-r "):
                todo.append(file.parent / line[3:])
            else:
                lines.append(line)
    return [Requirement(line) for line in lines]


def test_there_is_a_lock_for_each_environment_and_no_other():
    assert {lock.stem for lock in LOCKS} == set(update.WISHES)
    assert set(cores.PYTHONS) == set(update.WISHES) - {"sanity"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_everything_and_names_no_place(lock):
    assert [entry for entry in entries(lock) if not ENTRY.fullmatch(entry)] == []
    assert [
        line for line in lock.read_text(encoding="utf-8").splitlines() if re.search(r"://|--.*index|@|^ *#.* /", line)
    ] == []


@pytest.mark.parametrize("name", update.WISHES)
def test_a_lock_has_what_is_wished(name):
    if name == "venv-next" and cores.NEXT.off:
        pytest.skip("switched off: it is left as it was")
    found = locked(name)
    for wish in wished(update.WISHES[name]):
        versions = found.get(canonicalize_name(wish.name), [])
        assert versions, wish
        assert [version for version in versions if not wish.specifier.contains(version, prereleases=True)] == [], wish


@pytest.mark.parametrize("name", [name for name, core in cores.CORES.items() if not core.off])
def test_a_lock_has_the_core_that_its_environment_is_named_after(name):
    assert locked(name)["ansible-core"][-1].startswith(f"{cores.CORES[name].version}.")


def test_lock_files_are_made_without_what_a_machine_has():
    for name, lock in update.WISHES.items():
        command = update.command(name, lock)
        assert {"--generate-hashes", "--universal", "--custom-compile-command=make update"} <= set(command)
        assert [option for option in command if "index" in option or "links" in option] == []


def test_an_environment_is_made_from_its_lock_alone(monkeypatch, tmp_path):
    commands = []
    monkeypatch.setattr(bootstrap, "CACHE", tmp_path)

    def run(command, check):
        commands.append(list(map(str, command)))
        (tmp_path / "venv").mkdir(exist_ok=True)

    monkeypatch.setattr(subprocess, "run", run)
    bootstrap.make("venv")
    bootstrap.make("venv")  # nothing has changed since
    lock = CHECKOUT / "tests" / "locks" / "venv.txt"
    assert [command[1:] for command in commands] == [
        ["-m", "venv", str(tmp_path / "venv")],
        [
            *("-m", "pip", "install", "-qq", "--disable-pip-version-check"),
            *("--no-deps", "--require-hashes", "--only-binary=:all:", f"--requirement={lock}"),
        ],
    ]


def test_another_lock_makes_another_environment(tmp_path):
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_text("docker==7.1.0\n")
    other.write_text("docker==7.2.0\n")
    assert bootstrap.fingerprint(one, tmp_path) == bootstrap.fingerprint(one, tmp_path)
    assert bootstrap.fingerprint(one, tmp_path) != bootstrap.fingerprint(other, tmp_path)


def test_nothing_else_installs():
    """get_pip.py is how ansible-test installs what it pins itself."""
    tools = [path for path in (CHECKOUT / ".ci" / "run", *files(".py", "")) if path.parent != Path(__file__).parent]
    found = {
        str(path.relative_to(CHECKOUT))
        for path in tools
        if re.search(r"\bpip[\"', ]+install\b", path.read_text(encoding="utf-8", errors="replace"))
    }
    assert found == {"tests/tools/bootstrap.py", "tests/tools/get_pip.py"}


@pytest.fixture
def made(monkeypatch, tmp_path):
    names = []
    monkeypatch.setattr(bootstrap, "CACHE", tmp_path)
    monkeypatch.setattr(bootstrap, "make", names.append)
    return names


def test_an_environment_is_not_made_where_it_is_switched_off(monkeypatch, made):
    monkeypatch.setattr(cores, "CORES", {"venv-next": cores.Core("next", "2.22", (99, 99), off="it is broken")})
    monkeypatch.setattr(cores, "PYTHONS", {"venv": (11, 99), "venv-next": (99, 99)})
    assert bootstrap.main(["venv", "venv-next"]) == 0
    assert made == ["venv"]


def test_a_python_that_does_not_fit_is_refused(monkeypatch, made, capsys):
    monkeypatch.setattr(cores, "PYTHONS", {"venv": (98, 99)})
    assert bootstrap.main(["venv"]) == 1
    assert made == []
    assert ".cache/venv needs Python 3.98 to 3.99" in capsys.readouterr().err


def test_what_is_switched_off_is_not_locked_anew(monkeypatch, capsys):
    names = []
    monkeypatch.setattr(update, "NEXT", cores.Core("next", "2.22", (13, 14), off="it is broken"))
    monkeypatch.setattr(subprocess, "run", lambda command, **_options: names.append(command[-1]))
    assert update.main() == 0
    assert len(names) == len(update.WISHES) - 1
    assert "venv-next.txt: left as it is; ansible-core 2.22 is off: it is broken" in capsys.readouterr().out
