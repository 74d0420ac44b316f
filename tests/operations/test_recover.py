# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A quorum that is lost for good: the manager that knows most goes on, tasks do too, and others join it again."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.integration.cluster.conftest import Hosts
from tests.lab import faults
from tests.lab.wait import wait_until

from .hosts import containers, hosts, join_all, made, pinned_container, play, wipe

__all__ = ["hosts", "made"]  # fixtures

pytestmark = pytest.mark.long


def without_leader(hosts: Hosts, host: str) -> None:
    wait_until(lambda: "ID" not in hosts.docker(host, "node ls", check=False), 90)


def test_two_of_three_managers_are_destroyed(hosts: Hosts) -> None:
    container = pinned_container(hosts, "manager3")
    own, cluster = hosts.swarm("manager3")["NodeID"], hosts.swarm("manager3")["Cluster"]["ID"]
    healthy = play(hosts, "recover_quorum", {})
    assert healthy.succeeded, healthy.text
    assert healthy.changed == 0

    wipe(hosts, ("manager1", "manager2"), start=False)
    for name in ("manager1", "manager2"):
        faults.kill(hosts.lab, name)
    try:
        without_leader(hosts, "manager3")
        lost: dict[str, object] = {"swarm_recovery_lost_hosts": ["manager1", "manager2"]}
        confirmed = {**lost, "swarm_recovery_confirm": own}
        for variables, words in (
            ({"swarm_recovery_confirm": own}, "manager1, manager2 did not answer"),
            (lost, f"set swarm_recovery_confirm: {own}"),
            ({**lost, "swarm_recovery_confirm": cluster}, f"set swarm_recovery_confirm: {own}"),
        ):
            refused = play(hosts, "recover_quorum", variables)
            assert not refused.succeeded
            assert words in refused.words
        checked = play(hosts, "recover_quorum", confirmed, "--check")
        assert checked.succeeded, checked.text
        assert checked.changed == 1
        assert len(hosts.swarm("manager3")["RemoteManagers"]) == 3

        done = play(hosts, "recover_quorum", confirmed, "-vvv")
        assert done.succeeded, done.text
        assert "SWMTKN" not in done.text
        after = hosts.swarm("manager3")
        assert (after["NodeID"], after["Cluster"]["ID"]) == (own, cluster)
        assert sorted(node["Description"]["Hostname"] for node in hosts.nodes("manager3").values()) == [
            "manager3",
            "worker1",
        ]
        assert containers(hosts, "worker1", "kept") == container
        for arguments in ((), ("--check",)):
            again = play(hosts, "recover_quorum", confirmed, *arguments)
            assert again.succeeded, again.text
            assert again.changed == 0
    finally:
        for name in ("manager1", "manager2"):
            faults.start(hosts.lab, name)
    join_all(hosts)
    assert len([node for node in hosts.nodes("manager3").values() if "ManagerStatus" in node]) == 3
    assert containers(hosts, "worker1", "kept") == container


def test_a_manager_that_is_left_joins_again_and_so_do_empty_ones(hosts: Hosts, tmp_path: Path) -> None:
    """Of four managers two are empty, so neither half has a quorum."""
    inventory = hosts.inventory()
    groups = inventory["all"]["children"]
    groups["swarm_managers"]["hosts"]["worker1"] = groups["swarm_workers"]["hosts"].pop("worker1")
    path = tmp_path / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory))
    join_all(hosts, "--inventory", str(path))
    left = {name: hosts.swarm(name)["NodeID"] for name in ("manager1", "worker1")}
    wipe(hosts, ("manager2", "manager3"))
    without_leader(hosts, "manager1")
    asked = play(hosts, "recover_quorum", {}, "--inventory", str(path))
    assert not asked.succeeded
    (chosen,) = (name for name, node in left.items() if f"set swarm_recovery_confirm: {node}" in asked.words)
    confirmed: dict[str, object] = {"swarm_recovery_confirm": left[chosen]}
    done = play(hosts, "recover_quorum", confirmed, "--inventory", str(path))
    assert done.succeeded, done.text
    nodes = hosts.nodes(chosen)
    assert sorted(node["Description"]["Hostname"] for node in nodes.values()) == sorted(hosts.names)
    assert all(node["ManagerStatus"]["Reachability"] == "reachable" for node in nodes.values())
    assert left[chosen] in nodes
    again = play(hosts, "recover_quorum", confirmed, "--inventory", str(path))
    assert again.succeeded, again.text
    assert again.changed == 0


def test_with_autolock_it_is_refused(hosts: Hosts) -> None:
    hosts.docker("manager1", "swarm update --autolock=true")
    own = hosts.swarm("manager1")["NodeID"]
    wipe(hosts, ("manager2", "manager3"))
    without_leader(hosts, "manager1")
    refused = play(hosts, "recover_quorum", {"swarm_recovery_confirm": own})
    assert not refused.succeeded
    assert "manager1 has autolock on" in refused.words
    assert refused.changed == 0
    assert hosts.swarm("manager1")["LocalNodeState"] in ("active", "pending")
