# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a stack should be, and what was found of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

Object = Mapping[str, Any]  # as the API lists it
Specs = Mapping[str, Mapping[str, Any]]  # full name -> what is sent to create it

KINDS = ("secret", "config")
# Networks that every node has; naming them creates nothing (docker/cli opts, container.NetworkMode).
PREDEFINED_NETWORKS = ("host", "none", "bridge", "default")
# The modes of services as the API has them, and in the words of the CLI and of Compose files.
MODES = {"Replicated": "replicated", "Global": "global", "ReplicatedJob": "replicated-job", "GlobalJob": "global-job"}


@dataclass(frozen=True)
class Wish:
    """A whole stack: the specs that convert() makes of the Compose files, and the options of the task."""

    stack: str
    networks: Specs = field(default_factory=dict)
    secrets: Specs = field(default_factory=dict)
    configs: Specs = field(default_factory=dict)
    services: Specs = field(default_factory=dict)
    external: Mapping[str, Sequence[str]] = field(default_factory=dict)  # kind, as "networks" -> full names
    warnings: tuple[str, ...] = ()
    prune: bool = False
    wait: bool = True
    wait_timeout: float = 300.0  # seconds
    resolve_image: str = "changed"
    keep_versions: int = 1
    recreate_networks: bool = False
    on_failure: str = "leave"
    as_cli: bool = False
    absent: bool = False  # nothing at all is wished, and all that the stack owns goes

    def __post_init__(self) -> None:
        check_name(self.stack)

    def blobs(self, kind: str) -> Specs:
        return self.secrets if kind == "secret" else self.configs

    def externals(self, kind: str) -> Sequence[str]:
        """The full names of what is declared as external; `kind` is network, secret or config."""
        return self.external.get(f"{kind}s", ())


@dataclass(frozen=True)
class State:
    """What was found: the stack's own services, all networks, and the secrets and configs that matter to it."""

    api: tuple[int, int] = (1, 41)
    services: Sequence[Object] = ()
    networks: Sequence[Object] = ()
    network_names: Mapping[str, str] = field(default_factory=dict)  # ID -> name, predefined ones too
    secrets: Sequence[Object] = ()
    configs: Sequence[Object] = ()
    # For each secret and config of the wish (kind, full name), the ID of the version that has the content. Without an
    # entry there is none.
    holding: Mapping[tuple[str, str], str] = field(default_factory=dict)
    images: Mapping[str, Object] = field(default_factory=dict)  # image -> what its registry said
    others: Sequence[Object] = ()  # services of other stacks, as far as they had to be looked at
    stalled: frozenset[str] = frozenset()  # services whose update was paused on its way
    blank: bool = False  # there is no swarm yet: plan as for an empty one
    warnings: tuple[str, ...] = ()

    def blobs(self, kind: str) -> Sequence[Object]:
        return self.secrets if kind == "secret" else self.configs

    def service(self, name: str) -> Object | None:
        return next((service for service in self.services if service["Spec"]["Name"] == name), None)


def check_name(stack: str) -> None:
    """Refuse the names that the docker CLI refuses: those that are blank.

    To the Engine, a filter for a label with an empty value means any value, so it would list what all stacks own.
    """
    if not stack.strip("'\" \t\r\n"):
        raise SwarmError(f"A stack cannot have the name {stack!r}.", "Nothing was changed. Is a variable empty?")


def mode_of(spec: Mapping[str, Any]) -> str:
    """A key of MODES."""
    return str(next(iter(spec.get("Mode") or {"Replicated": {}})))


def replicas(spec: Mapping[str, Any]) -> int | None:
    """How many tasks a service wants, or how often a job is to complete; None where that is a matter of the nodes."""
    mode = mode_of(spec)
    settings = (spec.get("Mode") or {}).get(mode) or {}
    if mode == "Replicated":
        return int(settings.get("Replicas", 1))
    if mode == "ReplicatedJob":
        return int(settings.get("TotalCompletions", settings.get("MaxConcurrent", 1)))
    return None


def container_of(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}


def published(spec: Mapping[str, Any]) -> set[str]:
    """The ports of the nodes that a service takes, as `8080/tcp`."""
    ports = (spec.get("EndpointSpec") or {}).get("Ports") or []
    return {f"{port['PublishedPort']}/{port.get('Protocol') or 'tcp'}" for port in ports if port.get("PublishedPort")}


def references(service: Object) -> set[str]:
    """The IDs of the networks, secrets and configs that a service uses."""
    spec = service["Spec"]
    container = container_of(spec)
    networks = (spec.get("TaskTemplate") or {}).get("Networks") or spec.get("Networks") or []
    found = {item["Target"] for item in networks}
    for key in ("Secret", "Config"):
        found |= {item[f"{key}ID"] for item in container.get(f"{key}s") or []}
    return found
