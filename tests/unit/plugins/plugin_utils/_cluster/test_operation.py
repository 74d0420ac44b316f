# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which managers an operation speaks to, and which nodes are meant by a name."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.operation import names_of, plan_operation
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report


def node(name, address, leader=False, state="ready", node_id=""):
    return {
        "id": node_id or f"id-{name}",
        "name": name,
        "address": address,
        "role": "worker",
        "availability": "active",
        "state": state,
        "leader": leader,
    }


NODES = (
    node("m1", "10.0.0.1", leader=True),
    node("m2", "10.0.0.2"),
    node("w1", "10.0.0.11"),
    node("w2", "10.0.0.12", state="down"),
    node("twin", "10.0.0.21", state="down", node_id="id-twin-1"),
    node("twin", "10.0.0.22", state="down", node_id="id-twin-2"),
)


def member(host, name, role="worker", cluster="c1", **more):
    values = {
        "heard": True,
        "local_state": "active",
        "role": role,
        "node_id": f"id-{name}",
        "cluster_id": cluster,
        "has_quorum": role == "manager",
        "nodes": NODES if role == "manager" else (),
        **more,
    }
    return Report(host, **values)


def swarm(**more):
    reports = [
        member("alpha", "m1", "manager"),
        member("beta", "m2", "manager"),
        member("gamma", "w1"),
        Report("delta"),
        Report("twin"),
    ]
    return {report.host: report for report in reports} | more


ADDRESSES = {"delta": ["10.0.0.12"], "alpha": ["10.0.0.1"], "gamma": ["gamma"], "twin": ["twin.example.org"]}


def plan(*targets, **more):
    return plan_operation("drain", swarm(**more), targets, ADDRESSES)


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("a", ["a"]),
        (" a, b,,a ", ["a", "b"]),
        (["a", "b"], ["a", "b"]),
        ("", []),
        (None, []),
    ],
)
def test_names_of_an_option(value, names):
    assert names_of(value) == names


def test_managers_that_do_not_lead_come_first():
    found = plan()
    assert found.managers == ["beta", "alpha"]
    assert found.nodes == {"alpha": "id-m1", "beta": "id-m2", "gamma": "id-w1"}
    assert [text.split()[0] for text in found.others] == ["id-w2", "id-twin-1", "id-twin-2"]


@pytest.mark.parametrize(
    ("target", "node_id", "host", "answers"),
    [
        ("gamma", "id-w1", "gamma", True),  # a host that tells its NodeID
        ("id-w1", "id-w1", "gamma", True),
        ("w1", "id-w1", "gamma", True),  # the host name of a node
        ("delta", "id-w2", "delta", False),  # out of reach, by its address
        ("w2", "id-w2", "", False),
        ("id-twin-2", "id-twin-2", "", False),
    ],
)
def test_a_node_is_found_by(target, node_id, host, answers):
    [found] = plan(target).targets
    assert (found["id"], found["host"], found["answers"]) == (node_id, host, answers)


def test_one_node_by_two_names_is_meant_once():
    assert [target["id"] for target in plan("gamma", "w1", "id-w1").targets] == ["id-w1"]


def test_a_host_without_address_is_known_by_a_name_that_only_one_node_has():
    assert "may be any of 2 nodes: id-twin-1 (twin, 10.0.0.21, down)" in plan("twin").errors[0]


def test_the_node_of_another_host_is_not_taken_for_one_that_is_lost():
    """A host that was made anew and got the name of a node whose host answers."""
    found = plan("w1", w1=Report("w1"))
    assert (found.targets, found.missing) == ([], ["w1"])


IDLE = Report("alpha", heard=True, local_state="inactive")
LOST = member("alpha", "m1", "manager", has_quorum=False)
NO_QUORUM = "No manager was found whose swarm has a quorum. "


@pytest.mark.parametrize(
    ("name", "reports", "targets", "error", "note"),
    [
        ("drain", swarm(), ["gamma"], "", ""),
        ("drain", swarm(), ["w7", "w8", "gamma"], "w7, w8: no node of swarm c1 has this NodeID or host name", ""),
        ("remove_node", swarm(), ["w7", "gamma"], "", "w7: no such node, there is nothing to remove."),
        ("drain", {"alpha": LOST, "beta": Report("beta")}, [], NO_QUORUM, ""),
        ("drain", {"alpha": IDLE}, [], NO_QUORUM, ""),
        ("reset", {"alpha": IDLE}, [], "", "No host is in a swarm, there is nothing to end."),
        ("reset", {"alpha": IDLE, "beta": Report("beta")}, [], NO_QUORUM, ""),
        ("reset", {"alpha": LOST, "beta": IDLE}, [], "", "What is left: alpha is a manager"),
        ("reset", {"alpha": LOST, "beta": Report("beta")}, [], NO_QUORUM, ""),
        ("reset", {"alpha": LOST, "beta": member("beta", "m2", cluster="c2")}, [], NO_QUORUM, ""),
        ("status", {"alpha": LOST, "beta": Report("beta")}, [], "", ""),
        ("status", {"alpha": IDLE}, [], "", ""),
        ("status", swarm(zeta=member("zeta", "z", "manager", "c2")), [], "", ""),
        ("reset", swarm(zeta=member("zeta", "z", "manager", "c2")), [], "Managers of several swarms", ""),
    ],
)
def test_what_an_operation_can_do_without(name, reports, targets, error, note):
    found = plan_operation(name, reports, targets, ADDRESSES)
    assert (len(found.errors), len(found.notes)) == (bool(error), bool(note))
    assert error in "".join(found.errors)
    assert note in "".join(found.notes)


@pytest.mark.parametrize(("name", "lock"), [("status", False), ("reset", True), ("upgrade", True), ("drain", True)])
def test_an_operation_that_writes_takes_the_lock(name, lock):
    assert plan_operation(name, swarm(), [], ADDRESSES).lock is lock


def test_without_a_quorum_it_says_what_everybody_said():
    found = plan_operation("drain", {"alpha": LOST, "beta": Report("beta")}, ["alpha"], {})
    assert "without quorum" in found.errors[0]
    assert "beta was not reached" in found.errors[0]
    assert not found.no_swarm


def test_what_is_left_of_a_swarm_can_be_ended():
    found = plan_operation("reset", {"alpha": LOST, "beta": IDLE}, [], {})
    assert (found.cluster_id, found.nodes, found.managers, found.lock) == ("c1", {"alpha": "id-m1"}, [], False)


def test_no_swarm_is_known_only_when_all_hosts_were_heard():
    assert plan_operation("reset", {"alpha": IDLE}, [], {}).no_swarm
    assert not plan_operation("reset", {"alpha": IDLE, "beta": Report("beta")}, [], {}).no_swarm


def test_managers_of_two_swarms_are_an_error():
    assert "several swarms" in plan(zeta=member("zeta", "z", "manager", "c2")).errors[0]
