# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Engine of a node as a double: managers that do not answer, conflicts in between and a thousand nodes are hard to
have.
"""

from __future__ import annotations

import copy

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    NotAManager,
    NotFound,
    OutOfSequence,
)


class Swarm:
    """The transport of an Engine, with scripted answers to joins; it keeps a list of requests."""

    api_version = "1.41"

    def __init__(self, state="inactive", joins=(), nodes=(), **swarm):
        self.swarm = {"LocalNodeState": state, "NodeID": "", **swarm}
        self.joins = list(joins)
        self.nodes = {node["ID"]: copy.deepcopy(node) for node in nodes}
        self.requests = []
        self.conflicts = 0
        self.refused = ""

    def request(self, method, path, query=None, body=None, headers=None):
        self.requests.append((method, path))
        if path == "/info":
            return {"Swarm": self.swarm}
        if path == "/swarm/join":
            return self._join(body)
        if path == "/swarm/leave":
            self.swarm = {"LocalNodeState": "inactive", "NodeID": ""}
            return None
        if path == "/swarm/init":
            self.swarm = {
                "LocalNodeState": "active",
                "NodeID": "n1",
                "ControlAvailable": True,
                "Cluster": {"ID": "swarm1", "Spec": {} if self.refused else body["Spec"]},
            }
            if self.refused:
                raise EngineError(self.refused, 500)
            return "n1"
        if path.startswith("/nodes"):
            return self._nodes(path, query, body)
        raise AssertionError(f"unexpected {method} {path}")

    def _join(self, body):
        outcome = self.joins.pop(0)
        self.joined_through = body["RemoteAddrs"]
        if outcome == "refused":
            raise EngineError("connection refused", 500)
        if outcome == "silent":
            self.swarm = {"LocalNodeState": "pending", "NodeID": ""}
            raise NotAManager("Timeout was reached before node joined.", 503)
        if outcome == "slow":
            self.swarm = {"LocalNodeState": "pending", "NodeID": "n2"}
            raise NotAManager("Timeout was reached before node joined.", 503)
        self.swarm = {"LocalNodeState": "active", "NodeID": "n2", **outcome}

    def _nodes(self, path, query, body):
        if path == "/nodes":
            if self.swarm["LocalNodeState"] != "active":
                raise NotAManager("This node is not a swarm manager.", 503)
            return list(copy.deepcopy(self.nodes).values())
        if not path.endswith("/update"):
            if path.split("/")[2] not in self.nodes:
                raise NotFound("node not found", 404)
            return copy.deepcopy(self.nodes[path.split("/")[2]])
        node = self.nodes[path.split("/")[2]]
        if self.conflicts or query["version"] != node["Version"]["Index"]:
            self.conflicts -= 1
            node["Version"]["Index"] += 1
            node["Spec"]["Labels"]["of-another"] = "kept"
            raise OutOfSequence("update out of sequence", 500)
        node["Version"]["Index"] += 1
        node["Spec"] = body
        if body["Role"] == "manager":
            node["ManagerStatus"] = {"Reachability": "reachable"}
        else:
            node.pop("ManagerStatus", None)
        return None

    def writes(self):
        return [path for method, path in self.requests if method != "GET"]


def node(number, role="worker"):
    found = {
        "ID": f"n{number}",
        "Version": {"Index": 1},
        "Description": {"Hostname": f"host{number}"},
        "Spec": {"Role": role, "Availability": "active", "Labels": {}},
        "Status": {"State": "ready"},
    }
    return {**found, "ManagerStatus": {"Reachability": "reachable"}} if role == "manager" else found
