# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that was named localhost all along, and is a swarm now."""

from __future__ import annotations


def test_the_machine_leads_its_own_swarm(cluster):
    (node,) = cluster.nodes().values()
    assert node["ManagerStatus"]["Leader"] is True
    assert node["Spec"]["Labels"] == {"only": ""}


def test_it_is_known_by_its_host_name(cluster):
    assert list(cluster.nodes()) == ["manager1"]


def test_the_engine_runs_and_is_enabled(node, hosts):
    service = hosts[node].service("docker")
    assert service.is_running
    assert service.is_enabled
