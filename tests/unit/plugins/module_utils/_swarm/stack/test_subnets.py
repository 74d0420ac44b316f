# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.subnets import overlaps


def network(name, *subnets):
    return {"Name": name, "IPAM": {"Config": [{"Subnet": subnet} for subnet in subnets]}}


PRESENT = [network("ingress", "10.0.0.0/24"), network("six", "fd00:1::/64"), {"Name": "unallocated", "IPAM": None}]


@pytest.mark.parametrize(
    ("wanted", "messages"),
    {
        "free": ([network("a", "10.1.0.0/24", "fd00:2::/64")], []),
        "no subnet of its own": ([{"Name": "a"}, network("b", "")], []),
        "inside one that is there": (
            [network("a", "10.0.0.128/25")],
            ["network a cannot have the subnet 10.0.0.128/25: network ingress has 10.0.0.0/24"],
        ),
        "the second one": (
            [network("a", "10.1.0.0/24", "fd00::/16")],
            ["network a cannot have the subnet fd00::/16: network six has fd00:1::/64"],
        ),
        "two new ones": (
            [network("a", "10.1.0.0/16"), network("b", "10.1.2.3/24")],
            ["network b cannot have the subnet 10.1.2.0/24: network a has 10.1.0.0/16"],
        ),
        "what the Engine refuses by itself": ([network("a", "10.0.0.0/99")], []),
    }.values(),
)
def test_subnets_that_overlap(wanted, messages):
    assert overlaps(wanted, PRESENT) == messages
