# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The double behind a unix socket."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests.doubles.engine import EngineDouble


@contextmanager
def served(double: EngineDouble, path: Path) -> Iterator[str]:
    """Serve at the path, and give the address as the option docker_host has it. One request at a time."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            target = urlsplit(self.path)
            head, _slash, rest = target.path.lstrip("/").partition("/")
            plain = f"/{rest}" if head == f"v{double.api_version}" else target.path
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, content = double.answer(self.command, plain, dict(parse_qsl(target.query)), body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            """Not to the terminal: double.requests has it."""

        def address_string(self) -> str:
            return "unix"

    with socketserver.UnixStreamServer(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"unix://{path}"
        finally:
            server.shutdown()
            thread.join()
