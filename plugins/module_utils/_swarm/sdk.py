# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines that are reached over TCP, or over SSH with paramiko, through the Docker SDK for Python.

This is the only file that imports `docker`.

The SDK gives the transports; requests are made through its public HTTP session, because its own methods do not know all
fields (ulimits, pids limits, job modes, updates of secrets) and fill in defaults that a declarative caller must not
send.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineUnreachable
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import (
    Params,
    as_json,
    as_query,
    decoded,
    unanswered,
    unreachable,
)

try:
    import docker
    import docker.errors
    import docker.tls
    import requests.exceptions
except ImportError as error:
    SDK_PROBLEM: str | None = str(error)
else:
    SDK_PROBLEM = None


class SdkTransport:
    """Requests through the docker SDK, to `tcp://` or `ssh://`."""

    def __init__(self, params: Params) -> None:
        self._host = params["docker_host"]
        self._timeout = params["timeout"]
        if SDK_PROBLEM:
            raise EngineUnreachable(
                f"The Docker SDK for Python is missing for this interpreter ({SDK_PROBLEM}); it is needed to reach "
                f"{self._host}.",
                "Install it: the package python3-docker, or docker from pip; for ssh:// paramiko, too.",
            )
        client = None
        try:
            # The SDK wants a version before the Engine can be asked for its own; this one only serves until then.
            with _connecting_within(self._timeout):
                client = docker.APIClient(
                    base_url=self._host,
                    version="1.41",
                    timeout=self._timeout,
                    tls=_tls(params),
                )
                self.api_version = _decoded("GET", "/version", _send(client, "GET", "/version", self._timeout))[
                    "ApiVersion"
                ]
        except Exception as problem:  # the SDK lets errors of requests, urllib3, paramiko and the OS through
            if client:
                client.close()
            raise unreachable(self._host, problem) from problem
        self._client = client

    def request(
        self,
        method: str,
        path: str,
        query: Params | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        content_type = {} if body is None else {"Content-Type": "application/json"}
        try:
            answer = _send(
                self._client,
                method,
                f"/v{self.api_version}{path}",
                timeout or self._timeout,
                params=as_query(query),
                data=as_json(body),
                headers={**content_type, **(headers or {})},
            )
        except requests.exceptions.Timeout as problem:
            raise unanswered(self._host, method, path, timeout or self._timeout) from problem
        except requests.exceptions.RequestException as problem:
            raise unreachable(self._host, problem) from problem
        return _decoded(method, path, answer)


def _send(client: Any, method: str, path: str, timeout: float, **more: Any) -> Any:
    """One request. The CA is stated each time: otherwise REQUESTS_CA_BUNDLE in the environment counts more than it."""
    return client.request(method, f"{client.base_url}{path}", timeout=timeout, verify=client.verify, **more)


def _decoded(method: str, path: str, answer: Any) -> Any:
    return decoded(method, path, answer.status_code, answer.headers.get("Content-Type", ""), answer.content)


@contextmanager
def _connecting_within(seconds: float) -> Iterator[None]:
    """The SDK does not tell paramiko how long to wait for a host that is down: the kernel would for two minutes."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _tls(params: Params) -> Any:
    """The SDK's TLS setting: off, on with certificates, or on without any."""
    folder = os.environ.get("DOCKER_CERT_PATH") or ""

    def file(option: str, name: str) -> str | None:
        return params.get(option) or (os.path.join(folder, name) if folder else None)

    if not (params.get("tls") or params.get("validate_certs")):
        return False
    certificate, key = file("client_cert", "cert.pem"), file("client_key", "key.pem")
    return docker.tls.TLSConfig(
        client_cert=(certificate, key) if certificate and key else None,
        ca_cert=file("ca_path", "ca.pem"),
        verify=bool(params.get("validate_certs")),
    )
