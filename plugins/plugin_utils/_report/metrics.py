# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status of a swarm in Prometheus' text format, as the textfile collector of the node exporter reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]
Sample = tuple[Mapping[str, Any], float]

_PREFIX = "apiary_swarm_"
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def metrics(data: Row) -> str:
    """`data` is that of report_data. What is not known has no sample, and a metric without samples is left out."""
    nodes = [node for zone in data["zones"] for role in ("managers", "workers") for node in zone[role]]
    families = [*_of_swarm(data), *_of_nodes(nodes), *_of_services(data["services"])]
    return "".join(_family(name, words, samples) for name, words, samples in families if samples)


def _of_swarm(data: Row) -> list[tuple[str, str, list[Sample]]]:
    quorum = data["quorum"]
    end = data["root_ca_not_after"]
    return [
        ("report_timestamp_seconds", "When this was read.", [({}, _seconds(data["generated_at"]))]),
        ("info", "The swarm.", [({"cluster_id": data["cluster_id"]}, 1)]),
        ("problems", "What does not work.", [({}, len(data["problems"]))]),
        ("warnings", "What should be looked at.", [({}, len(data["warnings"]))]),
        ("managers", "Managers in the raft group.", [({}, quorum["managers"])]),
        ("managers_reachable", "Managers that are reachable.", [({}, quorum["reachable"])]),
        ("managers_can_lose", "Managers that may still fail.", [({}, quorum["can_lose"])]),
        ("has_quorum", "Whether a majority of the managers is reachable.", [({}, quorum["holds"])]),
        ("root_ca_not_after_timestamp_seconds", "When the root CA runs out.", [({}, _seconds(end))] if end else []),
    ]


def _of_nodes(nodes: Sequence[Row]) -> list[tuple[str, str, list[Sample]]]:
    constant = ("role", "availability", "state", "zone", "address", "engine_version", "host")
    tasks: list[Sample] = [
        ({**_node(node), "state": state}, count)
        for node in nodes
        for state, count in sorted(Counter(task["state"] for task in node["tasks"]).items())
    ]
    ends: list[Sample] = [
        (_node(node), _seconds(node["certificate_not_after"])) for node in nodes if node["certificate_not_after"]
    ]
    return [
        ("node_info", "A node.", [({**_node(node), **{key: node[key] for key in constant}}, 1) for node in nodes]),
        ("node_up", "Whether it is ready, and reachable if it is a manager.", [(_node(n), n["well"]) for n in nodes]),
        ("node_leader", "Whether it leads the managers.", [(_node(node), node["leader"]) for node in nodes]),
        ("node_tasks", "Its tasks that are not history.", tasks),
        ("node_certificate_not_after_timestamp_seconds", "When its certificate runs out.", ends),
    ]


def _of_services(services: Sequence[Row]) -> list[tuple[str, str, list[Sample]]]:
    return [
        (f"service_{name}", words, [(_service(service), service[key]) for service in services])
        for name, key, words in (
            ("tasks_wanted", "wanted", "How many tasks it is to have; of a job, how many are to complete."),
            ("tasks_running", "running", "How many tasks of its current spec run; of a job, how many completed."),
            ("converged", "converged", "Whether it has all of its tasks and they have stayed."),
        )
    ]


def _node(node: Row) -> dict[str, Any]:
    return {"node_id": node["id"], "node": node["name"]}


def _service(service: Row) -> dict[str, Any]:
    return {"service": service["name"], "stack": service["stack"], "mode": service["mode"]}


def _seconds(moment: str) -> float:
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def _family(name: str, words: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {_PREFIX}{name} {words}", f"# TYPE {_PREFIX}{name} gauge"]
    lines += [f"{_PREFIX}{name}{_labels(labels)} {float(value):.16g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, Any]) -> str:
    inside = ",".join(f'{name}="{str(value).translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""
