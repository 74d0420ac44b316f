# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Healthy hosts as preflight_host and preflight_probe report them, to be spoilt one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.engine import NONE
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.kernel import BUILT_IN, Sources, features
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.checks import CHECKS
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import Finding
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Survey, Wishes, collect

NOW = 1_800_000_000.0
DAY = 86400
MEMBER = {
    **NONE,
    "running": True,
    "version": "26.1.5",
    "state": "active",
    "networks": [{"name": "ingress", "subnets": ["10.0.0.0/24"], "encrypted": False}],
}
ENCRYPTED = {"name": "private", "subnets": ["10.0.1.0/24"], "encrypted": True}

# What is spoilt: a path of keys (dots between them) in the variables of a host, and the value it gets; DELETED takes it
# away. A path that begins with "wish." is for the wishes.
Spoilt = Mapping[str, Any]
DELETED = object()


def variables(number: int, names: Sequence[str]) -> dict[str, Any]:
    """Of the host with this number, as the role has registered them."""
    others = [name for other, name in enumerate(names) if other != number]
    ports = {"tcp": {"2377": "open", "7946": "open"}, "udp": {"7946": "sent", "4789": "sent"}, "mtu": 1500}
    return {
        "__preflight_look": {"facts": facts(number)},
        "__preflight_sent": {"probes": [{"host": name, **deepcopy(ports)} for name in others]},
        "__preflight_heard": {
            "heard": [
                {"sender": other, "port": port, "source": address(other), "full": port == 4789}
                for other in range(len(names))
                if other != number
                for port in (7946, 4789)
            ]
        },
    }


def address(number: int) -> str:
    return f"192.0.2.{11 + number}"


def facts(number: int) -> dict[str, Any]:
    return {
        "hostname": f"host{number}",
        "machine_id": f"{number:032x}",
        "root": True,
        "clock": {"asked": NOW, "now": NOW + 0.5, "answered": NOW + 1, "synchronised": True},
        "addresses": [{"interface": "eth0", "address": address(number), "prefix": 24, "mtu": 1500}],
        "routes": [{"destination": "192.0.2.0/24", "interface": "eth0"}],
        "default_interface": "eth0",
        "kernel": {"release": "6.12", "features": dict.fromkeys(features(Sources()), BUILT_IN)},
        "cgroup": 2,
        "storage": {
            "path": "/var/lib/docker",
            "size": 100 * 2**30,
            "free": 50 * 2**30,
            "inodes": 1000,
            "free_inodes": 900,
        },
        "engine": dict(NONE),
        "daemon_json": {"problem": ""},
        "certificate": None,
        "updates": {"tool": "", "touches": []},
        "ports": [],
    }


def survey(spoilt: Mapping[str, Spoilt] | None = None, managers: int = 3, workers: int = 1) -> Survey:
    """Hosts m0, m1, ..., w3, ...; `spoilt` is by host, or by "all"."""
    names = [f"m{number}" for number in range(managers)] + [f"w{managers + number}" for number in range(workers)]
    hostvars = {name: variables(number, names) for number, name in enumerate(names)}
    wishes: dict[str, Any] = {}
    for host, changes in (spoilt or {}).items():
        for path, value in changes.items():
            if path.startswith("wish."):
                wishes[path[len("wish.") :]] = value
                continue
            for name in names if host == "all" else [host]:
                _set(hostvars[name], path.split("."), deepcopy(value) if value is not DELETED else value)
    return collect(hostvars, names[:managers], names[managers:], Wishes(**wishes))


def _set(place: Any, path: Sequence[str], value: Any) -> None:
    """`facts.` stands for what preflight_host told."""
    if path[0] == "facts":
        path = ["__preflight_look", *path]
    for key in path[:-1]:
        place = place[int(key)] if isinstance(place, list) else place[key]
    if value is DELETED:
        del place[path[-1]]
    elif isinstance(place, list):
        place[int(path[-1])] = value
    else:
        place[path[-1]] = value


def findings(check: str, looked: Survey) -> list[Finding]:
    return list(CHECKS[check].find(looked))


def verdicts(check: str, looked: Survey) -> dict[str, tuple[str, str]]:
    """(verdict, what was found and what to do) by host."""
    return {item.host: (item.verdict, f"{item.found} {item.advice}") for item in findings(check, looked)}
