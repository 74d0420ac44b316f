# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placement constraints, as the swarm evaluates them (swarmkit manager/constraint/constraint.go).

Needed for global services alone: how many tasks they want is not written anywhere.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

Node = Mapping[str, Any]

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def eligible(node: Node, constraints: Iterable[str]) -> bool:
    """Whether all constraints hold for a node. A constraint that cannot be read holds for none."""
    return all(_holds(node, constraint) for constraint in constraints)


def _holds(node: Node, constraint: str) -> bool:
    for operator in ("==", "!="):
        key, found, value = constraint.partition(operator)
        if found:
            return _matches(node, key.strip(), value.strip()) == (operator == "==")
    return False


def _matches(node: Node, key: str, value: str) -> bool:
    if key.lower() == "node.ip":
        return _has_address((node.get("Status") or {}).get("Addr") or "", value)
    actual = _value(node, key)
    return actual is not None and actual.lower() == value.lower()


def _value(node: Node, key: str) -> str | None:
    spec, description = node.get("Spec") or {}, node.get("Description") or {}
    platform, engine = description.get("Platform") or {}, description.get("Engine") or {}
    name = key.lower()
    for prefix, labels in (("node.labels.", spec.get("Labels")), ("engine.labels.", engine.get("Labels"))):
        if name.startswith(prefix):
            return str((labels or {}).get(key[len(prefix) :], ""))
    architecture = platform.get("Architecture") or ""
    plain = {
        "node.id": node.get("ID"),
        "node.hostname": description.get("Hostname"),
        "node.role": spec.get("Role"),
        "node.platform.os": platform.get("OS"),
        "node.platform.arch": ARCHITECTURES.get(architecture.lower(), architecture),
    }
    return plain.get(name)


def _has_address(address: str, value: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
