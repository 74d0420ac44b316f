# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes as hosts of an inventory."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.inventory import GROUPS, inventory_of


def node(identity, name, **more):
    return {
        "id": identity,
        "name": name,
        "role": "worker",
        "leader": False,
        "availability": "active",
        "state": "ready",
        "address": "192.0.2.1",
        **more,
    }


def filled(found):
    return {group: hosts for group, hosts in found.groups.items() if hosts}


def test_a_node_is_in_the_groups_of_what_it_is():
    found = inventory_of(
        [
            node("id1", "m1", role="manager", leader=True),
            node("id2", "m2", role="manager", availability="drain"),
            node("id3", "w1", state="down", availability="pause"),
            node("id4", "w2", state=""),
        ]
    )
    assert filled(found) == {
        "swarm_managers": ["m1", "m2"],
        "swarm_leader": ["m1"],
        "swarm_workers": ["w1", "w2"],
        "swarm_availability_active": ["m1", "w2"],
        "swarm_availability_drain": ["m2"],
        "swarm_availability_pause": ["w1"],
        "swarm_state_ready": ["m1", "m2"],
        "swarm_state_down": ["w1"],
        "swarm_state_unknown": ["w2"],
    }
    assert found.warnings == []


def test_all_groups_are_there_without_any_node():
    assert inventory_of([]).groups == {group: [] for group in GROUPS}


def test_a_host_has_what_is_known_of_its_node():
    one = node("id1", "w1", labels={"zone": "a"})
    assert inventory_of([one]).hosts == {"w1": {"swarm_node": one, "ansible_host": "192.0.2.1"}}


@pytest.mark.parametrize(
    ("nodes", "names", "warning"),
    [
        ([node("id1", "a"), node("id2", "b")], ["a", "b"], ""),
        (
            [node("id1", "a"), node("id2", "b"), node("id3", "a", state="down")],
            ["id1", "b", "id3"],
            "2 nodes have the host name a: in the inventory by NodeID, id1 (ready), id3 (down).",
        ),
        ([node("id1", "")], ["id1"], "A node has no host name yet: in the inventory by NodeID, id1 (ready)."),
        ([node("id1", ""), node("id2", "")], ["id1", "id2"], "2 nodes have no host name yet"),
        ([node("id1", "localhost")], ["id1"], "the host name localhost, which is the controller for Ansible"),
        ([node("id1", "{{ lookup('pipe', 'id') }}")], ["id1"], "with characters that no host name has"),
        ([node("id1", "-oProxyCommand=id")], ["id1"], "with characters that no host name has"),
        ([node("id1", "id2"), node("id2", "b")], ["id1", "b"], "the host name id2, which is another node's NodeID"),
    ],
)
def test_host_names_that_do_not_name_one_node_are_not_used(nodes, names, warning):
    found = inventory_of(nodes)
    assert list(found.hosts) == names
    assert len(found.warnings) == bool(warning)
    assert all(warning in text for text in found.warnings)


def test_hosts_can_have_the_node_ids():
    found = inventory_of([node("id1", "a"), node("id2", "a")], named_by="id")
    assert list(found.hosts) == ["id1", "id2"]
    assert found.warnings == []


@pytest.mark.parametrize(
    ("address", "variables"),
    [
        ("2001:db8::1", {"ansible_host": "2001:db8::1"}),
        ("manager1.example.com", {"ansible_host": "manager1.example.com"}),
        ("0.0.0.0", {}),
        ("::", {}),
        ("", {}),
        ("-oProxyCommand=id", {}),
        ("{{ 7 * 7 }}", {}),
    ],
)
def test_a_host_is_reached_at_its_address_if_that_is_known(address, variables):
    host = inventory_of([node("id1", "a", address=address)]).hosts["a"]
    assert {key: value for key, value in host.items() if key != "swarm_node"} == variables
