# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that run on the controller and reach the Engine through SSH: they do what they do on the node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lab import access
from tests.lab.state import USER

from .conftest import Hosts
from .engines import start


def remote(hosts: Hosts, host: str, module: str, options: dict[str, Any], *arguments: str) -> dict[str, Any]:
    """Run a module on the controller against the Engine of a host."""
    where = {"docker_host": f"ssh://{USER}@{hosts.lab.host(host).address}"}
    return hosts.module("localhost", module, {**options, **where}, *arguments)


def test_modules_on_the_controller_do_what_they_do_on_the_node(hosts: Hosts, home: Path) -> None:
    access.console(hosts.lab, "manager1", f"gpasswd --delete {USER} docker 2>&1", check=False)
    refused = remote(hosts, "manager1", "swarm_init", {})
    assert refused["failed"]
    assert "cannot be reached" in refused["msg"]
    assert "and the user in the group docker" in refused["msg"]
    access.console(hosts.lab, "manager1", f"usermod --append --groups docker {USER}")

    assert remote(hosts, "manager1", "swarm_init", {}, "--check")["changed"]
    assert hosts.swarm("manager1")["LocalNodeState"] == "inactive"
    made = remote(hosts, "manager1", "swarm_init", {"advertise_addr": hosts.lab.host("manager1").address})
    assert made["changed"], made
    assert hosts.swarm("manager1")["Cluster"]["ID"] == made["swarm"]["id"]
    assert remote(hosts, "manager1", "swarm_init", {})["changed"] is False
    own = hosts.swarm("manager1")["NodeID"]

    label = {"nodes": {own: {"zone": "a", "flag": ""}}}
    for arguments, changed, labels in (
        (("--check",), True, {}),
        ((), True, {"zone": "a", "flag": ""}),
        ((), False, {"zone": "a", "flag": ""}),
        (("--check",), False, {"zone": "a", "flag": ""}),
    ):
        assert remote(hosts, "manager1", "node_label", label, *arguments)["changed"] is changed
        assert hosts.nodes("manager1")[own]["Spec"]["Labels"] == labels
    pause = {"nodes": {"manager1": {"availability": "pause"}}}
    assert remote(hosts, "manager1", "node_update", pause)["changed"]
    assert hosts.nodes("manager1")[own]["Spec"]["Availability"] == "pause"
    assert remote(hosts, "manager1", "node_update", pause)["changed"] is False
    assert remote(hosts, "manager1", "node_remove", {"nodes": ["never-was"]})["changed"] is False

    # The same is told from both places.
    for module, options in (("swarm_info", {"nodes": True}), ("node_info", {"self": True})):
        here = remote(hosts, "manager1", module, options)
        there = hosts.module("manager1", module, options)
        assert not there["failed"], there
        for key in {*here, *there} - {"invocation", "ansible_facts", "warnings"}:
            assert here[key] == there[key], key


def test_a_manager_is_unlocked_and_leaves_from_the_controller(hosts: Hosts, home: Path) -> None:
    access.console(hosts.lab, "manager1", f"usermod --append --groups docker {USER}")
    hosts.docker("manager1", "swarm init --autolock")
    own, key = hosts.swarm("manager1")["NodeID"], hosts.docker("manager1", "swarm unlock-key -q")
    token = hosts.docker("manager1", "swarm join-token -q worker")
    rotation = {"rotate": ["worker_token"], "compromised": [token]}
    assert remote(hosts, "manager1", "swarm_rotate", rotation)["changed"]
    assert hosts.docker("manager1", "swarm join-token -q worker") != token
    assert remote(hosts, "manager1", "swarm_rotate", rotation)["changed"] is False

    start(hosts, "restart", "manager1")
    assert hosts.swarm("manager1")["LocalNodeState"] == "locked"
    assert remote(hosts, "manager1", "swarm_unlock", {"unlock_key": key})["changed"]
    assert hosts.swarm("manager1")["LocalNodeState"] == "active"

    refused = remote(hosts, "manager1", "swarm_leave", {})
    assert "It is the last manager" in refused["msg"]
    assert hosts.swarm("manager1")["NodeID"] == own
    assert remote(hosts, "manager1", "swarm_leave", {"force": own})["changed"]
    assert hosts.swarm("manager1")["LocalNodeState"] == "inactive"


def test_the_ssh_program_is_used_when_it_is_asked_for(hosts: Hosts, home: Path, ssh_program: Path) -> None:
    access.console(hosts.lab, "manager1", f"usermod --append --groups docker {USER}")
    assert remote(hosts, "manager1", "swarm_init", {"use_ssh_client": True})["changed"]
    assert hosts.swarm("manager1")["LocalNodeState"] == "active"
    assert "docker system dial-stdio" in ssh_program.read_text()
    before = ssh_program.read_text()
    assert remote(hosts, "manager1", "swarm_info", {})["swarm"]["id"] == hosts.swarm("manager1")["Cluster"]["ID"]
    assert ssh_program.read_text() == before
    (home / ".ssh" / "known_hosts").write_text("")
    stranger = remote(hosts, "manager1", "node_info", {"use_ssh_client": True, "timeout": 10})
    assert "Host key verification failed" in stranger["msg"]


def test_what_is_wrong_with_a_connection_is_said(hosts: Hosts, home: Path) -> None:
    (home / ".ssh" / "known_hosts").write_text("")
    stranger = remote(hosts, "manager1", "node_info", {})
    assert "known_hosts" in stranger["msg"]
    address = hosts.lab.host("manager1").address
    assert f"ssh://{USER}@{address}" in stranger["msg"]
    nobody = hosts.module("localhost", "swarm_info", {"docker_host": f"ssh://{USER}@{address}:1"})
    assert nobody["engine"]["reachable"] is False
    assert nobody["engine"]["problem"]
