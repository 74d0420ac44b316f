# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deployments of stacks."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.hosts import WORK, Hosts
from tests.benchmarks.measure import LIMIT, OURS, PEER, Row, seconds

SMALL, LARGE = 20, 200
# What is measured is the time until all tasks run. By default everybody watches them for five seconds more.
MONITOR = "100ms"
CONFIG = "benchmark\n"
IMAGES = ("registry:5000/busybox:1", "registry:5000/busybox:2")


def compose(count: int, changed: str = IMAGES[0], **deploy: Any) -> dict[str, Any]:
    """Services that share a network and a config; the first of them has the image `changed`."""

    def service(number: int) -> dict[str, Any]:
        return {
            "image": changed if number == 0 else IMAGES[0],
            "command": ["sleep", "1000000"],
            "stop_signal": "SIGKILL",
            "environment": {"NUMBER": str(number)},
            "networks": ["net"],
            "configs": ["conf"],
            "deploy": {"replicas": 1, "endpoint_mode": "dnsrr", "update_config": {"monitor": MONITOR}, **deploy},
        }

    return {
        "services": {f"s{number}": service(number) for number in range(count)},
        "networks": {"net": {"driver": "overlay"}},
        "configs": {"conf": {"file": "./conf.txt"}},
    }


def written(name: str, content: dict[str, Any]) -> Path:
    """A Compose file, with what it refers to beside it. Nodes have the latter already, where the peer reads it."""
    directory = WORK / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "conf.txt").write_text(CONFIG, encoding="utf-8")
    file = directory / "compose.yml"
    file.write_text(json.dumps({"version": "3.8", **content}), encoding="utf-8")
    return file


class Stack:
    """The same Compose file as a stack of each contender, since each has its own idea of what a service is."""

    def __init__(self, hosts: Hosts, name: str, file: Path) -> None:
        self.hosts = hosts
        self.name = name
        self.file = str(file)

    def ours(self, unchanged: bool = False) -> float:
        time = self.hosts.time_unchanged if unchanged else self.hosts.time
        return time("ours_deploy", stack=f"{self.name}-ours", compose=self.file)

    def peer(self, unchanged: bool = False, detach: bool = True) -> float:
        time = self.hosts.time_unchanged if unchanged else self.hosts.time
        return time("peer_deploy", stack=f"{self.name}-peer", compose=self.file, detach=detach)


def unchanged(hosts: Hosts) -> Iterator[Row]:
    yield from _unchanged(hosts, SMALL, 3, 2)
    # Without replicas, because two hundred containers are no part of what is measured.
    yield from _unchanged(hosts, LARGE, 10, 3, replicas=0)


def _unchanged(hosts: Hosts, count: int, times_faster: float, times_limit: float, **deploy: Any) -> Iterator[Row]:
    stack = Stack(hosts, f"noop{count}", written(f"noop{count}", compose(count, **deploy)))
    stack.ours()
    stack.peer()
    hosts.raw("running", stack=f"{stack.name}-{PEER}", count=count)
    ours, peer = partial(stack.ours, unchanged=True), partial(stack.peer, unchanged=True)
    yield Row(
        f"no-op deploy of {count} services",
        {OURS: ours, PEER: peer, LIMIT: lambda: hosts.ping("manager1")},
        times_faster,
        times_limit,
        "ping",
        note="services without replicas" if "replicas" in deploy else "",
    )
    yield Row(
        f"API requests: no-op deploy of {count} services",
        {OURS: lambda: hosts.count_requests(ours), PEER: lambda: hosts.count_requests(peer)},
        times_faster=1,
        unit="requests",
    )
    for contender in (OURS, PEER):
        hosts.remove_stack(f"{stack.name}-{contender}")


def changed(hosts: Hosts) -> Iterator[Row]:
    """Images take turns, so that there is a change in each round."""
    stacks = [
        Stack(hosts, "change", written(f"change{number}", compose(SMALL, changed=image)))
        for number, image in enumerate(IMAGES)
    ]
    stacks[0].ours()
    stacks[0].peer()
    hosts.raw("running", stack=f"change-{PEER}", count=SMALL)
    alone = Stack(hosts, "alone", written("alone", compose(1)))
    alone.ours()
    turns = dict.fromkeys((OURS, PEER, LIMIT), 0)

    def turn(contender: str) -> None:
        turns[contender] = 1 - turns[contender]

    def ours() -> float:
        return stacks[turns[OURS]].ours()

    def limit() -> float:
        image = IMAGES[turns[LIMIT]]
        return seconds(lambda: hosts.raw("update", service="alone-ours_s0", image=image)) + 2 * hosts.ping("manager1")

    yield Row(
        f"one changed image in {SMALL} services",
        {
            OURS: ours,
            PEER: lambda: stacks[turns[PEER]].peer(detach=False),
            LIMIT: limit,
        },
        times_faster=1,
        times_limit=1,
        limit="the Engine's time for the same update + 2 x ping",
        before=turn,
    )
    for name in ("change-ours", "change-peer", "alone-ours"):
        hosts.remove_stack(name)


def first(hosts: Hosts) -> Iterator[Row]:
    stack = Stack(hosts, "first", written("first", compose(SMALL)))
    stack.ours()
    specs = json.loads(hosts.raw("specs", stack="first-ours"))
    content = base64.b64encode(CONFIG.encode()).decode()

    def remove(contender: str) -> None:
        for name in (OURS, PEER, LIMIT):
            hosts.remove_stack(f"first-{name}")
        hosts.console("manager1", "docker config rm first-limit_conf", check=False)

    yield Row(
        f"first deploy of {SMALL} services to all running",
        {
            OURS: stack.ours,
            PEER: lambda: stack.peer(detach=False),
            LIMIT: lambda: seconds(lambda: hosts.raw("deploy", stack="first-limit", specs=specs, config=content)),
        },
        times_faster=1,
        times_limit=1.3,
        limit="posting the same specs and polling",
        before=remove,
    )
    remove(OURS)
