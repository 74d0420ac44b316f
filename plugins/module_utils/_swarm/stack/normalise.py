# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Specs in the one form that all equivalent specs share.

A service that is read back is not what was sent: the Engine fills in defaults, drops what is empty and replaces names
of networks by IDs (moby daemon/cluster/convert). Both sides of a comparison go through here, so none of that is seen
as a difference. The result is for comparing and showing, and cannot be sent: lists whose order means nothing are
sorted, or are mappings by what identifies their items.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Callable

Spec = Mapping[str, Any]
Names = Mapping[str, str]  # ID -> name

# Maps whose keys the user chooses: an empty value is not the absence of the key.
USER_MAPS = {"Labels", "Options", "Sysctls", "DriverOpts", "Env"}
# Pointers in the Engine's types: false and 0 are values, and not the same as absent.
POINTERS = {"Init", "StopGracePeriod", "Replicas", "MaxConcurrent", "TotalCompletions"}
RESTART_POLICY_POINTERS = {"Delay", "Window"}
# Present means something, even without content.
KEPT_EMPTY = {"Global", "GlobalJob"}

# What Docker itself adds to the options of an overlay network.
NETWORK_OPTIONS_OF_ENGINE = {"com.docker.network.driver.overlay.vxlanid_list"}


def service(spec: Spec, networks: Names, configs: Names) -> dict[str, Any]:
    """A service's spec. `networks` and `configs` give the names of IDs; what is no known ID is a name already."""
    task = dict(spec.get("TaskTemplate") or {})
    attachments = task.pop("Networks", None) or spec.get("Networks") or []
    container = task.pop("ContainerSpec", None) or {}
    # Counts forced restarts; it belongs to who ordered them, and is carried over.
    task.pop("ForceUpdate", None)
    if task.get("Runtime") == "container":
        del task["Runtime"]
    if task.get("RestartPolicy") is not None:
        task["RestartPolicy"] = _filled(task["RestartPolicy"], Condition="any", MaxAttempts=0)
    if task.get("Placement"):
        task["Placement"] = _sorted(task["Placement"], "Constraints", "Platforms")
    task["Resources"] = _resources(task.get("Resources") or {})
    normal = {
        "Labels": spec.get("Labels"),
        "Mode": _mode(spec.get("Mode") or {}),
        "TaskTemplate": {
            **task,
            "ContainerSpec": _container(container, configs),
            "Networks": _keyed(attachments, lambda item: networks.get(item["Target"], item["Target"]), _attachment),
        },
        "EndpointSpec": _endpoint(spec.get("EndpointSpec") or {}),
        **{key: _update_config(spec[key]) for key in ("UpdateConfig", "RollbackConfig") if spec.get(key) is not None},
    }
    pruned: dict[str, Any] = _pruned(normal)
    return pruned


def network(body: Spec) -> dict[str, Any]:
    """A network, as it is sent or as it is read back; which subnets were given and which chosen is not told."""
    ipam = body.get("IPAM") or {}
    options = {key: value for key, value in (body.get("Options") or {}).items() if key not in NETWORK_OPTIONS_OF_ENGINE}
    normal = {
        "Driver": body.get("Driver") or "overlay",
        "Options": options,
        "Internal": body.get("Internal"),
        "Attachable": body.get("Attachable"),
        "EnableIPv6": body.get("EnableIPv6"),
        "IPAM": {
            "Driver": "" if ipam.get("Driver") == "default" else ipam.get("Driver"),
            "Options": ipam.get("Options"),
            "Subnets": sorted(config.get("Subnet") or "" for config in ipam.get("Config") or []),
        },
        "Labels": body.get("Labels"),
    }
    pruned: dict[str, Any] = _pruned(normal)
    return pruned


def blob(spec: Spec) -> dict[str, Any]:
    """What of a secret or config can never change, without its content: where it comes from and how it is rendered."""
    pruned: dict[str, Any] = _pruned({key: spec.get(key) for key in ("Driver", "Templating")})
    return pruned


def _container(spec: Spec, configs: Names) -> dict[str, Any]:
    container = dict(_sorted(spec, "Groups", "CapabilityAdd", "CapabilityDrop"))
    if (container.get("Isolation") or "default") == "default":
        container.pop("Isolation", None)
    container["Env"] = _environment(container.get("Env") or [])
    container["Ulimits"] = _keyed(container.get("Ulimits") or [], lambda item: item["Name"], _without("Name"))
    container["Mounts"] = _keyed(container.get("Mounts") or [], lambda item: item.get("Target") or "", _mount)
    container["Secrets"] = _keyed(container.get("Secrets") or [], _target_of("SecretName"), _reference("SecretName"))
    container["Configs"] = _keyed(container.get("Configs") or [], _target_of("ConfigName"), _reference("ConfigName"))
    privileges = container.get("Privileges") or {}
    credential = privileges.get("CredentialSpec") or {}
    if credential.get("Config"):
        named = {**credential, "Config": configs.get(credential["Config"], credential["Config"])}
        container["Privileges"] = {**privileges, "CredentialSpec": named}
    return container


def _mode(mode: Spec) -> dict[str, Any]:
    by_name = {key.lower(): value for key, value in mode.items() if value is not None}
    if "global" in by_name:
        return {"Global": {}}
    if "globaljob" in by_name:
        return {"GlobalJob": {}}
    if "replicatedjob" in by_name:
        concurrent = _or(by_name["replicatedjob"].get("MaxConcurrent"), 1)
        total = _or(by_name["replicatedjob"].get("TotalCompletions"), concurrent)
        return {"ReplicatedJob": {"MaxConcurrent": concurrent, "TotalCompletions": total}}
    return {"Replicated": {"Replicas": _or((by_name.get("replicated") or {}).get("Replicas"), 1)}}


def _update_config(config: Spec) -> dict[str, Any]:
    filled = _filled(config, Parallelism=0, FailureAction="pause", Order="stop-first", MaxFailureRatio=0)
    # The Engine keeps a float of 32 bits, and prints it with fewer digits than were sent.
    ratio: float = struct.unpack("f", struct.pack("f", filled["MaxFailureRatio"]))[0]
    return {**filled, "MaxFailureRatio": float(f"{ratio:.6g}")}


def _endpoint(spec: Spec) -> dict[str, Any]:
    ports = [
        f"{port.get('PublishedPort') or 0}:{port.get('TargetPort') or 0}/{(port.get('Protocol') or 'tcp').lower()}"
        f" {(port.get('PublishMode') or 'ingress').lower()}"
        for port in spec.get("Ports") or []
    ]
    return {**spec, "Mode": spec.get("Mode") or "vip", "Ports": sorted(ports)}


def _resources(resources: Spec) -> dict[str, Any]:
    reservations = resources.get("Reservations") or {}
    return {**resources, "Reservations": _sorted(reservations, "GenericResources")}


def _mount(mount: Spec) -> dict[str, Any]:
    # Consistency and ClusterOptions are not stored; without BindOptions the propagation is rprivate.
    kept = {key: value for key, value in mount.items() if key not in ("Target", "Consistency", "ClusterOptions")}
    options = dict(kept.get("BindOptions") or {})
    if (options.get("Propagation") or "").lower() == "rprivate":
        del options["Propagation"]
    return {**kept, "Type": (mount.get("Type") or "bind").lower(), "BindOptions": options}


def _attachment(item: Spec) -> dict[str, Any]:
    return {key: value for key, value in _sorted(item, "Aliases").items() if key != "Target"}


def _target_of(name: str) -> Callable[[Spec], str]:
    """The path in the container; a config that is no file (a credential spec) goes by its name."""
    return lambda item: (item.get("File") or {}).get("Name") or f"{item[name]} (no file)"


def _reference(name: str) -> Callable[[Spec], dict[str, Any]]:
    def reference(item: Spec) -> dict[str, Any]:
        file = item.get("File") or {}
        return {name: item[name], **{key: value for key, value in file.items() if key != "Name"}}

    return reference


def _without(key: str) -> Callable[[Spec], dict[str, Any]]:
    return lambda item: {name: value for name, value in item.items() if name != key}


def _environment(entries: Sequence[str]) -> dict[str, Any]:
    """By name; null for a variable without a value, which unsets it."""
    pairs = (entry.partition("=") for entry in entries)
    return {name: value if equals else None for name, equals, value in pairs}


def _keyed(items: Sequence[Spec], key: Callable[[Spec], str], value: Callable[[Spec], Any]) -> Any:
    """A mapping by what identifies the items, or a sorted list if two have the same."""
    mapping = {key(item): value(item) for item in items}
    if len(mapping) == len(items):
        return mapping
    return sorted(({"": key(item), **value(item)} for item in items), key=_canonical)


def _sorted(spec: Spec, *keys: str) -> dict[str, Any]:
    return {name: sorted(value or [], key=_canonical) if name in keys else value for name, value in spec.items()}


def _filled(spec: Spec, **defaults: Any) -> dict[str, Any]:
    return {**spec, **{key: spec.get(key) or default for key, default in defaults.items()}}


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _pruned(value: Any, key: str = "") -> Any:
    """Without everything that is as good as absent."""
    if key in USER_MAPS and isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Mapping):
        items = {name: _pruned(item, name) for name, item in value.items()}
        return {name: item for name, item in items.items() if not _is_absent(item, name, key)}
    if isinstance(value, list):
        return [_pruned(item) for item in value]
    return value


def _is_absent(value: Any, key: str, parent: str) -> bool:
    if key in POINTERS or (parent == "RestartPolicy" and key in RESTART_POLICY_POINTERS):
        return value is None
    if key in KEPT_EMPTY:
        return False
    return not value


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
