# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Swarms of any size, as the status page gets them from modules."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report
from ansible_collections.apiary.swarm.plugins.plugin_utils._report.data import DAY, Seen, report_data

NOW = 1_795_600_000  # 2026-11-25T09:46:40Z
WEEKS_AGO, IN_WEEKS = NOW - 21 * DAY, NOW + 69 * DAY


def node(name, **more):
    return {
        "id": f"id-{name}",
        "name": name,
        "role": "worker",
        "leader": False,
        "state": "ready",
        "availability": "active",
        "reachability": "",
        "address": "192.0.2.1",
        "engine_version": "28.5.2",
        "labels": {},
        "os": "linux",
        "architecture": "x86_64",
        "nano_cpus": 8 * 10**9,
        "memory_bytes": 32 * 2**30,
        "tasks": [],
        **more,
    }


def manager(name, **more):
    return node(name, **{"role": "manager", "reachability": "reachable", **more})


def task(service="shop_web", state="running", **more):
    return {"service": service, "slot": 1, "state": state, "desired_state": "running", "error": "", **more}


def service(name="shop_web", **more):
    return {
        "name": name,
        "stack": name.partition("_")[0],
        "mode": "Replicated",
        "image": "registry.example.com/shop/web:1.4@sha256:0123",
        "running": 2,
        "completed": 0,
        "wanted": 2,
        "ports": [],
        "update_status": {"state": ""},
        "converged": True,
        "errors": [],
        **more,
    }


def host(of, **more):
    """What the host of a node reports."""
    is_manager = of["role"] == "manager"
    return Report(
        of["name"],
        heard=True,
        local_state="active",
        role=of["role"],
        node_id=of["id"],
        cluster_id="cluster",
        has_quorum=is_manager,
        **more,
    )


def seen(nodes, services=(), **more):
    reports = {item["name"]: host(item) for item in nodes}
    return Seen(at=NOW, said={"nodes": list(nodes), "services": list(services)}, **{"reports": reports, **more})


def troubled(size):
    """The data of a swarm of this size with all that can be wrong with it."""
    count = 3 if size < 50 else 7
    nodes = []
    for number in range(1, size + 1):
        role = {"role": "manager", "reachability": "reachable"} if number <= count else {}
        states = ["running"] * (number % 6) + ["failed"] * (number % 7 == 3) + ["preparing"] * (number % 11 == 4)
        tasks = [task(f"stack_service-{place}", state, slot=number) for place, state in enumerate(states)]
        name = f"manager{number}" if role else f"worker{number - count}"
        labels = {"zone": "abc"[number % 3]} if number % 50 else {}
        nodes.append(node(name, address=f"10.0.{number // 250}.{number % 250}", labels=labels, tasks=tasks, **role))
    nodes[0]["leader"] = True
    nodes[-1].update(state="down", tasks=[])
    nodes[-2].update(availability="drain", engine_version="27.5.1")
    services = [
        service(f"stack_service-{place}", ports=[{"published": 443, "target": 8443, "protocol": "tcp", "mode": "host"}])
        for place in range(5)
    ]
    services.append(service("short", running=1, wanted=6, converged=False, errors=[{"error": "no suitable node " * 6}]))
    certificates = {item["name"]: (WEEKS_AGO, IN_WEEKS) for item in nodes}
    row = {"verdict": "warn", "check": "clock", "host": "worker1", "found": "7 s behind"}
    return report_data(
        seen(nodes, services, certificates=certificates, root=(0, NOW + 7000 * DAY), preflight={"rows": [row]})
    )
