# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode has run on bare hosts: they are still bare."""

from __future__ import annotations


def test_nothing_was_installed(node, hosts):
    assert not hosts[node].package("docker.io").is_installed
    assert not hosts[node].package("python3-docker").is_installed


def test_nothing_was_written(node, hosts):
    assert not hosts[node].file("/etc/docker").exists
    assert not hosts[node].file("/var/run/docker.sock").exists
