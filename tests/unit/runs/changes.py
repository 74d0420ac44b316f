# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One field of a service changed, to what it never is in compose_files.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Service = Mapping[str, Any]
Change = Callable[[Service], dict[str, Any]]


def to(key: str, value: Any) -> Change:
    return lambda service: {**service, key: value}


def deploy(key: str, value: Any) -> Change:
    return lambda service: {**service, "deploy": {**service.get("deploy", {}), key: value}}


def flipped(key: str) -> Change:
    return lambda service: {**service, key: not service.get(key, False)}


def aliased(service: Service) -> dict[str, Any]:
    """Another alias in the first network, so that no network comes or goes."""
    networks = service.get("networks") or ["default"]
    first, *others = networks
    present = networks if isinstance(networks, Mapping) else {}
    return {**service, "networks": {first: {"aliases": ["changed"]}, **{name: present.get(name) for name in others}}}


def scaled(service: Service) -> dict[str, Any]:
    """For a global service, which cannot be scaled, another label."""
    is_global = service.get("deploy", {}).get("mode", "").startswith("global")
    return deploy("labels", {"changed": ""})(service) if is_global else deploy("replicas", 4)(service)


def rolled(service: Service) -> dict[str, Any]:
    """For a job, which may not have an update_config, another rollback_config."""
    is_job = service.get("deploy", {}).get("mode", "").endswith("job")
    return deploy("rollback_config" if is_job else "update_config", {"delay": "77s"})(service)


CHANGES: dict[str, Change] = {
    "image": to("image", "other:9"),
    "command": to("command", ["changed"]),
    "entrypoint": to("entrypoint", "changed"),
    "environment": to("environment", {"CHANGED": ""}),
    "labels": to("labels", {"changed": ""}),
    "volumes": to("volumes", ["/changed"]),
    "networks": aliased,
    "ports": to("ports", [{"target": 9999, "mode": "host"}]),
    "secrets": to("secrets", [{"source": "key", "target": "changed"}]),
    "configs": to("configs", [{"source": "conf", "target": "changed"}]),
    "credential_spec": to("credential_spec", {"file": "changed.json"}),
    "healthcheck": to("healthcheck", {"test": "changed"}),
    "ulimits": to("ulimits", {"memlock": 7}),
    "sysctls": to("sysctls", {"changed": ""}),
    "logging": to("logging", {"driver": "changed"}),
    "cap_add": to("cap_add", ["SYS_TIME"]),
    "cap_drop": to("cap_drop", ["SYS_NICE"]),
    "dns": to("dns", ["192.0.2.77"]),
    "dns_search": to("dns_search", ["changed.example"]),
    "extra_hosts": to("extra_hosts", ["changed:192.0.2.77"]),
    "hostname": to("hostname", "changed"),
    "user": to("user", "changed"),
    "working_dir": to("working_dir", "/changed"),
    "stop_signal": to("stop_signal", "SIGHUP"),
    "stop_grace_period": to("stop_grace_period", "77s"),
    "isolation": to("isolation", "hyperv"),
    "oom_score_adj": to("oom_score_adj", 77),
    **{key: flipped(key) for key in ("init", "read_only", "stdin_open", "tty")},
    "deploy.labels": deploy("labels", {"changed": ""}),
    "deploy.replicas": scaled,
    "deploy.update_config": rolled,
    "deploy.rollback_config": deploy("rollback_config", {"delay": "77s"}),
    "deploy.resources": deploy("resources", {"limits": {"memory": "77M"}}),
    "deploy.restart_policy": deploy("restart_policy", {"delay": "77s"}),
    "deploy.placement": deploy("placement", {"max_replicas_per_node": 77}),
}


def uses(service: Service, kind: str, name: str) -> bool:
    """Whether a service uses a secret or config."""
    sources = [item if isinstance(item, str) else item["source"] for item in service.get(f"{kind}s", [])]
    return name in sources or (kind == "config" and service.get("credential_spec", {}).get("config") == name)
