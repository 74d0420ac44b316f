# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook rebalance: a node comes back, and the tasks of services are spread again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.integration.cluster.conftest import Hosts
from tests.lab import lab
from tests.lab.wait import wait_until
from tests.operations.test_nodes import BUSYBOX, four_runs, play

QUICK = "--detach --stop-grace-period 1s --update-parallelism 2 --update-monitor 1s"


@pytest.fixture(scope="module")
def three() -> Iterator[Hosts]:
    with lab.for_tests("ops-rebalance", managers=1, workers=2, engine=True) as made:
        yield Hosts(made)


@pytest.fixture
def swarm(three: Hosts) -> Hosts:
    """A swarm of all three, made without the collection, in which worker2 gets no tasks yet."""
    three.reset()
    three.docker("manager1", "swarm init")
    for name in ("worker1", "worker2"):
        three.join(name)
    three.docker("manager1", "node update --availability drain worker2")
    return three


def tasks(hosts: Hosts, service: str) -> dict[str, str]:
    """The running tasks of a service and the nodes that they are on."""
    listed = hosts.docker(
        "manager1",
        f"service ps -f desired-state=running --format '{{{{.ID}}}} {{{{.Node}}}} {{{{.CurrentState}}}}' {service}",
    )
    rows = [line.split() for line in listed.splitlines()]
    return {row[0]: row[1] for row in rows if row[2] == "Running"}


def spread(hosts: Hosts, service: str) -> dict[str, int]:
    return dict(Counter(tasks(hosts, service).values()))


def create(hosts: Hosts, name: str, replicas: int, options: str = "", what: str = BUSYBOX) -> None:
    hosts.docker("manager1", f"service create {QUICK} --replicas {replicas} --name {name} {options} {what}")
    wait_until(lambda: len(tasks(hosts, name)) == replicas)


def test_tasks_are_spread_over_a_node_that_came_back(swarm: Hosts) -> None:
    for node, zone in (("manager1", "a"), ("worker1", "a"), ("worker2", "b")):
        swarm.docker("manager1", f"node update --label-add zone={zone} {node}")
    create(swarm, "web", 6)
    create(swarm, "even", 2)
    create(swarm, "pinned", 3, "--constraint node.hostname==manager1")
    create(swarm, "zones", 6, "--placement-pref spread=node.labels.zone")
    assert spread(swarm, "web") == {"manager1": 3, "worker1": 3}
    assert spread(swarm, "zones") == {"manager1": 3, "worker1": 3}
    swarm.docker("manager1", "node update --availability active worker2")
    untouched = {name: tasks(swarm, name) for name in ("even", "pinned")}

    unknown = play(swarm, "rebalance", swarm_services="web,wbe")
    assert not unknown.succeeded
    assert "there is no service wbe" in unknown.words
    four_runs(swarm, "rebalance", lambda: (tasks(swarm, "web"), tasks(swarm, "zones")))

    assert spread(swarm, "web") == {"manager1": 2, "worker1": 2, "worker2": 2}
    # As it prefers, which is uneven: it was tried once, and no run after it tries again.
    assert spread(swarm, "zones")["worker2"] == 3
    again = play(swarm, "rebalance")
    assert "Service zones is unevenly spread" in again.words, again.text
    assert {name: tasks(swarm, name) for name in untouched} == untouched


def test_only_the_services_that_are_named_are_rebalanced(swarm: Hosts) -> None:
    create(swarm, "one", 4)
    create(swarm, "two", 4)
    swarm.docker("manager1", "node update --availability active worker2")
    left = tasks(swarm, "one")
    done = play(swarm, "rebalance", swarm_services="two")
    assert done.succeeded, done.text
    assert done.changed == 1, done.text
    assert sorted(spread(swarm, "two").values()) == [1, 1, 2]
    assert tasks(swarm, "one") == left
    for node, before in (("manager1", 2), ("worker1", 2), ("worker2", 0)):
        row = f"{'two':32} {node:24} {before:7} {spread(swarm, 'two')[node]:7}"
        assert row in done.text, done.text


def test_a_rollout_that_fails_ends_the_run(swarm: Hosts) -> None:
    """The directory that the first service needs is missing on the node that came."""
    for host in ("manager1", "worker1"):
        swarm.console(host, "mkdir -p /srv/needed")
    create(swarm, "first", 4, "--mount type=bind,src=/srv/needed,dst=/needed")
    create(swarm, "second", 4)
    swarm.docker("manager1", "node update --availability active worker2")
    left = tasks(swarm, "second")
    failed = play(swarm, "rebalance")
    assert not failed.succeeded
    assert "the update was paused" in failed.words, failed.text
    assert "first" in failed.words
    assert "/srv/needed" in failed.words
    assert tasks(swarm, "second") == left


def test_what_is_waited_for_is_shown_meanwhile(swarm: Hosts) -> None:
    """A service whose tasks take some seconds to end; nothing is shown where there is nothing to wait for."""
    create(swarm, "slow", 2, "--stop-grace-period 8s")
    shown = re.compile(r"^manager1: (drain|(?:end of )?rebalance of slow) after \d+ s: (.*)$", re.MULTILINE)

    checked = play(swarm, "drain", "--check", swarm_target="worker1")
    drained = play(swarm, "drain", swarm_target="worker1")
    again = play(swarm, "drain", swarm_target="worker1")
    assert (checked.succeeded, drained.succeeded, drained.changed, again.changed) == (True, True, 1, 0), drained.text
    assert ("drain", "still running: slow on worker1") in shown.findall(drained.text), drained.text
    assert shown.findall(checked.text + again.text) == []

    swarm.docker("manager1", "node update --availability active worker1")
    spread_again = play(swarm, "rebalance")
    assert (spread_again.succeeded, spread_again.changed) == (True, 1), spread_again.text
    lines = shown.findall(spread_again.text)
    assert any(what == "rebalance of slow" and words.startswith("slow 0/2 running") for what, words in lines), lines
    assert any(what == "end of rebalance of slow" for what, words in lines) or len(lines) > 1
    assert sorted(spread(swarm, "slow").values()) == [1, 1]
