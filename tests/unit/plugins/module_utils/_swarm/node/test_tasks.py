# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tasks keep a node from being empty, and how they are told."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.tasks import running, still_running

STATES = {
    # As in swarmkit api/types.proto.
    **dict.fromkeys(("new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting"), True),
    "running": True,
    **dict.fromkeys(("complete", "shutdown", "failed", "rejected", "remove", "orphaned"), False),
}


@pytest.mark.parametrize(("state", "counts"), STATES.items())
def test_tasks_count_until_they_have_ended(state, counts):
    # What is wished of a task does not matter: one that is to be shut down runs until it is.
    for desired in ("running", "shutdown", "complete", "remove"):
        assert bool(running([{"Status": {"State": state}, "DesiredState": desired}])) is counts


def test_services_and_nodes_are_told_by_name():
    tasks = [
        {"ServiceID": "s1", "NodeID": "n1"},
        {"ServiceID": "s1", "NodeID": "n1"},
        {"ServiceID": "s2", "NodeID": "n2"},
        {"ServiceID": "gone", "NodeID": "n3"},
        {"NodeID": "n1"},
    ]
    services = [{"ID": "s1", "Spec": {"Name": "web"}}, {"ID": "s2", "Spec": {"Name": "job"}}]
    nodes = {"n1": {"Description": {"Hostname": "alpha"}}, "n2": {"Description": {"Hostname": "beta"}}}
    assert still_running(tasks, services, nodes) == "? on alpha, gone on n3, job on beta, web on alpha (2 tasks)"
