# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts that join a swarm."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.hosts import Hosts
from tests.benchmarks.measure import LIMIT, OURS, PEER, Row, seconds


def joins(hosts: Hosts) -> Iterator[Row]:
    first, *others = hosts.names
    commands = dict.fromkeys(others, "")

    def leave(contender: str) -> None:
        """The first manager is alone in a new swarm."""
        hosts.everywhere("docker swarm leave --force", check=False)
        hosts.console(first, f"docker swarm init --advertise-addr {hosts.lab.host(first).address}")
        commands.update({name: f"sudo {hosts.join_command(name)}" for name in others})

    def by_ssh() -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: hosts.ssh(name, commands[name]), others))

    managers = len(hosts.managers) - 1
    yield Row(
        f"joining {len(others)} hosts ({managers} managers, {len(others) - managers} workers)",
        {
            OURS: lambda: hosts.time("ours_join"),
            PEER: lambda: hosts.time("peer_join"),
            LIMIT: lambda: seconds(by_ssh),
        },
        times_faster=1,
        times_limit=1.5,
        limit="the same joins by plain parallel ssh",
        before=leave,
    )
