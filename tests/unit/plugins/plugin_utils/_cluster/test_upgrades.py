# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which steps from one version to another are refused, and which are made with a warning."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.upgrades import Move, judge

NETWORKS = ("secret-net", "vault")
ENCRYPTED, DOWNGRADE, OLD_CLIENTS, LOGINS = "encrypted overlay networks", "downgrade", "older than 1.44", "with a login"


@pytest.mark.parametrize(
    ("before", "after", "encrypted", "errors", "warnings"),
    [
        ("26.1.5", "28.5.2", (), [], []),
        ("26.1.5", "28.5.2", NETWORKS, [], []),
        ("28.5.2", "28.5.2", NETWORKS, [], []),
        ("28.5.2", "29.0.0", NETWORKS, [ENCRYPTED], [OLD_CLIENTS]),
        ("20.10.24", "29.1.3", NETWORKS, [ENCRYPTED], [OLD_CLIENTS]),
        ("28.5.2", "29.2.0", NETWORKS, [ENCRYPTED], [OLD_CLIENTS]),
        ("28.5.2", "29.2.0", (), [], [OLD_CLIENTS]),
        ("28.5.2", "29.2.1", NETWORKS, [], [OLD_CLIENTS]),
        ("28.5.2", "29.3.0", NETWORKS, [], []),
        ("29.0.0", "29.2.0", NETWORKS, [], []),  # all understand each other
        ("29.1.0", "29.3.0", NETWORKS, [], [ENCRYPTED]),  # there is no other way out
        ("29.1.0", "29.3.0", (), [], []),
        ("29.5.0", "29.6.2", (), [], [LOGINS]),
        ("29.6.0", "29.6.2", (), [], []),
        ("29.5.0", "29.7.0", (), [], []),
        ("28.5.2", "26.1.5", (), [DOWNGRADE], []),
        ("28.5.2", "28.5.1", (), [DOWNGRADE], []),
        ("28.5.2", "", NETWORKS, [], []),  # not known yet
    ],
)
def test_steps(before, after, encrypted, errors, warnings):
    found = judge([Move("host", before, after)], encrypted)
    for said, expected in zip(found, (errors, warnings), strict=True):
        assert len(said) == len(expected), said
        assert all(words in text for words, text in zip(expected, said, strict=True)), said


def test_what_is_refused_is_named():
    moves = [Move("a", "28.5.2", "29.1.0"), Move("b", "28.5.2", "28.4.0"), Move("c", "28.5.2", "29.0.0")]
    errors, _warnings = judge(moves, NETWORKS)
    assert errors[0].startswith("b has 28.5.2, and 28.4.0 would be a downgrade")
    assert "29.0.0, 29.1.0" in errors[1]
    assert "secret-net, vault" in errors[1]
