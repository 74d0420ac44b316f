# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the cost of one task grows with the number of services and nodes, on a double of the Engine."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from typing import Any

from tests.benchmarks.deploy import compose, written
from tests.benchmarks.hosts import HERE, WORK, Commands, answering, here
from tests.benchmarks.measure import Say
from tests.doubles import EngineDouble

SERVICES = (1, 20, 50, 200, 500)
NODES = (5, 100, 1000, 5000)
ROUNDS = 3
RECORD = WORK / "interpreter.jsonl"

# Size, and what it costs: see `cost`.
Point = dict[str, float]


def curves(say: Say) -> dict[str, list[Point]]:
    """Of tasks that find nothing to do."""
    return {
        "services": [cost(say, f"{size} services", *deployment(size), size) for size in SERVICES],
        "nodes": [cost(say, f"{size} nodes", *labels(size), size) for size in NODES],
    }


def deployment(size: int) -> tuple[EngineDouble, str, dict[str, Any]]:
    file = str(written(f"growth{size}", compose(size)))
    return EngineDouble(nodes=5), "ours_deploy", {"stack": "growth", "compose": file}


def labels(size: int) -> tuple[EngineDouble, str, dict[str, Any]]:
    wished = {f"host{number}": {"zone": str(number % 3)} for number in range(1, size + 1)}
    return EngineDouble(nodes=size), "ours_labels", {"labels": wished}


def cost(say: Say, name: str, double: EngineDouble, play: str, variables: dict[str, Any], size: int) -> Point:
    """Seconds of the command; of the module on the node: memory in MiB, requests, and kB that travel to it."""
    commands = here()
    with answering(double) as where:
        options = {**where, **variables}
        commands.play(play, **options)
        times = [commands.time_unchanged(play, **options) for _round in range(ROUNDS)]
        double.requests.clear()
        seen = watched(lambda watching: watching.time_unchanged(play, **options))
        requests = len(double.requests)
    point = {
        "size": size,
        "seconds": round(statistics.median(times), 3),
        "memory": round(max(call["kib"] for call in seen) / 1024, 1),
        "requests": requests,
        "payload": round(sum(call["bytes"] for call in seen) / 1000),
    }
    say(f"  {name}: {point['seconds']} s, {point['memory']} MiB, {requests} requests, {point['payload']} kB")
    return point


def watched(action: Callable[[Commands], object]) -> list[dict[str, int]]:
    """What interpreter.py saw meanwhile, which runs the modules in the place of Python."""
    RECORD.unlink(missing_ok=True)
    interpreter = WORK / "interpreter"
    interpreter.write_text(f'#!/bin/sh\nexec {sys.executable} {HERE / "interpreter.py"} "$@"\n', encoding="utf-8")
    interpreter.chmod(0o755)
    commands = here()
    commands.environment |= {"BENCH_RECORD": str(RECORD), "BENCH_PYTHON": sys.executable}
    commands.variables = {"ansible_python_interpreter": str(interpreter)}
    action(commands)
    return [json.loads(line) for line in RECORD.read_text(encoding="utf-8").splitlines()]
