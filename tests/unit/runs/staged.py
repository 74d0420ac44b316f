# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doubles for secrets: a rollout that takes its time, Engines that quote what they refuse, join and are unlocked."""

from __future__ import annotations

import json
from typing import Any

from tests.doubles import EngineDouble
from tests.doubles.engine import Refusal, Request
from tests.doubles.tasks import LONG_AGO


class Rising(EngineDouble):
    """Tasks that come up by and by: with each round of a module, so many more of each service run."""

    def __init__(self, step: int = 2) -> None:
        super().__init__()
        self.step = step
        self.rounds = 0

    def _read(self, path: str, query: Any) -> Any:
        self.rounds += path.strip("/") == "version"
        return super()._read(path, query)

    def _tasks(self, service: Any) -> list[Any]:
        up = self.step * (self.rounds - 1)
        status = {"State": "starting", "Timestamp": LONG_AGO}
        return [{**task, "Status": status} if task["Slot"] > up else task for task in super()._tasks(service)]


def quoted(body: Any) -> str:
    return f"rpc error: code = InvalidArgument desc = invalid: {json.dumps(body)}"


class Quoting(EngineDouble):
    """Refuses writes to some paths, and says what it was sent."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def _write(self, request: Request, body: Any) -> Any:
        if request.path.startswith(self.path):
            raise Refusal(400, quoted(body))
        return super()._write(request, body)


class Membering(EngineDouble):
    """An Engine that joins, makes a swarm and is unlocked with the one right key, or quotes what it was sent."""

    quotes = False

    def __init__(self, state: str = "active", key: str = "", **options: Any) -> None:
        super().__init__(member="manager" if state == "active" else "inactive", **options)
        self.locked = state == "locked"
        self.key = key
        self._swarm["Spec"]["EncryptionConfig"] = {"AutoLockManagers": True}

    def _read(self, path: str, query: Any) -> Any:
        if path == "/swarm/unlockkey":
            return {"UnlockKey": self.key}
        return super()._read(path, query)

    def _info(self) -> Any:
        if self.locked:
            return {"DockerRootDir": "/nonexistent", "Swarm": {"LocalNodeState": "locked", "NodeID": ""}}
        return super()._info()

    def answer(self, method: str, path: str, query: Any, body: Any) -> tuple[int, bytes]:
        if path in ("/swarm/init", "/swarm/join", "/swarm/unlock") and not self.refuses_writes:
            return self._enter(path.rpartition("/")[2], body)
        return super().answer(method, path, query, body)

    def _enter(self, way: str, body: Any) -> tuple[int, bytes]:
        if self.quotes:
            return 500, json.dumps({"message": quoted(body)}).encode()
        if way == "unlock" and body["UnlockKey"] != self.key:
            return 400, b'{"message": "swarm could not be unlocked: invalid key provided"}'
        if way == "init":
            self._swarm["Spec"].update(body["Spec"])
        self.locked = False
        self.member = "worker" if way == "join" else "manager"
        return 200, b'"node-000001"'

    def _write(self, request: Request, body: Any) -> Any:
        certificate = (body or {}).get("CAConfig", {}).get("SigningCACert") if request.path == "/swarm/update" else ""
        if certificate:  # all nodes trust it at once
            for item in (self._swarm, *(node["Description"] for node in self._objects["nodes"].values())):
                item["TLSInfo"] = {"TrustRoot": certificate}
        return super()._write(request, body)


class QuotingOutside(Membering):
    quotes = True
