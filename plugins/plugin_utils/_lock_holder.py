# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who runs this: what tells one run of Ansible from all others, and whether another one of this controller is gone.

A run that was killed cannot release its lock. The next run may take it, but only where nothing can be mistaken: the
same machine, booted once, the same numbers of processes (containers have their own), and no process that is the one of
old.
"""

from __future__ import annotations

import getpass
import hashlib
import multiprocessing
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PROC = Path("/proc")
MACHINE_ID = Path("/etc/machine-id")


def of_this_run() -> dict[str, str]:
    """The option holder of swarm_lock. ProcessLookupError where Ansible's main process has ended already."""
    parent = multiprocessing.parent_process()
    # Not os.getppid(), which is some other process as soon as the parent has ended. Tasks run in workers, whose parent
    # is Ansible's main process; without workers, this is it.
    pid = (parent.pid if parent else None) or os.getpid()
    host = socket.gethostname()
    marks = [_machine(), host, _content(PROC / "sys" / "kernel" / "random" / "boot_id"), _namespace()]
    start = started(pid) if all(marks) else None
    if start == "":
        raise ProcessLookupError(pid)
    return {
        "who": f"{_user()}@{host}",
        # A machine's ID is not to be told.
        "controller": hashlib.sha256("\n".join(marks).encode()).hexdigest()[:16],
        "process": f"{pid}@{start}" if start else str(pid),
    }


def is_gone(lock: Mapping[str, Any], here: Mapping[str, str], start_of: Callable[[int], str | None]) -> bool:
    """Whether it is certain that the run that has a lock does not run any more.

    Without a start time nothing is: a process has been written without one where something that tells controllers
    apart was missing.
    """
    pid, _at, start = str(lock.get("process", "")).partition("@")
    if lock.get("controller") != here["controller"] or not start or not (pid.isascii() and pid.isdigit() and int(pid)):
        return False
    now = start_of(int(pid))
    return now is not None and now != start


def started(pid: int) -> str | None:
    """When a process was started, in ticks since the boot; "" if there is no such process, None if nobody can tell."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except (PermissionError, OverflowError):
        pass  # it is somebody else's, or no number of a process
    try:
        # Where /proc is that of another namespace, its numbers mean other processes.
        if os.readlink(PROC / "self") != str(os.getpid()):
            return None
        return start_in((PROC / str(pid) / "stat").read_text(errors="replace"))
    except OSError:
        return None  # no /proc, or one that hides the processes of others


def start_in(stat: str) -> str:
    """From /proc/PID/stat. The name of the program is in parentheses, and may have some of its own."""
    fields = stat.rpartition(")")[2].split()
    # One that is dead, and has not been asked for its end yet, does nothing any more.
    return "" if fields[0] in ("Z", "X") else fields[19]


def _machine() -> str:
    return _content(MACHINE_ID)


def _namespace() -> str:
    try:
        return os.readlink(PROC / "self" / "ns" / "pid")
    except OSError:
        return ""


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        return str(os.getuid())
