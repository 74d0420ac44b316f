# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Engine of a host says, of the same shape whether it answers or not."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.engine import NONE, ask, view

INFO = {
    "ServerVersion": "26.1.5",
    "LiveRestoreEnabled": False,
    "DockerRootDir": "/data/docker",
    "Swarm": {
        "LocalNodeState": "active",
        "ControlAvailable": True,
        "NodeID": "node1",
        "NodeAddr": "192.0.2.11",
        "Cluster": {"ID": "swarm1", "DefaultAddrPool": ["10.0.0.0/8"], "DataPathPort": 4789},
    },
}
NETWORKS = [
    {"Name": "ingress", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.0.0.0/24"}]}, "Options": {}},
    {"Name": "private", "Driver": "overlay", "IPAM": {"Config": None}, "Options": {"encrypted": ""}},
    {"Name": "bridge", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}},
]


def test_an_engine_in_a_swarm():
    assert view(INFO, NETWORKS, []) == {
        **NONE,
        "running": True,
        "version": "26.1.5",
        "state": "active",
        "manager": True,
        "node_id": "node1",
        "node_address": "192.0.2.11",
        "cluster_id": "swarm1",
        "data_root": "/data/docker",
        "pools": ["10.0.0.0/8"],
        "data_path_port": 4789,
        "networks": [
            {"name": "ingress", "subnets": ["10.0.0.0/24"], "encrypted": False},
            {"name": "private", "subnets": [], "encrypted": True},
        ],
    }


def test_an_engine_that_says_little():
    assert view({}, [], []) == {**NONE, "running": True}


@pytest.mark.parametrize(
    ("image", "is_old_swarm"),
    [
        ("swarm", True),
        ("swarm:1.2.9", True),
        ("docker.io/library/swarm:latest", True),
        ("dockerswarm/swarm@sha256:0123", True),
        ("swarmpit/swarmpit:1.9", False),
        ("registry:5000/swarm", False),
        ("portainer/agent", False),
        ("", False),
    ],
)
def test_containers_of_the_standalone_swarm_are_known_by_their_image(image, is_old_swarm):
    found = view({}, [], [{"Id": "1", "Names": ["/agent"], "Image": image}])["standalone"]
    assert found == (["agent"] if is_old_swarm else [])


def test_an_engine_that_does_not_answer(tmp_path):
    answer = ask(str(tmp_path / "docker.sock"))
    assert set(answer) == set(NONE)
    assert answer["running"] is True
    assert "docker.sock" in answer["problem"]
