# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Docker Engine API. The only file that imports `docker`.

The SDK gives the transports (unix socket, TCP with TLS, SSH) and negotiates the API version; requests are made through
its public HTTP session, because its own methods do not know all fields (ulimits, pids limits, job modes, updates of
secrets) and fill in defaults that a declarative caller must not send. Each function here is one API call. Answers are
the Engine's own JSON.
"""

# Answers are JSON, so Any comes in here; the signatures below give it its type.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    EngineUnreachable,
    NotAManager,
    NotFound,
    OutOfSequence,
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

UNIX = "unix://"
DEFAULT_HOST = "unix:///var/run/docker.sock"

Params = Mapping[str, Any]


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
    ) -> Any:
        """`query` and `body` are plain data; the body travels as JSON."""


def connect(params: Params, blank_if_absent: bool = False) -> Engine:
    """The Engine at `params["docker_host"]` (with the other options of the connection doc fragment).

    With `blank_if_absent`, a host without an Engine (no socket) is answered for as a fresh Engine in no swarm: so check
    mode can plan for hosts on which nothing is installed yet.
    """
    try:
        return Engine(SdkTransport(params))
    except EngineUnreachable as problem:
        if not (blank_if_absent and problem.absent):
            raise
        return Engine(BlankTransport(), warnings=(f"{problem.message} Planned as for a freshly installed Engine.",))


class SdkTransport:
    """Requests through the docker SDK."""

    def __init__(self, params: Params) -> None:
        self._host = params.get("docker_host") or DEFAULT_HOST
        self._timeout = params.get("timeout") or 60
        path = self._host[len(UNIX) :] if self._host.startswith(UNIX) else None
        if path and not os.path.exists(path):
            raise EngineUnreachable(
                f"No Docker Engine: {path} does not exist.", "Install and start it (role docker_engine).", absent=True
            )
        if SDK_PROBLEM:
            raise EngineUnreachable(
                f"The Docker SDK for Python is missing for this interpreter ({SDK_PROBLEM}).",
                "Install it: the package python3-docker, or docker from pip.",
            )
        client = None
        try:
            # The SDK wants a version before the Engine can be asked for its own; this one only serves until then.
            client = docker.APIClient(
                base_url=self._host,
                version="1.41",
                timeout=self._timeout,
                tls=_tls(params),
                use_ssh_client=bool(params.get("use_ssh_client")),
            )
            self.api_version = client.version(api_version=False)["ApiVersion"]
        except Exception as problem:  # the SDK lets errors of requests, urllib3, paramiko and the OS through
            if client:
                client.close()
            raise EngineUnreachable(
                f"Docker Engine at {self._host} cannot be reached: {_first_line(problem)}.",
                "Is it running, and may this user reach it?",
            ) from problem
        self._client = client

    def request(
        self,
        method: str,
        path: str,
        query: Params | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        try:
            answer = self._client.request(
                method,
                f"{self._client.base_url}/v{self.api_version}{path}",
                params=_query(query),
                data=None if body is None else json.dumps(body),
                headers={**({} if body is None else {"Content-Type": "application/json"}), **(headers or {})},
                timeout=self._timeout,
            )
        except requests.exceptions.Timeout as problem:
            raise EngineUnreachable(
                f"Docker Engine at {self._host} did not answer {method} {path} within {self._timeout} s.",
                "It may be overloaded or hung; a longer timeout can be set with the option timeout.",
            ) from problem
        except requests.exceptions.RequestException as problem:
            raise EngineUnreachable(
                f"Docker Engine at {self._host} broke off {method} {path}: {_first_line(problem)}."
            ) from problem
        if answer.status_code >= 400:
            raise _engine_error(method, path, answer.status_code, answer.content)
        if "json" not in answer.headers.get("Content-Type", ""):
            return answer.content
        return answer.json() if answer.content else None


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
    ) -> Any:
        if method != "GET":
            raise EngineError(f"{method} {path}: there is no Engine", 403)
        if path == "/info":
            return {"Swarm": {"LocalNodeState": "inactive", "NodeID": "", "RemoteManagers": None}}
        if path in ("/nodes", "/services", "/networks", "/secrets", "/configs", "/tasks"):
            return []
        raise NotFound(f"{path}: there is no Engine", 404)


class Engine:
    """One function for each call of the Engine API that the collection uses.

    `warnings` are to be shown to the user. Lists take the API's filters, as `{"label": ["a=b"]}`. Updates take the
    version index of the object that the new spec was made from, and raise OutOfSequence when it is no longer the
    current one.
    """

    def __init__(self, transport: Transport, warnings: tuple[str, ...] = ()) -> None:
        self._transport = transport
        self.warnings = warnings
        self.is_blank = isinstance(transport, BlankTransport)

    @property
    def api_version(self) -> tuple[int, int]:
        """The negotiated API version, such as (1, 41)."""
        major, _dot, minor = self._transport.api_version.partition(".")
        return int(major), int(minor)

    def _get(self, path: str, query: Params | None = None, headers: Mapping[str, str] | None = None) -> Any:
        return self._transport.request("GET", path, query, headers=headers)

    def _list(self, path: str, filters: Mapping[str, list[str]] | None, **query: Any) -> list[dict[str, Any]]:
        if filters:
            query["filters"] = json.dumps({key: dict.fromkeys(items, True) for key, items in filters.items()})
        return self._get(path, query) or []

    def _post(
        self,
        path: str,
        body: Any = None,
        query: Params | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        return self._transport.request("POST", path, query, body, headers)

    def _delete(self, path: str, query: Params | None = None) -> None:
        """Remove; what is gone already is as good."""
        try:
            self._transport.request("DELETE", path, query)
        except NotFound:
            pass

    # The host and its membership

    def info(self) -> dict[str, Any]:
        return self._get("/info")

    def swarm(self) -> dict[str, Any]:
        """The cluster object with spec, version and join tokens. Managers only."""
        return self._get("/swarm")

    def init_swarm(self, request: Params) -> str:
        """Make this Engine the first manager of a new swarm; its NodeID."""
        return self._post("/swarm/init", request)

    def join_swarm(self, request: Params) -> None:
        self._post("/swarm/join", request)

    def leave_swarm(self, force: bool) -> None:
        self._post("/swarm/leave", query={"force": force})

    def update_swarm(self, version: int, spec: Params, **rotate: bool) -> None:
        """`rotate`: rotateWorkerToken, rotateManagerToken, rotateManagerUnlockKey."""
        self._post("/swarm/update", spec, {"version": version, **rotate})

    def unlock_key(self) -> str:
        return self._get("/swarm/unlockkey")["UnlockKey"]

    def unlock_swarm(self, key: str) -> None:
        self._post("/swarm/unlock", {"UnlockKey": key})

    # Nodes

    def nodes(self, filters: Mapping[str, list[str]] | None = None) -> list[dict[str, Any]]:
        return self._list("/nodes", filters)

    def node(self, node_id: str) -> dict[str, Any]:
        return self._get(f"/nodes/{quote(node_id)}")

    def update_node(self, node_id: str, version: int, spec: Params) -> None:
        self._post(f"/nodes/{quote(node_id)}/update", spec, {"version": version})

    def remove_node(self, node_id: str, force: bool = False) -> None:
        self._delete(f"/nodes/{quote(node_id)}", {"force": force})

    # Services and their tasks

    def services(self, filters: Mapping[str, list[str]] | None = None, status: bool = False) -> list[dict[str, Any]]:
        """With `status`, each says as `ServiceStatus` how many of its tasks run."""
        return self._list("/services", filters, **({"status": True} if status else {}))

    def create_service(self, spec: Params, registry_auth: Params | None = None) -> str:
        """Create a service; its ID."""
        return self._post("/services/create", spec, headers=_auth_header(registry_auth))["ID"]

    def update_service(
        self, service_id: str, version: int, spec: Params, registry_auth: Params | None = None
    ) -> list[str]:
        """Replace the whole spec; the Engine's warnings. Without credentials the stored ones are kept."""
        path = f"/services/{quote(service_id)}/update"
        query = {"version": version, **({} if registry_auth else {"registryAuthFrom": "spec"})}
        return (self._post(path, spec, query, _auth_header(registry_auth)) or {}).get("Warnings") or []

    def remove_service(self, service_id: str) -> None:
        self._delete(f"/services/{quote(service_id)}")

    def tasks(self, filters: Mapping[str, list[str]] | None = None) -> list[dict[str, Any]]:
        return self._list("/tasks", filters)

    def task_log(self, task_id: str, lines: int) -> bytes:
        """The last lines of a task's output, in the Engine's multiplexed stream format."""
        query = {"stdout": True, "stderr": True, "tail": lines}
        return self._get(f"/tasks/{quote(task_id)}/logs", query) or b""

    # Networks, secrets, configs

    def networks(self, filters: Mapping[str, list[str]] | None = None) -> list[dict[str, Any]]:
        return self._list("/networks", filters)

    def network(self, network_id: str) -> dict[str, Any]:
        return self._get(f"/networks/{quote(network_id)}")

    def create_network(self, request: Params) -> str:
        """Create a network; its ID."""
        return self._post("/networks/create", request)["Id"]

    def remove_network(self, network_id: str) -> None:
        self._delete(f"/networks/{quote(network_id)}")

    def secrets(self, filters: Mapping[str, list[str]] | None = None) -> list[dict[str, Any]]:
        return self._list("/secrets", filters)

    def create_secret(self, spec: Params) -> str:
        """Create a secret; its ID."""
        return self._post("/secrets/create", spec)["ID"]

    def update_secret(self, secret_id: str, version: int, spec: Params) -> None:
        self._post(f"/secrets/{quote(secret_id)}/update", spec, {"version": version})

    def remove_secret(self, secret_id: str) -> None:
        self._delete(f"/secrets/{quote(secret_id)}")

    def secret_holds(self, secret_id: str, spec: Params) -> bool:
        """Whether a secret's content is the one of `spec`, asked without writing.

        An update with version 0 is always refused; the Engine looks at the content before it looks at the version
        (swarmkit manager/controlapi/secret.go): the same content is out of sequence, another one is not allowed.
        """
        try:
            self.update_secret(secret_id, 0, spec)
        except OutOfSequence:
            return True
        except EngineError as refusal:
            if refusal.status == 400:
                return False
            raise
        raise EngineError(f"The Engine accepted an update of secret {secret_id} with version 0.", 500)

    def configs(self, filters: Mapping[str, list[str]] | None = None) -> list[dict[str, Any]]:
        return self._list("/configs", filters)

    def create_config(self, spec: Params) -> str:
        """Create a config; its ID."""
        return self._post("/configs/create", spec)["ID"]

    def update_config(self, config_id: str, version: int, spec: Params) -> None:
        self._post(f"/configs/{quote(config_id)}/update", spec, {"version": version})

    def remove_config(self, config_id: str) -> None:
        self._delete(f"/configs/{quote(config_id)}")

    # Images

    def distribution(self, image: str, registry_auth: Params | None = None) -> dict[str, Any]:
        """What the registry says of an image: descriptor (digest) and platforms. The Engine asks the registry."""
        return self._get(f"/distribution/{quote(image, safe='/:@')}/json", headers=_auth_header(registry_auth))


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


def _query(query: Params | None) -> dict[str, Any]:
    """Booleans as the Engine reads them."""
    return {key: str(value).lower() if isinstance(value, bool) else value for key, value in (query or {}).items()}


def _auth_header(registry_auth: Params | None) -> dict[str, str]:
    if not registry_auth:
        return {}
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(dict(registry_auth)).encode()).decode()}


def _engine_error(method: str, path: str, status: int, content: bytes) -> EngineError:
    """The Engine's own words, as the kind of error that they are."""
    try:
        message = json.loads(content)["message"]
    except (ValueError, KeyError, TypeError):
        message = content.decode("utf-8", "replace").strip() or f"{method} {path} was answered with status {status}"
    if " desc = " in message and message.startswith("rpc error"):
        message = message.split(" desc = ", 1)[1]
    if "update out of sequence" in message:
        return OutOfSequence(message, status)
    kinds = {404: NotFound, 503: NotAManager}
    return kinds.get(status, EngineError)(message, status)


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".")
