# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions: what may be wished, and what fits."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.versions import (
    best,
    check_wish,
    fits,
    numbers,
    upstream,
)

CE = "5:28.5.2-1~debian.13~trixie"


@pytest.mark.parametrize("wish", ["", "latest", "28.5.2", "28.5.*", "28.*", "20.10.24"])
def test_what_may_be_wished(wish):
    check_wish(wish)


@pytest.mark.parametrize("wish", ["28", "28.5", "*", "28*", CE, "newest", "28.*.1", "28.5.2 ", "28.5.2;reboot"])
def test_what_is_no_version(wish):
    with pytest.raises(SwarmError, match="is no version"):
        check_wish(wish)


@pytest.mark.parametrize(
    ("version", "expected"),
    [(CE, "28.5.2"), ("26.1.5+dfsg1-9+b9", "26.1.5"), ("28.5.2", "28.5.2"), ("20.10.24+dfsg1", "20.10.24"), ("", "")],
)
def test_the_version_without_what_the_distribution_adds(version, expected):
    assert upstream(version) == expected


@pytest.mark.parametrize(
    ("wish", "version", "expected"),
    [
        ("28.5.2", CE, True),
        ("28.5.1", CE, False),
        ("28.5.*", CE, True),
        ("28.*", CE, True),
        ("28.*", "28", True),
        ("2.*", CE, False),
        ("28.50.*", CE, False),
        ("28.5.*", "28.50.0", False),
        ("", CE, True),
        ("latest", CE, True),
    ],
)
def test_what_fits(wish, version, expected):
    assert fits(wish, version) is expected


def test_numbers_are_compared_as_numbers():
    assert numbers("20.10.24+dfsg1") > numbers("20.9.30") > numbers("")


@pytest.mark.parametrize(
    ("wish", "expected"), [("28.*", CE), ("28.5.1", "5:28.5.1-1"), ("27.*", ""), ("latest", "5:28.5.1-1")]
)
def test_the_newest_that_fits_is_taken_and_latest_is_what_the_host_prefers(wish, expected):
    assert best(wish, [CE, "5:28.5.1-1", "5:26.1.0-1"], "5:28.5.1-1") == expected
