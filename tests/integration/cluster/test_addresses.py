# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts with several addresses, and with IPv6: a node has the address that was wished."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from .conftest import Hosts

OTHER = {"manager1": 1, "manager2": 2, "manager3": 3, "worker1": 4, "worker2": 5}  # the last number of addresses
V4, V6 = "10.231.0.{}", "fd00:231::{}"


@pytest.fixture
def multi_homed(hosts: Hosts) -> Iterator[Hosts]:
    """Each host has a second IPv4 address and an IPv6 address; worker2 has an interface of its own, lab1."""
    for name, number in OTHER.items():
        hosts.console(name, "sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.eth0.disable_ipv6=0")
        hosts.console(name, f"ip addr replace {V4.format(number)}/24 dev eth0")
        hosts.console(name, f"ip addr replace {V6.format(number)}/64 dev eth0 nodad")
    hosts.console("worker2", "ip link add lab1 type veth peer name lab2 && ip link set lab1 up && ip link set lab2 up")
    hosts.console("worker2", "ip addr replace 10.232.0.5/24 dev lab1")
    yield hosts
    hosts.reset()
    hosts.console("worker2", "ip link delete lab1")
    for name, number in OTHER.items():
        hosts.console(name, f"ip addr del {V4.format(number)}/24 dev eth0; ip addr del {V6.format(number)}/64 dev eth0")


def write_inventory(hosts: Hosts, folder: Path, variables: dict[str, dict[str, str]]) -> str:
    inventory = hosts.inventory()
    for group in inventory["all"]["children"].values():
        for name, own in group["hosts"].items():
            own.update(variables[name])
    path = folder / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory))
    return str(path)


def addresses(hosts: Hosts) -> dict[str, str]:
    """What each host advertises by its own account: of workers the managers see only where they connect from."""
    found = {name: hosts.swarm(name)["NodeAddr"] for name in hosts.names}
    for node in hosts.nodes("manager1").values():
        if "ManagerStatus" in node:
            told = node["ManagerStatus"]["Addr"].rpartition(":")[0].strip("[]")
            assert told == found[node["Description"]["Hostname"]]
    return found


def test_addresses_and_interfaces_that_were_wished(multi_homed: Hosts, tmp_path: Path) -> None:
    wished = {name: {"swarm_node_advertise_addr": V4.format(number)} for name, number in OTHER.items()}
    wished["worker1"]["swarm_node_data_path_addr"] = multi_homed.lab.host("worker1").address
    wished["worker2"] = {"swarm_node_advertise_addr": "lab1"}
    done = multi_homed.play("--inventory", write_inventory(multi_homed, tmp_path, wished))
    assert done.succeeded, done.text
    found = addresses(multi_homed)
    assert found == {name: V4.format(number) for name, number in OTHER.items()} | {"worker2": "10.232.0.5"}
    state = json.loads(multi_homed.console("worker1", "cat /var/lib/docker/swarm/docker-state.json"))
    assert state["DataPathAddr"] == multi_homed.lab.host("worker1").address

    nodes = set(multi_homed.nodes("manager1"))
    wished["manager2"]["swarm_node_advertise_addr"] = multi_homed.lab.host("manager2").address
    changed = multi_homed.play("--inventory", write_inventory(multi_homed, tmp_path, wished))
    assert changed.succeeded, changed.text
    assert changed.changed == 0
    assert f"manager2 advertises {V4.format(2)}, not {multi_homed.lab.host('manager2').address}" in changed.words
    assert addresses(multi_homed) == found
    assert set(multi_homed.nodes("manager1")) == nodes


def test_a_swarm_over_ipv6(multi_homed: Hosts, tmp_path: Path) -> None:
    wished = {name: {"swarm_node_advertise_addr": V6.format(number)} for name, number in OTHER.items()}
    inventory = write_inventory(multi_homed, tmp_path, wished)
    done = multi_homed.play("--inventory", inventory)
    assert done.succeeded, done.text
    nodes = multi_homed.nodes("manager1")
    assert addresses(multi_homed) == {name: V6.format(number) for name, number in OTHER.items()}
    assert {node["Status"]["State"] for node in nodes.values()} == {"ready"}
    multi_homed.wait_for_managers("manager1", "manager1", "manager2", "manager3")
    again = multi_homed.play("--inventory", inventory)
    assert again.succeeded, again.text
    assert again.changed == 0
