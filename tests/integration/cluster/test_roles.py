# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cluster roles on real Engines, each time with the state read by the docker CLI."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.lab import faults
from tests.lab.wait import wait_until

from .conftest import Hosts, Outcome
from .engines import new_ca

LABELS = {"swarm_node_labels": {"disk": "ssd", "flag": ""}}


def as_extra(variables: dict[str, object]) -> list[str]:
    return ["--extra-vars", json.dumps(variables)]


def tasks_of(outcome: Outcome, host: str) -> int:
    """How many tasks there were for a host, with those that were left out."""
    found = re.search(rf"^{host} .*\bok=(\d+) .*\bskipped=(\d+)", outcome.text, re.MULTILINE)
    assert found, outcome.text
    return int(found[1]) + int(found[2])


def test_from_engines_to_a_swarm_and_nothing_the_second_time(hosts: Hosts, tmp_path: Path) -> None:
    own_ca = new_ca(tmp_path, "own")
    variables = as_extra({**LABELS, "swarm_manager_settings": {**own_ca, "task_history_limit": 3}})
    checked = hosts.play("--check", "--diff", *variables)
    assert checked.succeeded, checked.text
    assert checked.changed
    assert {hosts.swarm(name)["LocalNodeState"] for name in hosts.names} == {"inactive"}

    made = hosts.play("-vvv", "--diff", *variables)
    assert made.succeeded, made.text
    assert "SWMTKN" not in made.text
    assert made.text.count("Get the join tokens, from the first manager that answers] ***") == 1  # for both roles
    assert own_ca["signing_ca_key"].splitlines()[1] not in made.text
    nodes = hosts.nodes("manager2")
    hosts.wait_for_managers("manager2", "manager1", "manager2", "manager3")
    assert len(nodes) == 5
    assert all(node["Status"]["State"] == "ready" for node in nodes.values())
    assert all(node["Spec"]["Labels"] == LABELS["swarm_node_labels"] for node in nodes.values())
    cluster = hosts.swarm("manager2")["Cluster"]
    assert cluster["TLSInfo"]["TrustRoot"].strip() == own_ca["signing_ca_cert"].strip()
    assert cluster["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] == 3

    again = hosts.play("-vvv", *variables)
    assert again.succeeded, again.text
    assert again.changed == 0
    # One for each host, one for the settings and one for all nodes.
    assert again.text.count("SSH: EXEC") == len(hosts.names) + 2
    # Each task takes a process of the controller for each host, even when it is left out.
    assert tasks_of(again, "worker2") <= 10
    checked = hosts.play("--check", "--diff", *variables)
    assert checked.succeeded, checked.text
    assert checked.changed == 0
    assert hosts.specs("manager2") == {identity: node["Spec"] for identity, node in nodes.items()}


def test_two_managers_are_warned_of_and_a_host_in_no_group_is_left_alone(cluster: Hosts, tmp_path: Path) -> None:
    inventory = cluster.inventory()
    del inventory["all"]["children"]["swarm_managers"]["hosts"]["manager3"]
    path = tmp_path / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory))
    before = cluster.specs("manager1")
    done = cluster.play("--inventory", str(path))
    assert done.succeeded, done.text
    assert done.changed == 0
    assert "Two managers tolerate no failure" in done.words
    assert cluster.specs("manager1") == before


def test_an_unreachable_manager_stops_a_new_swarm(hosts: Hosts) -> None:
    faults.cut(hosts.lab, "manager2")
    try:
        done = hosts.play()
    finally:
        faults.heal(hosts.lab, "manager2")
    assert not done.succeeded
    assert "manager2 was not reached" in done.text
    assert "swarm_manager_absent_hosts" in done.text
    assert {hosts.swarm(name)["LocalNodeState"] for name in hosts.names} == {"inactive"}


def test_a_worker_of_another_swarm_is_an_error_with_both_identities(cluster: Hosts) -> None:
    cluster.leave("worker1")
    cluster.leave("worker2")
    cluster.docker("worker1", "swarm init")
    cluster.join("worker2", manager="worker1")
    foreign = cluster.swarm("worker1")["Cluster"]["ID"]
    before = cluster.swarm("worker2")
    cluster.leave("worker1")

    done = cluster.play("--limit", "worker2")
    assert not done.succeeded
    assert foreign in done.text
    assert cluster.swarm("manager1")["Cluster"]["ID"] in done.text
    after = cluster.swarm("worker2")
    assert (after["NodeID"], after["LocalNodeState"]) == (before["NodeID"], before["LocalNodeState"])


def test_a_new_worker_alone(cluster: Hosts) -> None:
    old = cluster.swarm("worker2")["NodeID"]
    cluster.leave("worker2")
    before = cluster.specs("manager1")
    done = cluster.play("--limit", "worker2", *as_extra(LABELS))
    assert done.succeeded, done.text
    after = cluster.specs("manager1")
    (new,) = set(after) - set(before)
    assert cluster.swarm("worker2")["NodeID"] == new
    assert after[new]["Labels"] == LABELS["swarm_node_labels"]
    # On a slow machine the swarm knows already that what the host was before is down, and the role removes it.
    assert all(after[identity] == before[identity] for identity in set(before) - {old})


def test_a_new_worker_alone_through_the_whole_path(cluster: Hosts) -> None:
    before = cluster.specs("manager1")
    old = cluster.swarm("worker2")["NodeID"]
    cluster.leave("worker2")
    wait_until(lambda: cluster.nodes("manager1")[old]["Status"]["State"] == "down")
    variables = {**LABELS, "docker_engine_source": "distribution", "swarm_stacks_list": []}
    site = ("ansible-playbook", "apiary.swarm.site", "--limit", "worker2", *as_extra(variables))
    seen = Outcome(cluster.ansible(*site, "--check"))
    assert seen.succeeded, seen.text
    assert cluster.nodes("manager1").keys() == before.keys()
    assert cluster.swarm("worker2")["LocalNodeState"] == "inactive"

    done = Outcome(cluster.ansible(*site))
    assert done.succeeded, done.text
    after = cluster.specs("manager1")
    (new,) = set(after) - set(before)
    assert cluster.swarm("worker2")["NodeID"] == new
    assert after[new]["Labels"] == LABELS["swarm_node_labels"]
    assert set(before) - set(after) == {old}  # what the host was before
    assert all(after[identity] == before[identity] for identity in set(before) - {old})
    for again in (Outcome(cluster.ansible(*site)), Outcome(cluster.ansible(*site, "--check"))):
        assert again.succeeded, again.text
        assert again.changed == 0


@pytest.fixture
def swapped(cluster: Hosts, tmp_path: Path) -> Path:
    """An inventory in which manager3 and worker1 have changed places."""
    inventory = yaml.safe_load(cluster.lab.inventory_file.read_text())
    groups = inventory["all"]["children"]
    managers, workers = groups["swarm_managers"]["hosts"], groups["swarm_workers"]["hosts"]
    managers["worker1"], workers["manager3"] = workers.pop("worker1"), managers.pop("manager3")
    path = tmp_path / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory))
    return path


def test_hosts_that_move_between_groups_are_promoted_and_demoted(cluster: Hosts, swapped: Path) -> None:
    done = cluster.play("--inventory", str(swapped))
    assert done.succeeded, done.text
    cluster.wait_for_managers("manager1", "manager1", "manager2", "worker1")
    again = cluster.play("--inventory", str(swapped))
    assert again.succeeded, again.text
    assert again.changed == 0


def test_managers_without_quorum_are_an_error_and_no_new_swarm(cluster: Hosts) -> None:
    for name in ("manager1", "manager2"):
        faults.cut(cluster.lab, name)
    try:
        done = cluster.play()
    finally:
        for name in ("manager1", "manager2"):
            faults.heal(cluster.lab, name)
    assert not done.succeeded
    assert "without quorum" in done.text
    assert "Nothing was changed" in done.text
