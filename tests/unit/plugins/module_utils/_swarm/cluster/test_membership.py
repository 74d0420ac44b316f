# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Engine says of itself, in every state."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import Certificates
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership, membership_of

PAPERS = Certificates(cluster_id="swarm1", node_id="node1", role="worker", ca_digest="d1")
MANAGER_PAPERS = Certificates(cluster_id="swarm1", node_id="node1", role="manager", ca_digest="d1")
CLUSTER = {"ID": "swarm1", "TLSInfo": {"TrustRoot": "root"}}
ROOT_DIGEST = "4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2"


def info(state, **swarm):
    return {"Swarm": {"LocalNodeState": state, "NodeID": "node1", "NodeAddr": "192.0.2.1", **swarm}}


@pytest.mark.parametrize(
    ("answer", "papers", "expected"),
    [
        ({}, None, Membership()),
        (info("inactive", NodeID=""), PAPERS, Membership()),
        (
            info("active", ControlAvailable=True, Cluster=CLUSTER),
            None,
            Membership("active", "manager", "node1", "192.0.2.1", "swarm1", ROOT_DIGEST, has_quorum=True),
        ),
        # A manager that has lost its quorum answers with an empty cluster object.
        (
            info("active", ControlAvailable=True, Cluster={"ID": ""}, Error="no leader"),
            MANAGER_PAPERS,
            Membership("active", "manager", "node1", "192.0.2.1", "swarm1", "d1", error="no leader"),
        ),
        (
            info("active", ControlAvailable=False),
            PAPERS,
            Membership("active", "worker", "node1", "192.0.2.1", "swarm1", "d1"),
        ),
        (info("active", ControlAvailable=False), None, Membership("active", "worker", "node1", "192.0.2.1")),
        # A manager that was just demoted: the Engine knows better than the certificate.
        (
            info("active", ControlAvailable=False),
            MANAGER_PAPERS,
            Membership("active", "worker", "node1", "192.0.2.1", "swarm1", "d1"),
        ),
        # Files of another Engine say nothing about this one.
        (
            info("active", ControlAvailable=False, NodeID="node2"),
            PAPERS,
            Membership("active", "worker", "node2", "192.0.2.1"),
        ),
        (
            info("locked", NodeID="", NodeAddr="", Error="is encrypted"),
            MANAGER_PAPERS,
            Membership("locked", "manager", "node1", "", "swarm1", "d1", error="is encrypted"),
        ),
        (info("locked", NodeID="", NodeAddr=""), None, Membership("locked", "manager")),
        (
            info("error", Error="certificate has expired"),
            PAPERS,
            Membership("error", "worker", "node1", "192.0.2.1", "swarm1", "d1", error="certificate has expired"),
        ),
        (info("pending", NodeID=""), Certificates(), Membership("pending", "", "", "192.0.2.1")),
    ],
)
def test_membership(answer, papers, expected):
    assert membership_of(answer, papers) == expected


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (Membership(), "in no swarm"),
        (Membership("pending"), "a node of a swarm (state pending)"),
        (
            Membership("active", "worker", "node1", cluster_id="swarm1"),
            "a worker of swarm swarm1 (state active, NodeID node1)",
        ),
        (Membership("error", error="expired"), "a node of a swarm (state error): expired"),
    ],
)
def test_in_words(member, words):
    assert str(member) == words


def test_remote_managers_are_plain_data():
    swarm = membership_of(info("active", RemoteManagers=[{"NodeID": "m1", "Addr": "192.0.2.2:2377"}])).as_dict()
    assert swarm["remote_managers"] == [{"node_id": "m1", "addr": "192.0.2.2:2377"}]
    assert set(swarm) == set(Membership().as_dict())
