# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode has run on bare hosts: they are still bare."""

from __future__ import annotations

import pytest

MANAGERS = ["manager1", "manager2", "manager3"]


@pytest.mark.parametrize("name", MANAGERS)
def test_nothing_was_installed(name, hosts):
    assert not any(
        hosts[name].package(package).is_installed for package in ("docker.io", "docker-ce", "python3-docker")
    )


@pytest.mark.parametrize("name", MANAGERS)
def test_nothing_was_written(name, hosts):
    paths = [
        "/etc/docker",
        "/etc/apt/sources.list.d/docker.sources",
        "/etc/apt/keyrings/docker.asc",
        "/var/lib/docker/x",
    ]
    assert [path for path in [*paths, "/etc/sysctl.d/90-apiary-swarm.conf"] if hosts[name].file(path).exists] == []


def test_the_older_entry_is_there(hosts):
    assert hosts["manager1"].file("/etc/apt/sources.list.d/docker.list").exists
