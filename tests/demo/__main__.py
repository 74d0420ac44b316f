# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo made, on one page: python -m tests.demo."""

from __future__ import annotations

import urllib.request
from collections import Counter
from typing import Any

from tests.lab.engine_api import get
from tests.lab.state import Lab

LAB = "default"
PORT = 8080


def main() -> None:
    lab = Lab.load(LAB)
    manager = lab.group("swarm_managers")[0].name
    nodes = sorted(get(lab, manager, "/nodes"), key=lambda node: node["Description"]["Hostname"])
    services = sorted(get(lab, manager, "/services"), key=lambda service: service["Spec"]["Name"])
    tasks = get(lab, manager, "/tasks", **{"desired-state": ["running"]})
    print(table(["NODE", "ADDRESS", "ENGINE", "STATE", "AVAILABILITY", "ROLE", "LABELS"], map(node_row, nodes)))
    running = Counter(task["ServiceID"] for task in tasks if task["Status"]["State"] == "running")
    print(table(["SERVICE", "IMAGE", "REPLICAS", "NODES"], [service_row(s, running, tasks, nodes) for s in services]))
    front = [task["NodeID"] for task in tasks if "demo_web" in names(services, task["ServiceID"])]
    addresses = [host.address for node in nodes if node["ID"] in front for host in [lab.host(hostname(node))]]
    for address in sorted(set(addresses)):
        url = f"http://{address}:{PORT}/cgi-bin/index.cgi"
        with urllib.request.urlopen(url, timeout=10) as answer:
            print(f"{url}\n  " + answer.read().decode().strip().replace("\n", "\n  "))
    print(f"\nA shell on a host:    .cache/venv/bin/python -m tests.lab ssh {manager}")
    print("The site once more:   make demo")
    print("Remove it all:        make demo-down")


def hostname(node: dict[str, Any]) -> str:
    return node["Description"]["Hostname"]


def names(services: list[dict[str, Any]], service_id: str) -> list[str]:
    return [service["Spec"]["Name"] for service in services if service["ID"] == service_id]


def node_row(node: dict[str, Any]) -> list[str]:
    manager = node.get("ManagerStatus", {})
    role = "leader" if manager.get("Leader") else "manager" if manager else "worker"
    labels = ", ".join(f"{key}={value}" for key, value in sorted((node["Spec"].get("Labels") or {}).items()))
    return [
        hostname(node),
        node["Status"].get("Addr", ""),
        node["Description"]["Engine"]["EngineVersion"],
        node["Status"]["State"],
        node["Spec"]["Availability"],
        role + (f" ({manager['Reachability']})" if manager else ""),
        labels,
    ]


def service_row(service: dict[str, Any], running: Counter[str], tasks: list[dict[str, Any]], nodes: Any) -> list[str]:
    wanted = service["Spec"]["Mode"].get("Replicated", {}).get("Replicas", len(nodes))
    places = {task["NodeID"] for task in tasks if task["ServiceID"] == service["ID"]}
    image = service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"].partition("@")[0]
    return [
        service["Spec"]["Name"],
        image,
        f"{running[service['ID']]}/{wanted}",
        ", ".join(hostname(node) for node in nodes if node["ID"] in places),
    ]


def table(header: list[str], rows: Any) -> str:
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    text = ("   ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    main()
