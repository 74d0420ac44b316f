# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which nodes hosts have left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.stale import stale_nodes

OLD = {"id": "old", "name": "host1", "address": "192.0.2.1", "state": "down", "reachability": ""}
HOST = Report(
    "h1", heard=True, local_state="active", role="worker", name="host1", node_id="new", node_address="192.0.2.1"
)


@pytest.mark.parametrize("state", ["down", "unknown", "disconnected"])
@pytest.mark.parametrize("reachability", ["", "unreachable", "unknown", "reachable"])
def test_the_old_node_of_a_host_that_joined_again(state, reachability):
    node = {**OLD, "state": state, "reachability": reachability}
    assert stale_nodes([node], [HOST], ["new"]) == (["old"], [])


@pytest.mark.parametrize(("reachability", "stale"), [("", []), ("reachable", []), ("unreachable", ["old"])])
def test_a_node_that_is_up_stays(reachability, stale):
    assert stale_nodes([{**OLD, "state": "ready", "reachability": reachability}], [HOST], ["new"]) == (stale, [])


@pytest.mark.parametrize(
    ("node", "host"),
    [
        pytest.param({"name": "host2"}, {}, id="another name"),
        pytest.param({"id": "new"}, {}, id="the node itself"),
        pytest.param({"id": "other"}, {}, id="the node of another host"),
        pytest.param({}, {"node_id": "", "local_state": "inactive"}, id="a host in no swarm"),
        pytest.param({}, {"node_id": "", "local_state": "", "heard": False}, id="a host that was not reached"),
        pytest.param({"name": ""}, {"name": ""}, id="no name"),
    ],
)
def test_what_is_not_left_behind(node, host):
    assert stale_nodes([{**OLD, **node}], [replace(HOST, **host)], ["new", "other"]) == ([], [])


@pytest.mark.parametrize(("node", "host"), [("192.0.2.2", "192.0.2.1"), ("", "192.0.2.1"), ("192.0.2.1", ""), ("", "")])
def test_a_node_with_the_same_name_alone_is_left_with_a_warning(node, host):
    stale, (warning,) = stale_nodes([{**OLD, "address": node}], [replace(HOST, node_address=host)], ["new"])
    assert stale == []
    assert "old" in warning
    assert "h1" in warning


def test_addresses_are_compared_as_addresses():
    node = {**OLD, "address": "fd00:0:0::1"}
    assert stale_nodes([node], [replace(HOST, node_address="fd00::1")], ["new"]) == (["old"], [])


def test_hosts_that_share_a_name_are_told_apart_by_their_addresses():
    twin = replace(HOST, host="h2", node_id="new2", node_address="192.0.2.2")
    nodes = [OLD, {**OLD, "id": "old2", "address": "192.0.2.2"}]
    assert stale_nodes(nodes, [HOST, twin], ["new", "new2"]) == (["old", "old2"], [])
