# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How requests reach an Engine: over its unix socket, or nowhere. ssh.py and sdk.py have the other ways.

The socket is spoken to with the standard library. Nearly every module runs on the host whose Engine it is for, and
there the SDK would be most of what a run costs (its import takes longer than all requests together) and one more thing
that can be missing or broken.
"""

# Answers are JSON, so Any comes in here.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import http.client
import json
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    EngineUnreachable,
    NotAManager,
    NotFound,
    OutOfSequence,
    Unanswered,
)

UNIX = "unix://"

Params = Mapping[str, Any]
Answer = tuple[int, str, bytes]  # status, content type and content


class Transport(Protocol):
    """Sends one request and returns the decoded answer, or raises an EngineError or EngineUnreachable."""

    api_version: str

    def request(
        self,
        method: str,
        path: str,
        query: Params | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """`query` and `body` are plain data; the body travels as JSON. `timeout` (seconds) is for this request only."""


class StreamTransport(ABC):
    """Requests over a stream, each on one of its own: so a restarted Engine needs no care."""

    def __init__(self, where: str, timeout: float) -> None:
        self._where = where
        self._timeout = timeout
        self._prefix = ""
        self.api_version = self.request("GET", "/version")["ApiVersion"]
        self._prefix = f"/v{self.api_version}"

    def request(
        self,
        method: str,
        path: str,
        query: Params | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        target = self._prefix + path + (f"?{urlencode(as_query(query))}" if query else "")
        try:
            status, kind, content = self._exchange(timeout or self._timeout, method, target, as_json(body), headers)
        except socket.timeout as problem:
            raise unanswered(self._where, method, path, timeout or self._timeout) from problem
        except (OSError, http.client.HTTPException) as problem:
            raise unreachable(self._where, problem) from problem
        return decoded(method, path, status, kind, content)

    @abstractmethod
    def _exchange(
        self, timeout: float, method: str, target: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> Answer:
        """One request on a stream of its own. Raises OSError (socket.timeout among them) or HTTPException."""


class UnixTransport(StreamTransport):
    """Requests over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        if not os.path.exists(path):
            raise EngineUnreachable(
                f"No Docker Engine: {path} does not exist.", "Install and start it (role docker_engine).", absent=True
            )
        super().__init__(path, timeout)

    def _exchange(
        self, timeout: float, method: str, target: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> Answer:
        return exchange(self._where, timeout, method, target, body, headers)


def exchange(
    path: str,
    timeout: float,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request over a unix socket.

    Raises OSError (socket.timeout among them) or http.client.HTTPException.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.settimeout(timeout)
        stream.connect(path)
        return ask(stream, method, target, body, headers)


def ask(
    stream: socket.socket, method: str, target: str, body: bytes | None, headers: Mapping[str, str] | None
) -> Answer:
    """The only request on a stream, which is closed then."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = stream
    try:
        content_type = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, target, body, {**content_type, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type") or "", answer.read()
    finally:
        connection.close()


class BlankTransport:
    """A fresh Engine that is in no swarm, for check mode on hosts where there is none yet. It refuses all writes."""

    api_version = "1.41"

    def request(
        self,
        method: str,
        path: str,
        query: Params | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        if method != "GET":
            raise EngineError(f"{method} {path}: there is no Engine", 403)
        if path == "/info":
            return {"Swarm": {"LocalNodeState": "inactive", "NodeID": "", "RemoteManagers": None}}
        if path in ("/nodes", "/services", "/networks", "/secrets", "/configs", "/tasks"):
            return []
        raise NotFound(f"{path}: there is no Engine", 404)


def as_json(body: Any) -> bytes | None:
    return None if body is None else json.dumps(body).encode()


def as_query(query: Params | None) -> dict[str, Any]:
    """Booleans as the Engine reads them."""
    return {key: str(value).lower() if isinstance(value, bool) else value for key, value in (query or {}).items()}


def decoded(method: str, path: str, status: int, kind: str, content: bytes) -> Any:
    """The answer as plain data (bytes where it is no JSON), or the Engine's refusal."""
    if status >= 400:
        raise engine_error(method, path, status, content)
    if "json" not in kind:
        return content
    return json.loads(content) if content else None


def unreachable(where: str, problem: BaseException) -> EngineUnreachable:
    """Something is there, but does not speak. SSH has more ways to fail, and does not always tell which it was."""
    words = (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".")
    hint = "Is it running, and may this user reach it?"
    if where.startswith("ssh://"):
        hint = (
            "Is the key of the host in known_hosts, does it let this user in, is the docker CLI there and the user in "
            "the group docker, and does the Engine run?"
        )
    return EngineUnreachable(f"Docker Engine at {where} cannot be reached: {words}.", hint)


def unanswered(where: str, method: str, path: str, timeout: float) -> Unanswered:
    return Unanswered(
        f"Docker Engine at {where} did not answer {method} {path} within {timeout:g} s.",
        "It may be overloaded or hung; a longer timeout can be set with the option timeout.",
    )


# Managers pass on to the leader what they are asked. When it is lost, these are their answers until another one leads.
_LEADER_IS_GONE = ("code = DeadlineExceeded", "code = Unavailable")


def _leader_does_not_answer(method: str, path: str, words: str, status: int) -> NotAManager:
    return NotAManager(
        f"{method} {path}: the leader of the swarm does not answer ({words}).",
        status,
        "When a leader is lost, the managers choose another one within a minute. Run it again.",
    )


def engine_error(method: str, path: str, status: int, content: bytes) -> EngineError:
    """The Engine's own words, as the kind of error that they are."""
    try:
        message = json.loads(content)["message"]
    except (ValueError, KeyError, TypeError):
        message = content.decode("utf-8", "replace").strip() or f"{method} {path} was answered with status {status}"
    code, said, words = message.partition(" desc = ")
    coded = bool(said) and code.startswith("rpc error")
    message = words if coded else message
    # What is below /swarm (join, leave) is not for the leader; there it is about other hosts.
    if not path.startswith("/swarm/") and (
        (coded and code.endswith(_LEADER_IS_GONE)) or message == "context deadline exceeded"
    ):
        return _leader_does_not_answer(method, path, message, status)
    if "update out of sequence" in message:
        return OutOfSequence(message, status)
    kinds = {404: NotFound, 503: NotAManager}
    return kinds.get(status, EngineError)(message, status)
