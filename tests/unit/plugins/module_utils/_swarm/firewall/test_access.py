# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may reach what, from the options of the module."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import Access, grown, wished

OPTIONS = {"members": ["10.0.0.2", "10.0.0.1"], "manager": True, "data_path_port": 4789}
ALL = ("2377/tcp", "4789/udp", "7946/tcp", "7946/udp")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, Access(("10.0.0.1", "10.0.0.2"), ALL, ALL), id="manager"),
        pytest.param({"manager": False}, Access(("10.0.0.1", "10.0.0.2"), ALL[1:], ALL), id="worker"),
        pytest.param(
            {"data_path_port": 5000},
            Access(("10.0.0.1", "10.0.0.2"), *[("2377/tcp", "5000/udp", "7946/tcp", "7946/udp")] * 2),
            id="another port",
        ),
        pytest.param({"data_path_port": 0}, Access(("10.0.0.1", "10.0.0.2"), ALL, ALL), id="Docker's default port"),
        pytest.param(
            {"members": ["2001:DB8::0:1", "10.1.0.0/16", "10.0.0.1/32", "10.0.0.1"]},
            Access(("10.0.0.1", "10.1.0.0/16", "2001:db8::1"), ALL, ALL),
            id="one form of each address",
        ),
    ],
)
def test_the_wish(options, expected):
    assert wished({**OPTIONS, **options}) == expected


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"members": []}, "members: there are none"),
        ({"members": ["worker1"]}, "members: 'worker1' is neither an IP address nor a network"),
        ({"members": ["10.0.0.1/8"]}, "members: '10.0.0.1/8' is neither"),
        ({"members": ["10.0.0.1", "0.0.0.0/0"]}, "members: '0.0.0.0/0' is the whole world"),
        ({"members": ["::/0"]}, "members: '::/0' is the whole world"),
        ({"data_path_port": 1023}, "data_path_port: 1023 is not between 1024 and 49151"),
        ({"data_path_port": 49152}, "data_path_port: 49152 is not"),
    ],
)
def test_what_cannot_be_right(options, problem):
    with pytest.raises(SwarmError) as caught:
        wished({**OPTIONS, **options})
    assert problem in str(caught.value)
    assert "Nothing was changed." in str(caught.value)


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        pytest.param(Access(), Access(("10.0.0.1",), ALL, ()), id="nobody is shut out for the first time"),
        pytest.param(
            Access(("10.0.0.9",), ("7946/tcp",), ("7946/tcp",)),
            Access(("10.0.0.1", "10.0.0.9"), ALL, ("7946/tcp",)),
            id="what there is stays",
        ),
    ],
)
def test_growing_only(present, expected):
    assert grown(present, Access(("10.0.0.1",), ALL, ALL)) == expected
