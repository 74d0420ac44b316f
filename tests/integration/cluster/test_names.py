# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inventory names, host names and node names that all differ; plays that go through hosts in other ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.wait import wait_until

from .conftest import HERE, Hosts, Outcome

ALIASES = {"manager1": "alpha", "manager2": "beta", "manager3": "gamma", "worker1": "delta", "worker2": "epsilon"}
TWINS = ("manager2", "worker1")  # two hosts that call themselves by the same name


@pytest.fixture
def renamed(hosts: Hosts) -> Iterator[Hosts]:
    for name in TWINS:
        hosts.console(name, "hostname twin && systemctl restart docker")
    yield hosts
    for name in TWINS:
        hosts.console(name, f"hostname {name} && systemctl restart docker")


def write_inventory(hosts: Hosts, folder: Path, availability: dict[str, str]) -> str:
    inventory = hosts.inventory()
    for group in inventory["all"]["children"].values():
        group["hosts"] = {ALIASES[name]: own for name, own in group["hosts"].items()}
        for alias, own in group["hosts"].items():
            own["swarm_node_labels"] = {"alias": alias}
            if alias in availability:
                own["swarm_node_availability"] = availability[alias]
    path = folder / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory))
    return str(path)


def specs(hosts: Hosts) -> dict[str, dict[str, Any]]:
    """The spec of the node of each host, by the NodeID that its Engine tells."""
    found = hosts.specs("manager1")
    return {name: found[hosts.swarm(name)["NodeID"]] for name in hosts.names}


def test_names_that_all_differ_one_host_after_the_other(renamed: Hosts, tmp_path: Path) -> None:
    """With one fork, and `free` as the strategy of plays that state none; managers that are to run no services."""
    inventory = write_inventory(renamed, tmp_path, {"alpha": "drain", "gamma": "drain"})
    done = renamed.play("--inventory", inventory, ANSIBLE_FORKS="1", ANSIBLE_STRATEGY="free")
    assert done.succeeded, done.text
    found = specs(renamed)
    assert {name: spec["Labels"] for name, spec in found.items()} == {
        name: {"alias": alias} for name, alias in ALIASES.items()
    }
    assert {name for name, spec in found.items() if spec["Role"] == "manager"} == {"manager1", "manager2", "manager3"}
    assert {name for name, spec in found.items() if spec["Availability"] == "drain"} == {"manager1", "manager3"}

    inventory = write_inventory(renamed, tmp_path, {"alpha": "drain", "gamma": "active", "delta": "pause"})
    later = renamed.play("--inventory", inventory)
    assert later.succeeded, later.text
    after = specs(renamed)
    assert [after[name]["Availability"] for name in ("manager1", "manager3", "worker1")] == ["drain", "active", "pause"]

    twin = renamed.swarm("worker1")["NodeID"]
    renamed.console("worker1", "systemctl stop docker.socket docker")
    wait_until(lambda: renamed.nodes("manager1")[twin]["Status"]["State"] == "down")
    without = renamed.play("--inventory", inventory, "--limit", "!delta")
    assert without.succeeded, without.text
    assert f"Node {twin} (twin, {renamed.lab.host('worker1').address}) is not up" in without.words
    assert "host name of beta, but another address" in without.words
    assert twin in renamed.nodes("manager1")


def test_hosts_that_do_not_wait_for_one_another_are_stopped(hosts: Hosts, tmp_path: Path) -> None:
    play = yaml.safe_load((HERE / "cluster.yml").read_text())
    play[0]["strategy"] = "free"
    path = tmp_path / "free.yml"
    path.write_text(yaml.safe_dump(play))
    done = Outcome(hosts.ansible("ansible-playbook", str(path)))
    assert not done.succeeded
    assert 'Set "strategy: linear" in the play' in done.words
    assert {hosts.swarm(name)["LocalNodeState"] for name in hosts.names} == {"inactive"}
