# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From bare hosts to a swarm with a stack, and the same once more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.deploy import SMALL, compose, written
from tests.benchmarks.hosts import Hosts
from tests.benchmarks.measure import FEW_ROUNDS, LIMIT, OURS, PEER, Row, seconds
from tests.lab import lab

BARE_LAB = "bench-bare"
DAEMON = {"insecure-registries": ["registry:5000"]}
LABELS = {"zone": "{{ inventory_hostname[-1] }}", "kind": "{{ inventory_hostname[:-1] }}"}
# The packages of ours, and nothing else.
INSTALL = (
    "sudo sh -c '. /etc/os-release; [ $VERSION_ID = 12 ] || cli=docker-cli; apt-get update -qq && "
    "DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends docker.io $cli python3-docker "
    "apparmor'"
)


def ours(hosts: Hosts, time: Callable[..., float]) -> float:
    stack = {"name": "site-ours", "compose": [str(written("site", compose(SMALL)))]}
    return time(
        "apiary.swarm.site",
        docker_engine_source="distribution",
        docker_engine_daemon=DAEMON,
        swarm_node_labels=LABELS,
        swarm_stacks_list=[stack],
    )


def peer(hosts: Hosts, time: Callable[..., float], daemon: str) -> float:
    return time(
        "peer_site", stack="site-peer", compose=str(written("site", compose(SMALL))), labels=LABELS, daemon=daemon
    )


def warm(hosts: Hosts) -> Iterator[Row]:
    ours(hosts, hosts.time)
    # One file satisfies both; what is in it beside the registry is ours.
    daemon = hosts.console("manager1", "cat /etc/docker/daemon.json") + "\n"
    peer(hosts, hosts.time, daemon)
    yield Row(
        f"site, warm, {len(hosts.names)} hosts",
        {
            OURS: lambda: ours(hosts, hosts.time_unchanged),
            PEER: lambda: peer(hosts, hosts.time_unchanged, daemon),
            LIMIT: lambda: hosts.ping("all"),
        },
        times_faster=5,
        times_limit=5,
        limit="one ping of all",
        note="both end when all services run",
    )
    for contender in (OURS, PEER):
        hosts.remove_stack(f"site-{contender}")


def cold() -> Iterator[Row]:
    current: list[Hosts] = []

    def new_hosts(contender: str) -> None:
        lab.down(BARE_LAB)
        current[:] = [Hosts(lab.up(BARE_LAB))]
        current[0].ping("all")  # whoever is first does not pay for all connections

    def install() -> None:
        hosts = current[0]
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: hosts.ssh(name, INSTALL), hosts.names))

    try:
        yield Row(
            "site, cold, 5 hosts",
            {
                OURS: lambda: ours(current[0], current[0].time),
                PEER: lambda: peer(current[0], current[0].time, json.dumps(DAEMON) + "\n"),
                LIMIT: lambda: seconds(install),
            },
            times_faster=1.8,
            times_limit=1.6,
            limit="the plain parallel installation of the packages",
            before=new_hosts,
            rounds=FEW_ROUNDS,
        )
    finally:
        lab.down(BARE_LAB)
