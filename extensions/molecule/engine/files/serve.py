# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves the directory linux to who knows the password; as a proxy, too, whatever the host is called."""

from __future__ import annotations

import base64
import http.server
from functools import partial
from urllib.parse import urlsplit

EXPECTED = "Basic " + base64.b64encode(b"apiary:honey").decode()


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def send_head(self):
        self.path = urlsplit(self.path).path
        if self.headers.get("Authorization") == EXPECTED:
            return super().send_head()
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="packages"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None


http.server.ThreadingHTTPServer(("", 8080), partial(Handler, directory="/srv")).serve_forever()
