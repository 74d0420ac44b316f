# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done so that a stack is as wished: a pure function of what was found.

The order: what is in the way goes, then networks, secrets, configs and services come, and when the services have
converged, what is no longer needed goes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import (
    blobs,
    compare,
    fields,
    images,
    networks,
    normalise,
    prune,
    rotate,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.blobs import Choice
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import (
    Object,
    State,
    Wish,
    container_of,
)

Choices = Mapping[tuple[str, str], Choice]


def decide(wish: Wish, state: State) -> Plan:
    """The plan, or one error that names everything that stands in its way."""
    network = networks.decide(wish, state)
    contents = blobs.decide(wish, state)
    service_steps, service_problems, service_warnings = _services(wish, state, contents.choices, network.moved)
    problems = [*network.problems, *contents.problems, *service_problems]
    if problems:
        raise SwarmError(
            f"Stack {wish.stack} cannot be deployed: {'; '.join(problems)}.",
            "Nothing was changed. Correct the Compose file, or what is in its way.",
        )
    unneeded = prune.leftovers(wish, state, contents.choices)
    if not wish.wait and service_steps:
        # Whether the new versions serve is not known yet, and a rollback needs the old ones.
        unneeded = [item for item in unneeded if item.reason != prune.OLD_VERSION]
    urgent = prune.in_the_way(wish, state, networks.replaced(wish, state))
    removals, prune_warnings = prune.steps(unneeded, wish, state, urgent)
    first = [step for step in removals if step.payload["first"]]
    last = [step for step in removals if not step.payload["first"]]
    return Plan(
        (*first, *network.removals, *network.creations, *contents.steps, *service_steps, *last),
        (*wish.warnings, *state.warnings, *network.warnings, *service_warnings, *prune_warnings),
    )


def _services(
    wish: Wish, state: State, choices: Choices, moved: Collection[str]
) -> tuple[list[Step], list[str], list[str]]:
    steps, problems, lost = [], [], set()
    configs = {item["ID"]: rotate.name_of(item) for item in state.configs}
    taken = {item["Spec"]["Name"] for item in state.others}
    for name in sorted(wish.services):
        current = state.service(name)
        spec, missing = desired(wish, state, name, current, choices)
        lost.update(missing)
        problems += [
            f"service {name} has {what}, which this Engine does not know" for what in fields.refused(spec, state.api)
        ]
        if current is None and name in taken:
            problems.append(f"service {name} exists and does not belong to stack {wish.stack}")
        elif current is None or name in moved:
            steps.append(Step("create", "service", name, payload={"spec": spec}))
        else:
            before = normalise.service(current["Spec"], state.network_names, configs)
            after = normalise.service(spec, state.network_names, configs)
            if set(before["Mode"]) != set(after["Mode"]):
                modes = f"{next(iter(before['Mode']))} to {next(iter(after['Mode']))}"
                problems.append(f"service {name} cannot be changed from mode {modes}: it has to be removed first")
            changes = compare.changes(before, after)
            if changes or name in state.stalled:
                payload = {
                    "id": current["ID"],
                    "version": current["Version"]["Index"],
                    "spec": spec,
                    "previous": current["Spec"],
                }
                reason = "" if changes else "its update was paused"
                steps.append(Step("update", "service", name, reason, changes, payload))
    version = ".".join(map(str, state.api))
    warnings = (
        [f"The Engine (API {version}) does not know, so they are left out: {', '.join(sorted(lost))}."] if lost else []
    )
    return steps, problems, warnings


def desired(
    wish: Wish, state: State, name: str, current: Object | None, choices: Choices
) -> tuple[dict[str, Any], list[str]]:
    """The spec to send for a service, and the fields that the Engine does not know.

    IDs of secrets and configs that are still to be created are empty.
    """
    spec, lost = fields.known(wish.services[name], state.api)
    old = current["Spec"] if current else None
    spec = images.placed(spec, old, state.images.get(images.of(spec)))
    task = dict(spec["TaskTemplate"])
    forced = ((old or {}).get("TaskTemplate") or {}).get("ForceUpdate")
    if forced:
        task["ForceUpdate"] = forced
    task["ContainerSpec"] = referring(container_of(spec), choices)
    return {**spec, "TaskTemplate": task}, lost


def referring(container: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """The container's spec with the chosen versions of its secrets and configs."""
    filled = dict(container)
    for kind, key in (("secret", "Secret"), ("config", "Config")):
        if filled.get(f"{key}s"):
            chosen = [choices[kind, item[f"{key}Name"]] for item in filled[f"{key}s"]]
            filled[f"{key}s"] = [
                {**item, f"{key}Name": choice.name, f"{key}ID": choice.id}
                for item, choice in zip(filled[f"{key}s"], chosen)
            ]
    credential = ((filled.get("Privileges") or {}).get("CredentialSpec")) or {}
    if credential.get("Config"):
        choice = choices["config", credential["Config"]]
        named = {**credential, "Config": choice.id or choice.name}
        filled["Privileges"] = {**filled["Privileges"], "CredentialSpec": named}
    return filled
