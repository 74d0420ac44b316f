# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every Engine refuses, found before anything is written.

The rules are those of swarmkit (manager/controlapi) and of moby's conversion (daemon/cluster/convert).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

Spec = Mapping[str, Any]

_SERVICE_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?")
_OBJECT_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?")
_LONGEST_SERVICE_NAME, _LONGEST_OBJECT_NAME = 63, 64
_LARGEST = {"secret": 500 * 1024, "config": 1000 * 1024}  # bytes, which it must stay below
_OWN_NETWORKS = ("bridge", "host", "ingress", "none")
_LEAST_NANO_CPUS = 10**6
_LEAST_MEMORY = 4 * 1024 * 1024
_LEAST_HEALTH_TIME = 10**6  # ns


def check_services(services: Mapping[str, Spec]) -> None:
    """SwarmError with everything in them that the Engine would refuse."""
    found = [f"service {name}: {problem}" for name in sorted(services) for problem in _service(name, services[name])]
    _refuse([*found, *_taken_ports(services)])


def check_networks(networks: Mapping[str, Spec]) -> None:
    _refuse(
        f"network {name} is one of the Engine's own, which only external: true can mean"
        for name in sorted(networks)
        if name in _OWN_NETWORKS
    )


def check_objects(kind: str, specs: Mapping[str, Spec]) -> None:
    """The same for secrets or configs; `kind` is secret or config."""
    _refuse(f"{kind} {name}: {problem}" for name in sorted(specs) for problem in _object(kind, name, specs[name]))


def _refuse(problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        raise SwarmError(f"the swarm would refuse this: {'; '.join(found)}", "Nothing was changed.")


def _service(name: str, spec: Spec) -> Iterator[str]:
    if not _SERVICE_NAME.fullmatch(name) or len(name) > _LONGEST_SERVICE_NAME:
        yield f"the name must be letters, digits, - and _, and at most {_LONGEST_SERVICE_NAME} characters"
    yield from _resources(spec["TaskTemplate"]["Resources"])
    yield from _rollouts(spec)
    yield from _container(spec["TaskTemplate"]["ContainerSpec"])
    yield from _ports(spec["EndpointSpec"])


def _resources(resources: Spec) -> Iterator[str]:
    for name in ("Limits", "Reservations"):
        cpus, memory = (resources.get(name, {}).get(key, 0) for key in ("NanoCPUs", "MemoryBytes"))
        if cpus and cpus < _LEAST_NANO_CPUS:
            yield f"deploy.resources.{name.lower()}.cpus must be at least 0.001"
        if memory and memory < _LEAST_MEMORY:
            yield f"deploy.resources.{name.lower()}.memory must be at least 4 MiB, not {memory} bytes"


def _rollouts(spec: Spec) -> Iterator[str]:
    condition = spec["TaskTemplate"].get("RestartPolicy", {}).get("Condition", "")
    if condition.lower() not in ("", "none", "on-failure", "any"):
        yield f"deploy.restart_policy.condition must be none, on-failure or any, not {condition}"
    for key, place in (("UpdateConfig", "update_config"), ("RollbackConfig", "rollback_config")):
        config = spec.get(key, {})
        actions = ("pause", "continue", "rollback") if key == "UpdateConfig" else ("pause", "continue")
        if config.get("FailureAction", "") not in ("", *actions):
            yield f"deploy.{place}.failure_action must be one of {', '.join(actions)}, not {config['FailureAction']}"
        if not 0 <= config.get("MaxFailureRatio", 0) <= 1:
            yield f"deploy.{place}.max_failure_ratio must be between 0 and 1, not {config['MaxFailureRatio']}"
        if config.get("Delay", 0) < 0 or config.get("Monitor", 0) < 0:
            yield f"the times of deploy.{place} must not be negative"
    if "UpdateConfig" in spec and set(spec["Mode"]) & {"ReplicatedJob", "GlobalJob"}:
        yield "jobs may not have an update_config"


def _container(container: Spec) -> Iterator[str]:
    health = container.get("Healthcheck", {})
    for key in ("Interval", "Timeout", "StartPeriod", "StartInterval"):
        if health.get(key) and health[key] < _LEAST_HEALTH_TIME:
            yield f"the healthcheck's {key} must be at least 1ms"
    targets = [mount.get("Target", "") for mount in container.get("Mounts", [])]
    for target in sorted({target for target in targets if targets.count(target) > 1}):
        yield f"duplicate mount point: {target}"
    if "" in targets:
        yield "a volume without a target"


def _ports(endpoint: Spec) -> Iterator[str]:
    mode = endpoint.get("Mode", "")
    if mode not in ("", "vip", "dnsrr"):
        yield f"deploy.endpoint_mode must be vip or dnsrr, not {mode}"
    seen = set()
    for port in endpoint.get("Ports", []):
        published, protocol = port.get("PublishedPort", 0), port.get("Protocol", "tcp")
        if mode == "dnsrr" and port.get("PublishMode", "ingress") == "ingress":
            yield f"port {port.get('TargetPort', 0)}: with endpoint_mode dnsrr, ports need mode: host"
        if published and (published, protocol) in seen:
            yield f"published port {published}/{protocol} is given twice"
        seen.add((published, protocol))


def _object(kind: str, name: str, spec: Spec) -> Iterator[str]:
    if not _OBJECT_NAME.fullmatch(name) or len(name) > _LONGEST_OBJECT_NAME:
        yield f"the name must be letters, digits, -, _ and ., and at most {_LONGEST_OBJECT_NAME} characters"
    size = len(base64.b64decode(spec.get("Data", "")))
    if "Driver" not in spec and not 0 < size < _LARGEST[kind]:
        yield f"the content must have between 1 and {_LARGEST[kind] - 1} bytes, and has {size}"


def _taken_ports(services: Mapping[str, Spec]) -> list[str]:
    owners: dict[tuple[int, str], str] = {}
    found = []
    for name in sorted(services):
        for port in services[name]["EndpointSpec"].get("Ports", []):
            key = (port.get("PublishedPort", 0), port.get("Protocol", "tcp"))
            if not key[0] or port.get("PublishMode", "ingress") != "ingress":
                continue
            owner = owners.setdefault(key, name)
            if owner != name:
                found.append(f"services {owner} and {name} both publish port {key[0]}/{key[1]}")
    return found
