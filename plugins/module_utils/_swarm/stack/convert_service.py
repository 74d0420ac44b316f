# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a service of the model to its spec. ValueError for what it cannot mean, without the name of the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import reference
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert_mounts import convert_mount
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert_parts import (
    capabilities,
    healthcheck,
    mode,
    resources,
    restart_policy,
    update_config,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert_references import (
    config_references,
    credential_spec,
    secret_references,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.images import IMAGE_LABEL
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scope import (
    DEFAULT_NETWORK,
    Scope,
    filled,
    is_user_defined,
    present,
)

Spec = dict[str, Any]


def convert_service(name: str, service: Mapping[str, Any], model: Mapping[str, Any], scope: Scope) -> Spec:
    deploy = service.get("deploy") or {}
    return {
        "Name": scope.name(name),
        "Labels": {**scope.labels(deploy.get("labels")), IMAGE_LABEL: service["image"]},
        "TaskTemplate": {
            "ContainerSpec": _container(service, model, scope),
            "Resources": resources(deploy.get("resources") or {}),
            "Placement": _placement(deploy.get("placement") or {}),
            "Networks": _networks(name, service, model, scope),
            "ForceUpdate": 0,
            **present(
                RestartPolicy=restart_policy(service.get("restart", ""), deploy.get("restart_policy")),
                LogDriver=_log_driver(service.get("logging")),
            ),
        },
        "Mode": mode(deploy.get("mode", ""), deploy.get("replicas")),
        "EndpointSpec": filled(Mode=deploy.get("endpoint_mode", "").lower(), Ports=_ports(service.get("ports") or [])),
        **present(
            UpdateConfig=update_config(deploy.get("update_config")),
            RollbackConfig=update_config(deploy.get("rollback_config")),
        ),
    }


def _container(service: Mapping[str, Any], model: Mapping[str, Any], scope: Scope) -> Spec:
    configs = config_references(service, model["configs"], scope)
    added, dropped = capabilities(service.get("cap_add") or [], service.get("cap_drop") or [])
    return {
        "Image": reference.familiar(service["image"]),
        "Labels": scope.labels(service.get("labels")),
        "Privileges": {"CredentialSpec": credential_spec(service, model["configs"], scope), "SELinuxContext": None},
        **filled(
            Command=service.get("entrypoint"),
            Args=service.get("command"),
            Hostname=service.get("hostname"),
            Env=_environment(service.get("environment") or {}),
            Dir=service.get("working_dir"),
            User=service.get("user"),
            StopSignal=service.get("stop_signal"),
            TTY=service.get("tty"),
            OpenStdin=service.get("stdin_open"),
            ReadOnly=service.get("read_only"),
            Mounts=[convert_mount(mount, model["volumes"], scope) for mount in service.get("volumes") or []],
            Hosts=_hosts(service.get("extra_hosts") or []),
            Secrets=secret_references(service, model["secrets"], scope),
            Configs=configs,
            Isolation=service.get("isolation"),
            Sysctls=service.get("sysctls"),
            CapabilityAdd=added,
            CapabilityDrop=dropped,
            Ulimits=_ulimits(service.get("ulimits") or {}),
            OomScoreAdj=service.get("oom_score_adj"),
        ),
        **present(
            Init=service.get("init"),
            StopGracePeriod=service.get("stop_grace_period"),
            Healthcheck=healthcheck(service.get("healthcheck")),
            DNSConfig=_dns(service),
        ),
    }


def _environment(environment: Mapping[str, str | None]) -> list[str]:
    return sorted(key if value is None else f"{key}={value}" for key, value in environment.items())


def _hosts(entries: list[str]) -> list[str]:
    """`host:address` as the Engine wants it: `address host`."""
    pairs = (entry.partition(":") for entry in entries)
    return [f"{address} {host}" for host, _sign, address in pairs]


def _dns(service: Mapping[str, Any]) -> Spec | None:
    if "dns" not in service and "dns_search" not in service:
        return None
    return filled(Nameservers=service.get("dns"), Search=service.get("dns_search"))


def _ulimits(ulimits: Mapping[str, Any]) -> list[Spec]:
    return [{"Name": name, "Soft": limits["soft"], "Hard": limits["hard"]} for name, limits in sorted(ulimits.items())]


def _log_driver(logging: Mapping[str, Any] | None) -> Spec | None:
    return None if logging is None else filled(Name=logging.get("driver"), Options=logging.get("options"))


def _placement(placement: Mapping[str, Any]) -> Spec:
    preferences = placement.get("preferences") or []
    return filled(
        Constraints=placement.get("constraints"),
        Preferences=[{"Spread": {"SpreadDescriptor": preference.get("spread", "")}} for preference in preferences],
        MaxReplicas=placement.get("max_replicas_per_node"),
    )


def _ports(ports: list[Mapping[str, Any]]) -> list[Spec]:
    specs = [
        filled(
            Protocol=port["protocol"],
            TargetPort=port["target"],
            PublishedPort=port["published"],
            PublishMode=port["mode"],
        )
        for port in ports
    ]
    return sorted(specs, key=lambda spec: int(spec.get("PublishedPort", 0)))


def _networks(name: str, service: Mapping[str, Any], model: Mapping[str, Any], scope: Scope) -> list[Spec]:
    attachments = []
    for network, wish in (service.get("networks") or {DEFAULT_NETWORK: None}).items():
        if network not in model["networks"] and network != DEFAULT_NETWORK:
            raise ValueError(f'undefined network "{network}"')
        target = scope.name(network, model["networks"].get(network))
        aliases = list((wish or {}).get("aliases") or [])
        if is_user_defined(target):
            aliases.append(name)
        options = (wish or {}).get("driver_opts")
        attachments.append({"Target": target, **filled(Aliases=aliases, DriverOpts=options)})
    return sorted(attachments, key=lambda attachment: str(attachment["Target"]))
