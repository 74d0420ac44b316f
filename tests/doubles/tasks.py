# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of services, which follow from their specs: all are where they should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LONG_AGO = "2020-01-01T00:00:00.000000000Z"

Object = Mapping[str, Any]


def tasks_of(service: Object, nodes: Sequence[Object]) -> list[dict[str, Any]]:
    (mode, settings), *_others = service["Spec"]["Mode"].items()
    is_job = mode.endswith("Job")
    if mode.startswith("Global"):
        places = [(node["ID"], {"NodeID": node["ID"]}) for node in nodes if node["Spec"]["Availability"] == "active"]
    else:
        count = settings["TotalCompletions"] if is_job else settings["Replicas"]
        places = [(str(slot), {"Slot": slot, "NodeID": nodes[slot % len(nodes)]["ID"]}) for slot in range(1, count + 1)]
    state = "complete" if is_job else "running"
    return [
        {
            # An update replaces the tasks.
            "ID": f"task-{service['ID']}-{service['Version']['Index']}-{name}",
            "ServiceID": service["ID"],
            "DesiredState": state,
            "Status": {"State": state, "Timestamp": LONG_AGO},
            **({"JobIteration": service["Version"]} if is_job else {}),
            **place,
        }
        for name, place in places
    ]


def status_of(tasks: Sequence[Object]) -> dict[str, int]:
    """`ServiceStatus`, which lists of services have on request."""
    running = sum(task["Status"]["State"] == "running" for task in tasks)
    return {"RunningTasks": running, "DesiredTasks": len(tasks), "CompletedTasks": len(tasks) - running}
