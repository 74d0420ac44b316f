# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placement constraints."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.constraints import eligible

NODE = {
    "ID": "n1",
    "Spec": {"Role": "worker", "Labels": {"zone": "a", "empty": ""}},
    "Description": {
        "Hostname": "host-1",
        "Platform": {"Architecture": "x86_64", "OS": "linux"},
        "Engine": {"Labels": {"storage": "ssd"}},
    },
    "Status": {"Addr": "10.1.2.3"},
}


@pytest.mark.parametrize(
    ("constraint", "holds"),
    [
        ("node.role == worker", True),
        ("node.role==manager", False),
        ("node.role != manager", True),
        ("node.id == N1", True),
        ("node.hostname == host-1", True),
        ("node.platform.os == linux", True),
        ("node.platform.arch == amd64", True),
        ("node.labels.zone == A", True),
        ("node.labels.zone != a", False),
        ("node.labels.missing == x", False),
        ("node.labels.missing != x", True),
        ("engine.labels.storage == ssd", True),
        ("node.ip == 10.1.2.0/24", True),
        ("node.ip != 10.1.2.3", False),
        ("node.ip == nonsense", False),
        ("node.colour == red", False),
        ("nonsense", False),
    ],
)
def test_a_constraint_holds_or_not(constraint, holds):
    assert eligible(NODE, [constraint]) is holds


def test_all_constraints_have_to_hold():
    assert eligible(NODE, [])
    assert not eligible(NODE, ["node.role == worker", "node.labels.zone == b"])
