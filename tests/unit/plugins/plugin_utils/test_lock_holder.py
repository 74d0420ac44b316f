# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the run that has a lock is certainly gone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils import _lock_holder
from ansible_collections.apiary.swarm.plugins.plugin_utils._lock_holder import is_gone, of_this_run, start_in, started

HERE = {"who": "me@here", "controller": "c", "process": "9@90"}
needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="there is no /proc")


@pytest.mark.parametrize(
    ("controller", "process", "found", "gone"),
    [
        ("c", "7@70", "", True),  # no such process
        ("c", "7@70", "71", True),  # its number is another's by now
        ("c", "7@70", "70", False),
        ("c", "7@70", None, False),  # nobody knows
        ("d", "7@70", "", False),  # another controller, or this one before its reboot
        ("", "7@70", "", False),
        ("c", "7", "", False),
        ("c", "7@", "", False),
        ("c", "@70", "", False),
        ("c", "-7@70", "", False),
        ("c", "0@70", "", False),
        ("c", "x@70", "", False),
        ("c", "\u0667@70", "", False),
        ("c", "", "", False),
    ],
)
def test_provably_gone(controller, process, found, gone):
    assert is_gone({"controller": controller, "process": process}, HERE, lambda pid: found) is gone


def test_a_lock_that_says_nothing_is_not_gone():
    assert not is_gone({}, HERE, lambda pid: "")


@pytest.mark.parametrize(
    ("stat", "start"),
    [
        (f"7 (python3) S {' '.join(map(str, range(4, 53)))}", "22"),
        (f"7 (a) b) (c) R {' '.join(map(str, range(4, 53)))}", "22"),
        (f"7 (python3) Z {' '.join(map(str, range(4, 53)))}", ""),
        (f"7 (python3) X {' '.join(map(str, range(4, 53)))}", ""),
    ],
)
def test_the_start_in_a_stat(stat, start):
    assert start_in(stat) == start


@needs_proc
def test_processes_of_this_machine():
    own = started(os.getpid())
    assert own
    assert own == started(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert int(started(other.pid)) >= int(own)
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert started(other.pid) == ""  # dead, and not asked for its end
        other.wait()
        assert started(other.pid) == ""
    assert started(2**70) is None


@needs_proc
def test_a_foreign_proc_proves_nothing(monkeypatch, tmp_path):
    (tmp_path / "self").symlink_to("1")
    monkeypatch.setattr(_lock_holder, "PROC", tmp_path)
    assert started(os.getpid()) is None


def test_the_same_process_is_the_same_run():
    assert of_this_run() == of_this_run()
    assert of_this_run()["who"].count("@") == 1


@pytest.fixture
def marks(monkeypatch, tmp_path):
    """What tells controllers apart, to be changed."""
    (tmp_path / "machine").write_text("m\n")
    monkeypatch.setattr(_lock_holder, "MACHINE_ID", tmp_path / "machine")
    monkeypatch.setattr(_lock_holder, "_namespace", lambda: "pid:[1]")
    monkeypatch.setattr(_lock_holder, "started", lambda pid: "5")
    return tmp_path / "machine"


@needs_proc
def test_each_mark_tells_controllers_apart(marks, monkeypatch):
    seen = [of_this_run()]
    marks.write_text("other")
    seen.append(of_this_run())
    monkeypatch.setattr(_lock_holder, "_namespace", lambda: "pid:[2]")
    seen.append(of_this_run())
    monkeypatch.setattr("socket.gethostname", lambda: "other")
    seen.append(of_this_run())
    assert len({run["controller"] for run in seen}) == 4
    assert {run["process"] for run in seen} == {f"{os.getpid()}@5"}


@needs_proc
@pytest.mark.parametrize("missing", ["machine", "namespace", "start"])
def test_without_a_mark_nothing_will_be_proved(marks, monkeypatch, missing):
    if missing == "machine":
        marks.unlink()
    elif missing == "namespace":
        monkeypatch.setattr(_lock_holder, "_namespace", lambda: "")
    else:
        monkeypatch.setattr(_lock_holder, "started", lambda pid: None)
    assert of_this_run()["process"] == str(os.getpid())


@needs_proc
def test_a_run_that_has_ended_is_no_holder(marks, monkeypatch):
    monkeypatch.setattr(_lock_holder, "started", lambda pid: "")
    with pytest.raises(ProcessLookupError):
        of_this_run()
