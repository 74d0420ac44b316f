# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines that are reached through the `ssh` program, as the docker CLI does it.

The SDK has that, too, but it waits for ever for a host that hangs, and keeps to itself what `ssh` says.
"""

from __future__ import annotations

import http.client
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from typing import IO
from urllib.parse import urlsplit

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import (
    Answer,
    StreamTransport,
    ask,
    unreachable,
)


class SshTransport(StreamTransport):
    """Requests through `ssh`, each through a process of its own."""

    def __init__(self, host: str, timeout: float) -> None:
        try:
            self._command = _command(host)
        except ValueError as problem:
            raise unreachable(host, problem) from problem
        super().__init__(host, timeout)

    def _exchange(
        self, timeout: float, method: str, target: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> Answer:
        ours, theirs = socket.socketpair()
        # A file, because a master connection that ssh leaves behind would keep a pipe open.
        with ours, theirs, tempfile.TemporaryFile() as said:
            # Not in our group: Ctrl-C is for this process, which may have something to clean up.
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                self._command, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=said, start_new_session=True
            )
            theirs.close()
            ours.settimeout(timeout)
            try:
                return ask(ours, method, target, body, headers)
            except socket.timeout:
                raise
            except (OSError, http.client.HTTPException) as problem:
                raise OSError(_last_words(process, said) or str(problem)) from problem
            finally:
                process.terminate()
                process.wait()


def _command(host: str) -> list[str]:
    """Nobody is there to be asked for a password or about the key of a host."""
    url = urlsplit(host)
    if not url.hostname:
        raise ValueError("no host is named")
    user = ["-l", url.username] if url.username else []
    port = ["-p", str(url.port)] if url.port else []
    return ["ssh", "-T", "-o", "BatchMode=yes", *user, *port, "--", url.hostname, "docker system dial-stdio"]


def _last_words(process: subprocess.Popen[bytes], said: IO[bytes]) -> str:
    """What ssh, or docker on the other side, has said at its end. What comes before may be a banner."""
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        pass
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else ""
