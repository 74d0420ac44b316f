# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which packages of the Engine are upgraded without anybody asking."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.rpm import read_locks
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.updates import apt_touches, dnf_touches

ON = 'APT::Periodic::Unattended-Upgrade "1";\n'
INSTALLED = {"docker-ce": "install", "containerd.io": "hold", "vim": "install"}


@pytest.mark.parametrize(
    ("config", "packages", "touches"),
    [
        ("", INSTALLED, None),
        ('APT::Periodic::Unattended-Upgrade "0";\n', INSTALLED, None),
        (ON, INSTALLED, ["docker-ce"]),
        (ON, {}, []),
        (ON + 'Unattended-Upgrade::Package-Blacklist:: "docker";\n', INSTALLED, []),
        (ON + 'Unattended-Upgrade::Package-Blacklist:: "docker-ce$";\n', INSTALLED, []),
        (ON + 'Unattended-Upgrade::Package-Blacklist:: "vim";\n', INSTALLED, ["docker-ce"]),
        (ON + 'Unattended-Upgrade::Package-Blacklist:: "(";\n', INSTALLED, ["docker-ce"]),
    ],
)
def test_unattended_upgrades(config, packages, touches):
    assert apt_touches(config, packages) == touches


@pytest.mark.parametrize(
    ("automatic", "locks", "touches"),
    [
        ("[commands]\napply_updates = no\n", "", None),
        ("", "", None),
        ("[commands]\napply_updates = yes\n", "", ["docker-ce"]),
        ("apply_updates=True\n", "3:docker-ce-28.5.2-1.el9.*\n", []),
        ("apply_updates=True\n", "docker-ce-cli-28.5.2-1.el9.*\n", ["docker-ce"]),
    ],
)
def test_dnf_automatic(automatic, locks, touches):
    assert dnf_touches(automatic, read_locks(locks, "", ""), ["docker-ce", "vim"]) == touches
