# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Docker Engine API: one small function for each call. Answers are the Engine's own JSON."""

# Answers are JSON, so Any comes in here; the signatures below give it its type.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    EngineUnreachable,
    NotFound,
    OutOfSequence,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import (
    UNIX,
    BlankTransport,
    Params,
    Transport,
    UnixTransport,
)

DEFAULT_HOST = "unix:///var/run/docker.sock"
DEFAULT_TIMEOUT = 60  # seconds


def connect(params: Params, blank_if_absent: bool = False) -> Engine:
    """The Engine at `params["docker_host"]` (with the other options of the connection doc fragment).

    With `blank_if_absent`, a host without an Engine (no socket) is answered for as a fresh Engine in no swarm: so check
    mode can plan for hosts on which nothing is installed yet.
    """
    try:
        return Engine(_transport(params))
    except EngineUnreachable as problem:
        if not (blank_if_absent and problem.absent):
            raise
        return Engine(BlankTransport(), warnings=(f"{problem.message} Planned as for a freshly installed Engine.",))


def _transport(params: Params) -> Transport:
    host = params.get("docker_host") or DEFAULT_HOST
    timeout = params.get("timeout") or DEFAULT_TIMEOUT
    if host.startswith(UNIX):
        return UnixTransport(host[len(UNIX) :], timeout)
    if host.startswith("ssh://") and params.get("use_ssh_client"):
        from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ssh import SshTransport

        return SshTransport(host, timeout)
    # Only here, because importing the SDK takes longer than all that most modules do.
    from ansible_collections.apiary.swarm.plugins.module_utils._swarm.sdk import SdkTransport

    return SdkTransport({**params, "docker_host": host, "timeout": timeout})


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

    def unlock_swarm(self, key: str, timeout: float) -> None:
        """The Engine answers when the manager has a leader; `timeout` (seconds) is how long that is listened for."""
        self._transport.request("POST", "/swarm/unlock", body={"UnlockKey": key}, timeout=timeout)

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
        """Remove a network. One that is removed already is listed until its tasks have ended, and 404 is a 500 then."""
        try:
            self._delete(f"/networks/{quote(network_id)}")
        except EngineError as refusal:
            if refusal.message != f"network {network_id} not found":
                raise

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


def _auth_header(registry_auth: Params | None) -> dict[str, str]:
    if not registry_auth:
        return {}
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(dict(registry_auth)).encode()).decode()}
