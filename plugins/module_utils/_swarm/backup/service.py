# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stopping the Engine of this host for a while, and having it run again whatever happens meanwhile."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import DEFAULT_HOST, Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineUnreachable, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, watched

# The socket too: with it alone, the next request would start the Engine in the middle of the work.
SERVICE, SOCKET = "docker.service", "docker.socket"

# What starts the Engine when this process is killed in a way that it cannot notice: a shell that waits for the end of
# its input. It removes as well what would be left on the disk. A unit that was started several times in a minute is
# not started again before it is reset, and one that is just stopping may refuse.
_GUARD = """
read -r word
[ "$word" = done ] && exit
rm -rf -- "$1"
shift
for attempt in 1 2 3 4 5 6 7 8 9; do
    systemctl reset-failed "$@"
    systemctl start "$@" && exit
    sleep 3
done
"""
_ATTEMPTS = 3
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Interrupted(SwarmError):
    """Somebody ended this process."""


def require_own_service(docker_host: str) -> None:
    """Only the Engine that docker.service runs can be stopped by stopping docker.service."""
    if docker_host != DEFAULT_HOST:
        raise SwarmError(
            f"docker_host is {docker_host!r}, but only the Engine that {SERVICE} runs on this host can be stopped and "
            "started. Nothing was changed.",
            f"Run the task on the node itself, with docker_host {DEFAULT_HOST!r}.",
        )


@contextmanager
def engine_stopped(leftover: str) -> Iterator[None]:
    """The units that ran are stopped, and started again at the end.

    `leftover` is removed if this process does not come to its end; what happens in the other cases is the caller's.
    """
    units = [unit for unit in (SOCKET, SERVICE) if _systemctl("is-active", unit).returncode == 0]
    if SERVICE not in units:
        raise SwarmError(
            f"{SERVICE} does not run on this host, so it cannot be stopped. Nothing was changed.",
            "The Engine must be run by systemd (role docker_engine).",
        )
    try:
        # Ansible's own way of running commands waits for their end.
        guard = subprocess.Popen(  # pylint: disable=ansible-bad-function
            ["/bin/sh", "-c", _GUARD, "sh", leftover, *units],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as problem:
        raise SwarmError(f"No shell can be started: {problem.strerror}. Nothing was changed.") from problem
    before = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        stopped = _systemctl("stop", SERVICE, *(unit for unit in units if unit != SERVICE))
        if stopped.returncode:
            raise SwarmError(f"The Engine could not be stopped: {stopped.stdout.strip()}")
        yield
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        try:
            _start(units)
        finally:
            guard.communicate(b"done\n")
            for number, handler in before.items():
                signal.signal(number, handler)


def _interrupt(number: int, frame: Any) -> None:
    raise Interrupted(f"The module was ended by signal {number}.", "Run it again.")


def _start(units: Sequence[str]) -> None:
    for _attempt in range(_ATTEMPTS):
        _systemctl("reset-failed", *units)  # of starts, systemd allows only some in a minute
        started = _systemctl("start", *units)
        if not started.returncode:
            return
    raise SwarmError(
        f"The Engine could not be started again: {started.stdout.strip()}",
        f"Look at its log (journalctl -u {SERVICE}) and start it by hand.",
    )


def _systemctl(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # pylint: disable=ansible-bad-function
            ["systemctl", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except OSError as problem:
        raise SwarmError(f"systemctl cannot be run: {problem.strerror}.", "The host must be run by systemd.") from None


def wait_for_state(
    engine: Engine,
    reached: Callable[[dict[str, Any]], bool],
    timeout: float,
    wanted: str,
    ticket: Ticket | None = None,
) -> dict[str, Any]:
    """What the Engine says of its swarm, when it answers again and that is as it should be."""

    def ask() -> dict[str, Any]:
        try:
            return engine.info().get("Swarm") or {}
        except EngineUnreachable as silence:
            return {"Error": silence.message}

    def words(swarm: dict[str, Any]) -> str:
        state = f"state {swarm.get('LocalNodeState') or 'unknown'}"
        return f"the Engine is not {wanted} ({state}) {swarm.get('Error') or ''}".strip() + "."

    return watched(ticket or Ticket(), "start of the Engine", ask, reached, timeout, words)
