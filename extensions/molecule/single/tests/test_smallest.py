# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One manager and nobody else is a swarm, too."""

from __future__ import annotations


def test_the_only_node_leads(cluster):
    nodes = cluster.nodes()
    assert list(nodes) == ["manager1"]
    assert nodes["manager1"]["ManagerStatus"]["Leader"] is True
    assert nodes["manager1"]["Status"]["State"] == "ready"


def test_the_engine_runs_and_is_enabled(node, hosts):
    service = hosts[node].service("docker")
    assert service.is_running
    assert service.is_enabled


def test_nothing_is_deployed_unasked(cluster):
    assert cluster.get("/services") == []
