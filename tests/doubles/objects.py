# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all objects of the double have in common, and its nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Object = dict[str, Any]


def new_node(number: int) -> Object:
    role = "manager" if number == 1 else "worker"
    address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    manager = {"Leader": True, "Reachability": "reachable", "Addr": f"{address}:2377"}
    return {
        "Spec": {"Role": role, "Availability": "active", "Labels": {}},
        "Description": {"Hostname": f"host{number}", "Platform": {"Architecture": "x86_64", "OS": "linux"}},
        "Status": {"State": "ready", "Addr": address},
        **({"ManagerStatus": manager} if number == 1 else {}),
    }


def id_of(item: Object) -> str:
    return str(item.get("Id") or item["ID"])


def name_of(item: Object) -> str:
    return str(item.get("Name") or item.get("Spec", {}).get("Name"))


def matches(item: Object, filters: Mapping[str, Iterable[str]]) -> bool:
    """All filters must hold, of each one any value: names and IDs by their beginning, labels all of them."""
    labels = (item.get("Spec") or item).get("Labels") or {}
    pairs = {*labels, *(f"{key}={value}" for key, value in labels.items())}
    tests = {
        "label": lambda wanted: set(wanted) <= pairs,
        "name": lambda wanted: any(name_of(item).startswith(name) for name in wanted),
        "id": lambda wanted: any(id_of(item).startswith(name) for name in wanted),
    }
    return all(tests[key](wanted) for key, wanted in filters.items())
