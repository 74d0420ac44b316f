# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose turn it is to be restarted, and who is in no swarm."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.engines import outside_swarms, turn_of


def report(manager=False, waits=True, node_id="", managers=("n1", "n2")):
    return {"engine": {"manager": manager, "node_id": node_id, "managers": managers}, "needs": {"in_turn": waits}}


REPORTS = {
    "w1": report(),
    "foreign": report(manager=True, waits=False, node_id="n9", managers=("n9",)),
    "m1": report(manager=True, node_id="n1"),
    "w2": report(waits=False),
    "m2": report(manager=True, waits=False, node_id="n2"),
    "w3": report(),
    "w4": report(),
    "bare": {"engine": None, "needs": {"in_turn": False}},
    "failed": {},
}


@pytest.mark.parametrize(
    ("host", "batch", "turn", "gate"),
    [
        ("m1", 1, "m1", "m2"),
        ("m1", 9, "m1", "m2"),
        ("w1", 1, "workers 1", "m1"),
        ("w3", 1, "workers 2", "m1"),
        ("w1", 2, "workers 1", "m1"),
        ("w3", 2, "workers 1", "m1"),
        ("w4", 2, "workers 2", "m1"),
        ("w4", 0, "workers 3", "m1"),
        ("w2", 1, "w2", ""),
        ("bare", 1, "bare", ""),
        ("failed", 1, "failed", ""),
    ],
)
def test_managers_are_alone_and_workers_share_a_turn(host, batch, turn, gate):
    assert turn_of(host, REPORTS, batch) == {"turn": turn, "gate": gate}


def test_the_only_manager_asks_itself():
    alone = report(manager=True, node_id="n1", managers=("n1",))
    assert turn_of("m1", {"m1": alone, "foreign": REPORTS["foreign"]}, 1) == {"turn": "m1", "gate": "m1"}
    unheard = {"m1": report(manager=True, node_id="n1"), "m2": {}}
    assert turn_of("m1", unheard, 1) == {"turn": "m1", "gate": "m1"}


def test_without_a_manager_in_the_play_nobody_can_tell():
    assert turn_of("w1", {"w1": report()}, 1) == {"turn": "workers 1", "gate": ""}


def test_a_manager_of_another_swarm_is_not_asked():
    reports = {"foreign": REPORTS["foreign"], "w1": report()}
    assert turn_of("w1", reports, 1) == {"turn": "workers 1", "gate": ""}


def test_who_is_not_active_in_a_swarm_is_outside():
    states = ("active", "inactive", "pending", "error", "locked", "")
    reports = {state or "silent": {"engine": {"swarm": state}} for state in states}
    reports |= {"bare": {"engine": None}, "failed": {}}
    assert outside_swarms(reports) == ["inactive", "pending", "error", "locked", "silent", "bare", "failed"]
    assert outside_swarms({"active": reports["active"]}) == []
