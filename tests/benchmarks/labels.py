# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels of nodes, and what is told of a swarm."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.benchmarks.hosts import Commands, Hosts, answering
from tests.benchmarks.measure import LIMIT, OURS, PEER, Measure, Row
from tests.doubles import EngineDouble

MANY = 1000
# The peer takes a task for each node. What it takes for all is scaled from a few: minutes would pass otherwise.
SAMPLE = 10


def real(hosts: Hosts) -> Iterator[Row]:
    labels = {name: {"zone": name[-1], "kind": name[:-1]} for name in hosts.names}

    def ours() -> float:
        return hosts.time_unchanged("ours_labels", labels=labels)

    def peer() -> float:
        return hosts.time_unchanged("peer_labels", labels=labels)

    hosts.play("ours_labels", labels=labels)
    yield Row(
        f"labels of {len(labels)} nodes",
        {OURS: ours, PEER: peer, LIMIT: lambda: hosts.ping("manager1")},
        times_faster=4,
        times_limit=2,
        limit="ping",
    )
    yield _requests(hosts, f"labels of {len(labels)} nodes", ours, peer)
    yield _requests(
        hosts,
        f"info of a swarm of {len(labels)} nodes",
        lambda: hosts.time("ours_info"),
        lambda: hosts.time("peer_info"),
    )


def _requests(hosts: Hosts, name: str, ours: Measure, peer: Measure) -> Row:
    counts = {OURS: lambda: hosts.count_requests(ours), PEER: lambda: hosts.count_requests(peer)}
    return Row(f"API requests: {name}", counts, times_faster=1, unit="requests")


def many(commands: Commands) -> Iterator[Row]:
    """On the double of an Engine, which has as many nodes as one wants."""
    double = EngineDouble(nodes=MANY)
    hosts = {f"host{number}": {"zone": str(number % 3)} for number in range(1, MANY + 1)}
    # The double finds nodes by their IDs alone when one is asked for, as the peer does.
    nodes = json.loads(double.answer("GET", "/nodes", {}, None)[1])
    sample = {node["ID"]: hosts[node["Description"]["Hostname"]] for node in nodes[:SAMPLE]}
    with answering(double) as where:

        def peer() -> float:
            few = commands.time_unchanged("peer_labels", labels=dict(list(sample.items())[:1]), **where)
            some = commands.time_unchanged("peer_labels", labels=sample, **where)
            return few + (some - few) / (SAMPLE - 1) * (MANY - 1)

        commands.play("ours_labels", labels=hosts, **where)
        yield Row(
            f"labels of {MANY} nodes",
            {
                OURS: lambda: commands.time_unchanged("ours_labels", labels=hosts, **where),
                PEER: peer,
                LIMIT: lambda: commands.ping("localhost"),
            },
            times_faster=100,
            times_limit=2,
            limit="ping",
            note=f"on a double of the Engine; the peer's time is scaled from tasks for {SAMPLE} nodes",
        )
