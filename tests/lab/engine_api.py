# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Engine of a host, read without the collection and without the Docker SDK: an independent witness for tests."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import quote

from .access import ssh
from .state import Lab

_READER = """
import http.client, socket, sys
connection = http.client.HTTPConnection("engine", timeout=30)
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.settimeout(30)
connection.sock.connect("/var/run/docker.sock")
connection.request(sys.argv[1], sys.argv[2])
answer = connection.getresponse()
sys.stdout.write(answer.read().decode())
sys.exit(0 if answer.status < 400 else 1)
"""


def get(lab: Lab, host: str, path: str, **filters: list[str]) -> Any:
    """The decoded answer to GET `path`, such as /nodes, with the filters of a list."""
    if filters:
        path += "?filters=" + quote(json.dumps(filters))
    return json.loads(ssh(lab, host, f"sudo python3 -c {shlex.quote(_READER)} GET {shlex.quote(path)}"))
