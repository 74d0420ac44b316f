# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The networks of a stack: those to create, and those to replace because a network cannot be changed.

Neither can a network be removed while a service uses it, nor can two have the same name (swarmkit
manager/controlapi/network.go). So the services that use a network are removed with it, and created again after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import compare, normalise, rotate, subnets
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import (
    PREDEFINED_NETWORKS,
    Object,
    State,
    Wish,
    references,
)

# What is told of a network before it is allocated.
_OF_SPEC = ("Internal", "Attachable", "EnableIPv6", "Labels")


@dataclass(frozen=True)
class Networks:
    """`removals` come before all other steps. `moved`: the names of services to remove and create again."""

    removals: tuple[Step, ...]
    creations: tuple[Step, ...]
    moved: frozenset[str]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def decide(wish: Wish, state: State) -> Networks:
    removals, creations, problems, warnings = [], [], _missing_externals(wish, state), []
    users: dict[str, Object] = {}
    reasons: dict[str, str] = {}
    by_name = {item["Name"]: item for item in state.networks}
    for name in sorted(wish.networks):
        body, existing = wish.networks[name], by_name.get(name)
        request = {"Name": name, **body, "Driver": body.get("Driver") or "overlay"}
        creation = Step("create", "network", name, payload={"spec": request})
        if existing is None:
            creations.append(creation)
            continue
        if not rotate.owns_network(existing, wish.stack):
            problems.append(f"network {name} exists and does not belong to stack {wish.stack}")
            continue
        drift = _drift(body, existing)
        differences = ", ".join(map(str, drift))
        if drift and wish.recreate_networks:
            problems += _strangers(wish, state, existing)
            using = [item for item in state.services if existing["Id"] in references(item)]
            users.update({item["Spec"]["Name"]: item for item in using if item["Spec"]["Name"] in wish.services})
            reasons.update({item["Spec"]["Name"]: f"network {name} is replaced" for item in using})
            payload = {"id": existing["Id"], "first": True}
            removals.append(Step("remove", "network", name, "a network cannot be changed", drift, payload))
            creations.append(creation)
        elif drift and wish.as_cli:
            warnings.append(f"network {name} differs and stays as it is: {differences}")
        elif drift:
            problems.append(
                f"network {name} differs, and a network cannot be changed (see recreate_networks): {differences}"
            )
    going = {step.payload["id"] for step in removals}
    present = [item for item in state.networks if item.get("Scope") == "swarm" and item["Id"] not in going]
    (warnings if wish.as_cli else problems).extend(
        subnets.overlaps([step.payload["spec"] for step in creations], present)
    )
    services = [
        Step("remove", "service", name, reasons[name], payload={"id": users[name]["ID"], "first": True})
        for name in sorted(users)
    ]
    return Networks((*services, *removals), tuple(creations), frozenset(users), tuple(problems), tuple(warnings))


def replaced(wish: Wish, state: State) -> set[str]:
    """The IDs of the networks that are replaced."""
    return {step.payload["id"] for step in decide(wish, state).removals if step.kind == "network"}


def _missing_externals(wish: Wish, state: State) -> list[str]:
    problems = []
    by_name = {item["Name"]: item for item in state.networks}
    for name in wish.externals("network"):
        if name in PREDEFINED_NETWORKS or name.startswith("container:") or state.blank:
            continue
        if name not in by_name:
            problems.append(f"network {name} is declared as external, but there is none of this name")
        elif by_name[name].get("Scope") != "swarm":
            problems.append(f"external network {name} has the scope {by_name[name].get('Scope')} instead of swarm")
    return problems


def _strangers(wish: Wish, state: State, network: Object) -> list[str]:
    """Users of a network to replace whose place in the new one nobody can tell."""
    staying = [] if wish.prune else [item for item in state.services if item["Spec"]["Name"] not in wish.services]
    names = sorted(item["Spec"]["Name"] for item in (*staying, *state.others) if network["Id"] in references(item))
    return [
        f"network {network['Name']} differs, and service {name}, which is not in the file, uses it" for name in names
    ]


def _drift(body: Mapping[str, Any], existing: Object) -> tuple[Change, ...]:
    wanted, found = normalise.network(body), normalise.network(existing)
    if not wanted.get("IPAM", {}).get("Subnets"):
        # The Engine chose them.
        found.get("IPAM", {}).pop("Subnets", None)
    if not found.get("IPAM"):
        found.pop("IPAM", None)
    if not is_allocated(existing):
        found, wanted = ({key: value for key, value in side.items() if key in _OF_SPEC} for side in (found, wanted))
    return compare.changes(found, wanted)


def is_allocated(network: Object) -> bool:
    """Whether the Engine has found addresses for a network.

    Until it has, it lists neither driver nor options nor subnets (moby daemon/cluster/convert/network.go).
    """
    return bool(network.get("Driver"))
