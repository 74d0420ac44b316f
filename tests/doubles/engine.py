# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The double: its objects, and what it answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import as_query, decoded

from tests.doubles import readback
from tests.doubles.objects import Object, id_of, matches, name_of, new_node
from tests.doubles.tasks import LONG_AGO, status_of, tasks_of

KINDS = ("services", "networks", "secrets", "configs", "nodes")
# Every node has these; the swarm's own ones of the same names are not listed, but can be inspected and used.
PREDEFINED = ("bridge", "host", "none")
# What managers alone answer; the words are the Engine's (moby daemon/cluster/errors.go).
OF_MANAGERS = ("swarm", "nodes", "services", "tasks", "secrets", "configs")
NO_MANAGER = {
    "worker": "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state.",
    "inactive": 'This node is not a swarm manager. Use "docker swarm init" to connect this node to swarm.',
}
TOKEN = f"SWMTKN-1-{'0' * 50}-{'s' * 25}"
STALE = "rpc error: code = Unknown desc = update out of sequence"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    is_write: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Refusal(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class EngineDouble:
    """See the package. As a transport of the collection it answers in this process."""

    def __init__(self, nodes: int = 1, api_version: str = "1.47", member: str = "manager") -> None:
        self.api_version = api_version
        self.member = member
        self.refuses_writes = False
        self.system_time = LONG_AGO
        self.requests: list[Request] = []
        self._index = 0  # counts writes, as the raft log does
        self._objects: dict[str, dict[str, Object]] = {kind: {} for kind in KINDS}
        self._hidden = {f"swarm-{name}": {"Id": f"swarm-{name}", "Name": name, "Scope": "swarm"} for name in PREDEFINED}
        self._swarm = {
            "ID": "cluster",
            "Version": {"Index": 1},
            "Spec": {"Name": "default", "Labels": {}},
            "JoinTokens": {"Manager": TOKEN, "Worker": TOKEN},
        }
        for name in PREDEFINED:
            local = {"Id": f"local-{name}", "Name": name, "Scope": "local", "Labels": {}}
            self._objects["networks"][local["Id"]] = local
        for number in range(1, nodes + 1):
            self._store("nodes", new_node(number))
        self._read_service = readback.service(int(api_version.partition(".")[2]))

    @property
    def writes(self) -> list[Request]:
        return [request for request in self.requests if request.is_write]

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        texts = {key: str(value) for key, value in as_query(query).items()}
        status, content = self.answer(method, path, texts, json.loads(json.dumps(body)))
        return decoded(method, path, status, "application/json", content)

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> tuple[int, bytes]:
        """The status and the content of the answer."""
        probe = path.startswith("/secrets/") and query.get("version") == "0"
        request = Request(method, path, query, method not in ("GET", "HEAD") and not probe)
        self.requests.append(request)
        try:
            if request.is_write and self.refuses_writes:
                raise Refusal(403, f"this Engine refuses writes: {request}")
            if self.member in NO_MANAGER and path.strip("/").split("/")[0] in OF_MANAGERS:
                raise Refusal(503, NO_MANAGER[self.member])
            answer = self._read(path, query) if method in ("GET", "HEAD") else self._write(request, body)
        except Refusal as refusal:
            return refusal.status, json.dumps({"message": str(refusal)}).encode()
        return 200, json.dumps(answer).encode()

    def _read(self, path: str, query: Mapping[str, str]) -> Any:
        kind, _slash, name = path.strip("/").partition("/")
        filters = json.loads(query.get("filters") or "{}")
        if kind in KINDS:
            return self._shown(kind, self._find(kind, name)) if name else self._list(kind, filters, "status" in query)
        if kind == "tasks":
            return self._list_tasks(filters)
        if kind == "distribution":
            digest = f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"
            return {"Descriptor": {"digest": digest}, "Platforms": [{"architecture": "amd64", "os": "linux"}]}
        answers = {"_ping": "OK", "version": {"ApiVersion": self.api_version}, "info": self._info()}
        if path.strip("/") not in {*answers, "swarm"}:
            raise Refusal(404, "page not found")
        return answers.get(kind, self._swarm)

    def _list(self, kind: str, filters: Mapping[str, Any], status: bool) -> list[Object]:
        found = [item for item in self._objects[kind].values() if matches(item, filters)]
        return [
            {**self._shown(kind, item), **({"ServiceStatus": status_of(self._tasks(item))} if status else {})}
            for item in found
        ]

    def _list_tasks(self, filters: Mapping[str, Any]) -> list[Object]:
        named, nodes = filters.get("service"), filters.get("node")
        return [
            task
            for service in self._objects["services"].values()
            if matches(service, {"label": filters.get("label", ())})
            and (named is None or service["ID"] in named or service["Spec"]["Name"] in named)
            for task in self._tasks(service)
            if nodes is None or task["NodeID"] in nodes
        ]

    def _write(self, request: Request, body: Any) -> Any:
        parts = request.path.strip("/").split("/")
        kind, name = parts[0], "/".join(parts[1:])
        if request.path == "/swarm/update":
            _check_version(self._swarm, request.query)
            self._index += 1
            self._swarm.update(Spec=body, Version={"Index": self._index + 1})
        elif kind not in KINDS or len(parts) not in (2, 3):
            raise Refusal(404, "page not found")
        elif request.method == "DELETE":
            self._remove(kind, self._find(kind, name))
        elif name == "create":
            return self._create(kind, body)
        elif parts[-1] == "update":
            self._update(kind, self._find(kind, parts[1]), request.query, body)
        return {"Warnings": None} if kind == "services" else None

    def _create(self, kind: str, body: Any) -> Any:
        if body["Name"] in {name_of(item) for item in self._objects[kind].values()}:
            raise Refusal(409, f"rpc error: code = AlreadyExists desc = the name {body['Name']} is taken")
        if kind == "networks":
            identifier = self._store(kind, readback.network(body, self._index))
            return {"Id": identifier, "Warning": ""}
        return {"ID": self._store(kind, {"Spec": self._stored(kind, body)})}

    def _update(self, kind: str, item: Object, query: Mapping[str, str], body: Any) -> None:
        if kind in ("secrets", "configs"):
            content = readback.BLOB(body).get("Data")
            if body["Name"] != item["Spec"]["Name"] or (content and content != item["Spec"].get("Data")):
                raise Refusal(400, "rpc error: code = InvalidArgument desc = only updates to Labels are allowed")
            body = {**item["Spec"], "Labels": body.get("Labels")}
        _check_version(item, query)
        before = {"PreviousSpec": item["Spec"]} if kind == "services" else {}
        self._store(kind, {**item, "Spec": self._stored(kind, body), **before})

    def _remove(self, kind: str, item: Object) -> None:
        identifier = id_of(item)
        specs = [item["Spec"] for item in self._objects["services"].values()]
        users = [spec["Name"] for spec in specs if f'"{identifier}"' in json.dumps(spec)]
        if users:
            raise Refusal(400, f"rpc error: code = InvalidArgument desc = {name_of(item)} is in use by {users}")
        self._index += 1
        del self._objects[kind][identifier]

    def _store(self, kind: str, item: Object) -> str:
        self._index += 1
        key = "Id" if kind == "networks" else "ID"
        identifier = item.get(key) or f"{kind[:-1]}-{self._index:06}"
        version = {"Version": {"Index": self._index}, "CreatedAt": LONG_AGO, "UpdatedAt": LONG_AGO}
        self._objects[kind][identifier] = {**item, key: identifier, **version}
        return identifier

    def _stored(self, kind: str, spec: Any) -> Any:
        if kind == "nodes":
            return spec
        if kind != "services":
            return readback.BLOB(spec)
        task = spec["TaskTemplate"]
        networks = [{**item, "Target": id_of(self._network(item["Target"]))} for item in task.get("Networks") or []]
        for name in ("Secret", "Config"):
            for reference in task["ContainerSpec"].get(f"{name}s") or []:
                if reference.get(f"{name}ID") not in self._objects[f"{name.lower()}s"]:
                    raise Refusal(400, f"rpc error: code = InvalidArgument desc = {name} not found: {reference}")
        return self._read_service({**spec, "TaskTemplate": {**task, "Networks": networks}})

    def _shown(self, kind: str, item: Object) -> Object:
        if kind == "secrets":
            return {**item, "Spec": {key: value for key, value in item["Spec"].items() if key != "Data"}}
        is_job = kind == "services" and {"GlobalJob", "ReplicatedJob"} & set(item["Spec"]["Mode"])
        return {**item, "JobStatus": {"JobIteration": item["Version"]}} if is_job else item

    def _find(self, kind: str, name: str) -> Object:
        known = {**self._objects[kind], **(self._hidden if kind == "networks" else {})}
        if name not in known:
            raise Refusal(404, f"rpc error: code = NotFound desc = {kind[:-1]} {name} not found")
        return known[name]

    def _network(self, target: str) -> Object:
        """Of the swarm, by ID or name."""
        for item in (*self._objects["networks"].values(), *self._hidden.values()):
            if item["Scope"] == "swarm" and target in (item["Id"], item["Name"]):
                return item
        raise Refusal(404, f"network {target} not found")

    def _tasks(self, service: Object) -> list[Object]:
        return tasks_of(service, list(self._objects["nodes"].values()))

    def _info(self) -> Object:
        if self.member == "inactive":
            return {"DockerRootDir": "/nonexistent", "Swarm": {"LocalNodeState": "inactive", "NodeID": ""}}
        nodes = list(self._objects["nodes"].values())
        own = nodes[0 if self.member == "manager" else -1]
        managers = [
            {"NodeID": node["ID"], "Addr": node["ManagerStatus"]["Addr"]} for node in nodes if "ManagerStatus" in node
        ]
        membership = {
            "NodeID": own["ID"],
            "NodeAddr": own["Status"]["Addr"],
            "LocalNodeState": "active",
            "ControlAvailable": self.member == "manager",
            "RemoteManagers": managers,
            **({"Cluster": self._swarm} if self.member == "manager" else {}),
        }
        return {"DockerRootDir": "/nonexistent", "SystemTime": self.system_time, "Swarm": membership}


def _check_version(item: Object, query: Mapping[str, str]) -> None:
    if query.get("version") != str(item["Version"]["Index"]):
        raise Refusal(500, STALE)
