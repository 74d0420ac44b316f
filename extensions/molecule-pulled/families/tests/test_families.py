# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of three families are one swarm, and their own upgrades leave the Engine alone."""

from __future__ import annotations

import pytest


def test_all_are_managers_of_one_swarm(cluster):
    nodes = cluster.nodes()
    assert sorted(nodes) == ["manager1", "manager2", "manager3"]
    assert all(node["ManagerStatus"]["Reachability"] == "reachable" for node in nodes.values())


def test_the_engine_runs_and_is_enabled(node, hosts):
    service = hosts[node].service("docker")
    assert service.is_running
    assert service.is_enabled


@pytest.mark.parametrize(
    ("host", "command", "package"),
    [
        ("manager1", "dnf versionlock list", "docker-ce-"),
        ("manager2", "dnf versionlock list", "docker-ce"),
        ("manager3", "zypper locks", "docker"),
    ],
)
def test_the_package_manager_says_that_it_is_held(hosts, host, command, package):
    assert package in hosts[host].check_output(command)


@pytest.mark.parametrize("host", ["manager1", "manager2"])
def test_packages_are_verified_by_the_key_of_docker(hosts, host):
    assert "gpgcheck=1" in hosts[host].file("/etc/yum.repos.d/docker-ce.repo").content_string
    assert "621e9f35" in hosts[host].check_output("rpm -qi docker-ce").lower()
