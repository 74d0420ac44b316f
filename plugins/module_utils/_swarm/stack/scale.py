# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be written so that services have as many tasks as is wished: a pure function of what was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import ABSENT, Change, Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import (
    MODES,
    Object,
    State,
    mode_of,
    replicas,
)

# Where a spec has the number, by mode. That of a job counts how often it is to complete, as for docker service scale.
_NUMBERS = {"Replicated": "Replicas", "ReplicatedJob": "TotalCompletions"}
_PATH = "deploy.replicas"


def read_wishes(services: Mapping[str, Any]) -> dict[str, int]:
    """The option: full name -> replicas. One SwarmError names all that is wrong in it.

    Numbers may be texts, because templates make texts of them.
    """
    wishes: dict[str, int] = {}
    problems: list[str] = []
    for name, value in services.items():
        text = str(value)
        if isinstance(value, (int, str)) and text.isascii() and text.isdigit():
            wishes[str(name)] = int(text)
        else:
            problems.append(f"services[{name}] must be a number of replicas from 0 on, not {value!r}")
    if problems:
        raise SwarmError("; ".join(problems) + ". Nothing was changed.", "Correct the options.")
    return wishes


def decide(wishes: Mapping[str, int], state: State) -> Plan:
    """One update for each service with another number; or one error that names all services that cannot be scaled."""
    if state.blank:
        foreseen = [_step(name, ABSENT, number) for name, number in sorted(wishes.items())]
        return Plan(tuple(foreseen), state.warnings)
    found = {service["Spec"]["Name"]: service for service in state.services}
    missing = sorted(set(wishes) - set(found))
    problems = [f"there is no service {', '.join(missing)}"] if missing else []
    problems += [
        f"service {name} is {MODES[mode_of(found[name]['Spec'])]}, "
        "and only replicated and replicated-job services have a number of replicas"
        for name in sorted(set(wishes) & set(found))
        if mode_of(found[name]["Spec"]) not in _NUMBERS
    ]
    if problems:
        raise SwarmError(
            f"Services cannot be scaled: {'; '.join(problems)}. Nothing was changed.",
            "Services are named by their full names, such as shop_web (docker service ls).",
        )
    return Plan(
        tuple(
            _step(name, replicas(found[name]["Spec"]), number, found[name])
            for name, number in sorted(wishes.items())
            if replicas(found[name]["Spec"]) != number
        )
    )


def _step(name: str, before: Any, number: int, service: Object | None = None) -> Step:
    payload = service and {
        "id": service["ID"],
        "version": service["Version"]["Index"],
        "spec": _scaled(service["Spec"], number),
    }
    return Step("update", "service", name, changes=(Change(_PATH, before, number),), payload=payload)


def _scaled(spec: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The complete spec with another number."""
    mode = mode_of(spec)
    settings = (spec.get("Mode") or {}).get(mode) or {}
    return {**spec, "Mode": {mode: {**settings, _NUMBERS[mode]: number}}}
