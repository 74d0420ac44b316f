# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a service's spec that have rules of their own. ValueError for what they cannot mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rational import parse_rational
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scope import filled, present

Spec = dict[str, Any]

_ALL = "ALL"
_RESET = "RESET"  # for updates by command; nothing by itself
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)


def nano_cpus(text: str) -> int:
    """Billionths of a CPU, of a number or a fraction as text; "" is none."""
    if not text:
        return 0
    try:
        nano = parse_rational(text) * 10**9
    except ValueError:
        raise ValueError(f"failed to parse {text} as a rational number") from None
    if nano.denominator != 1:
        raise ValueError(f"value is too precise: {text} CPUs are no whole number of billionths")
    if abs(nano) >= 2**63:
        raise ValueError(f"too many CPUs: {text}")
    return int(nano)


def resources(wish: Mapping[str, Any]) -> Spec:
    return present(Limits=_limits(wish.get("limits")), Reservations=_reservations(wish.get("reservations")))


def _limits(wish: Mapping[str, Any] | None) -> Spec | None:
    if wish is None:
        return None
    return filled(NanoCPUs=nano_cpus(wish.get("cpus", "")), MemoryBytes=wish.get("memory"), Pids=wish.get("pids"))


def _reservations(wish: Mapping[str, Any] | None) -> Spec | None:
    if wish is None:
        return None
    generic = (resource.get("discrete_resource_spec") for resource in wish.get("generic_resources") or [])
    return filled(
        NanoCPUs=nano_cpus(wish.get("cpus", "")),
        MemoryBytes=wish.get("memory"),
        GenericResources=[
            present(
                DiscreteResourceSpec=None if spec is None else filled(Kind=spec.get("kind"), Value=spec.get("value"))
            )
            for spec in generic
        ],
    )


def restart_policy(restart: str, wish: Mapping[str, Any] | None) -> Spec | None:
    """`deploy.restart_policy` if there is one, else the older `restart` of the service."""
    if wish is not None:
        return {
            **filled(Condition=wish.get("condition")),
            **present(Delay=wish.get("delay"), MaxAttempts=wish.get("max_attempts"), Window=wish.get("window")),
        }
    name, colon, count = restart.partition(":")
    if colon and not name:
        raise ValueError("invalid restart policy format: no policy provided before colon")
    if count and (not _INTEGER.fullmatch(count) or not -(2**63) <= int(count) < 2**63):
        raise ValueError("invalid restart policy format: maximum retry count must be an integer")
    if name in ("", "no"):
        return None
    if name in ("always", "unless-stopped"):
        return {"Condition": "any"}
    if name == "on-failure":
        # A negative count wraps around, which is as good as none.
        return {"Condition": "on-failure", "MaxAttempts": int(count or 0) % 2**64}
    raise ValueError(f"unknown restart policy: {restart}")


def update_config(wish: Mapping[str, Any] | None) -> Spec | None:
    if wish is None:
        return None
    return {
        "Parallelism": wish.get("parallelism", 1),
        "MaxFailureRatio": wish.get("max_failure_ratio", 0),
        "Order": wish.get("order", ""),
        **filled(Delay=wish.get("delay"), FailureAction=wish.get("failure_action"), Monitor=wish.get("monitor")),
    }


def mode(name: str, replicas: int | None) -> Spec:
    if name in ("global", "global-job"):
        if replicas is not None:
            raise ValueError("replicas can only be used with replicated or replicated-job mode")
        return {"Global" if name == "global" else "GlobalJob": {}}
    if name == "replicated-job":
        return {"ReplicatedJob": present(MaxConcurrent=replicas, TotalCompletions=replicas)}
    if name in ("replicated", ""):
        return {"Replicated": present(Replicas=replicas)}
    raise ValueError(f"Unknown mode: {name}")


def healthcheck(wish: Mapping[str, Any] | None) -> Spec | None:
    if wish is None:
        return None
    if wish.get("disable"):
        if wish.get("test"):
            raise ValueError("test and disable can't be set at the same time")
        return {"Test": ["NONE"]}
    return filled(
        Test=wish.get("test"),
        Interval=wish.get("interval"),
        Timeout=wish.get("timeout"),
        StartPeriod=wish.get("start_period"),
        StartInterval=wish.get("start_interval"),
        Retries=_signed(wish.get("retries", 0)),
    )


def _signed(number: int) -> int:
    """A number of 64 bits without a sign as one with a sign, which is how the Engine has it."""
    return number if number < 2**63 else number - 2**64


def capabilities(add: list[str], drop: list[str]) -> tuple[list[str], list[str]]:
    """The capabilities to add and to drop: in the Engine's spelling, sorted, and what is added is not dropped."""
    added, dropped = ({_capability(name) for name in names} - {_RESET} for names in (add, drop))
    added, dropped = ({_ALL} if _ALL in names else names for names in (added, dropped))
    return sorted(added), sorted(dropped - added)


def _capability(name: str) -> str:
    name = name.strip().upper()
    return name if name in (_ALL, _RESET) or name.startswith("CAP_") else f"CAP_{name}"
