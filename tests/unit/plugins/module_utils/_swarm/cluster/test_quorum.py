# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Majorities."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum, advice, quorum_of


@pytest.mark.parametrize(
    ("managers", "reachable", "majority", "holds", "can_lose"),
    [
        (0, 0, 1, False, 0),
        (1, 1, 1, True, 0),
        (1, 0, 1, False, 0),
        (2, 2, 2, True, 0),
        (2, 1, 2, False, 0),
        (3, 3, 2, True, 1),
        (3, 2, 2, True, 0),
        (3, 1, 2, False, 0),
        (4, 4, 3, True, 1),
        (5, 5, 3, True, 2),
        (5, 2, 3, False, 0),
        (7, 6, 4, True, 2),
    ],
)
def test_arithmetic(managers, reachable, majority, holds, can_lose):
    quorum = Quorum(managers, reachable)
    assert (quorum.majority, quorum.holds, quorum.can_lose) == (majority, holds, can_lose)


def test_a_manager_leaves():
    assert Quorum(3, 2).after_removing(reachable=True) == Quorum(2, 1)
    assert Quorum(3, 2).after_removing(reachable=False) == Quorum(2, 2)


def test_from_nodes():
    nodes = [
        {"ManagerStatus": {"Reachability": "reachable", "Leader": True}},
        {"ManagerStatus": {"Reachability": "unreachable"}},
        {"ManagerStatus": None},
        {},
    ]
    assert quorum_of(nodes) == Quorum(2, 1)


@pytest.mark.parametrize(("managers", "warned"), [(0, False), (1, False), (2, True), (3, False), (4, True), (5, False)])
def test_even_numbers_are_warned_of(managers, warned):
    assert bool(advice(managers)) is warned
