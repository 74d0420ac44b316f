# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a node may go down, and whether it is back."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.gate import is_back, may_go, view_of


def node(name, reachability="", state="ready"):
    manager = {"ManagerStatus": {"Reachability": reachability}} if reachability else {}
    return {"ID": name, "Description": {"Hostname": f"host-{name}"}, "Status": {"State": state}, **manager}


def service(name, running, desired, mode="Replicated"):
    status = {"RunningTasks": running, "DesiredTasks": desired}
    return {"ID": name, "Spec": {"Name": f"svc-{name}", "Mode": {mode: {}}}, "ServiceStatus": status}


def managers(*reachabilities):
    return view_of([*(node(f"m{at}", word) for at, word in enumerate(reachabilities)), node("w")], [])


R, U = "reachable", "unreachable"


@pytest.mark.parametrize(
    ("view", "going", "words"),
    [
        (managers(R), "m0", ""),
        (managers(R, R), "m0", ""),
        (managers(R, U), "m0", "not all managers are reachable (host-m0 reachable, host-m1 unreachable)"),
        (managers(R, R, R), "m0", ""),
        (managers(R, R, U), "m0", "without host-m0, 1 of 3 managers would be reachable, and 2 must be"),
        # One that is not reachable anyway is not missed.
        (managers(R, R, U), "m2", ""),
        (managers(R, R, R, R), "m0", ""),
        (managers(R, R, R, U), "m0", "without host-m0, 2 of 4"),
        (managers(R, R, R, R, U), "m0", ""),
        (managers(R, R, U), "w", ""),
        (managers(R), "x", "node x is not known"),
    ],
)
def test_a_node_may_go_when_a_majority_of_managers_stays(view, going, words):
    found = may_go(view, going)
    assert (words in found) if words else not found


BEFORE = view_of(
    [node("m0", R), node("m1", R), node("m2", U), node("w")],
    [service("a", 3, 3), service("b", 0, 2), service("j", 1, 1, "ReplicatedJob"), service("g", 4, 4, "Global")],
).as_mark()


def test_the_mark_is_what_was_so_before():
    assert BEFORE == {"reachable": ["m0", "m1"], "running": {"a": 3, "b": 0, "g": 4}}


@pytest.mark.parametrize(
    ("nodes", "services", "words"),
    [
        ([node("m0", R), node("m1", R), node("m2", U)], [service("a", 3, 3)], ""),
        ([node("m0", R), node("m1", U), node("m2", R)], [], "manager host-m1 is not reachable"),
        ([node("m0", R, "down"), node("m1", R)], [], "node host-m0 is down"),
        ([node("m0", R), node("m1", R)], [service("a", 2, 3)], "service svc-a has 2 of 3 tasks running"),
        # A new leader has not heard of it yet.
        ([node("m0", R), node("w", state="unknown"), node("w2", state="down")], [], "node host-w is unknown"),
        # Scaled down or removed meanwhile, and never complete: none of these is waited for.
        ([node("m0", R), node("m1", R)], [service("a", 1, 1), service("b", 0, 2)], ""),
        # A manager that was removed meanwhile.
        ([node("m0", R)], [], ""),
    ],
)
def test_all_is_back_as_it_was(nodes, services, words):
    assert is_back(view_of(nodes, services), "m0", BEFORE) == words
