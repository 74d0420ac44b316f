# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the model of a stack to what the Engine is asked to create.

The model is what plugins/plugin_utils/_compose/model.py describes. The rules are those of `docker stack deploy`
(docker/cli, cli/compose/convert).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.checks import (
    check_networks,
    check_objects,
    check_services,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert_references import (
    refuse_renamed_credential_spec,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert_service import convert_service
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scope import (
    Scope,
    filled,
    is_user_defined,
    present,
    services_networks,
)

Spec = dict[str, Any]


class Specs(NamedTuple):
    """All by full name, as the Engine knows it. They go into requests as they are, but for the IDs.

    A service's spec names networks by full name (`TaskTemplate.Networks[].Target`). Its references to secrets and
    configs (`ContainerSpec.Secrets[]`, `.Configs[]`) have SecretName or ConfigName, and "" as SecretID or ConfigID. If
    its credential spec is a config, `ContainerSpec.Privileges.CredentialSpec.Config` is the full name of that config,
    to be replaced by its ID, and a reference to it with `Runtime: {}` is among the Configs.
    """

    networks: dict[str, Spec]
    """Bodies for the creation of the networks that some service uses."""
    secrets: dict[str, Spec]
    """Specs with base64 Data, also of those that no service uses."""
    configs: dict[str, Spec]
    services: dict[str, Spec]
    external: dict[str, list[str]]
    """Used names that must exist already: {"networks": [...], "secrets": [...], "configs": [...]}."""
    warnings: list[str]
    """Those of the model, and what is new."""


def convert(model: Mapping[str, Any], stack_name: str, compatibility: str = "default") -> Specs:
    """The specs of a stack. SwarmError for what the model cannot mean.

    By default, services that every Engine is known to refuse are refused here, before anything is written; with
    `compatibility` "cli" that is left to the Engine, as the CLI does.
    """
    scope = Scope(stack_name)
    services = {}
    for name in sorted(model["services"]):
        try:
            services[scope.name(name)] = convert_service(name, model["services"][name], model, scope)
            if compatibility == "cli":
                refuse_renamed_credential_spec(model["services"][name], model["configs"], scope)
        except ValueError as error:
            raise SwarmError(f"service {name}: {error}", "Nothing was changed.") from error
    specs = Specs(
        networks=_networks(model, scope),
        secrets=_file_objects("secrets", model["secrets"], scope),
        configs=_file_objects("configs", model["configs"], scope),
        services=services,
        external=_external(model, scope),
        warnings=[*model["warnings"], *_name_warning(model, stack_name)],
    )
    check_networks(specs.networks)
    check_objects("secret", specs.secrets)
    check_objects("config", specs.configs)
    if compatibility != "cli":
        check_services(specs.services)
    return specs


def _networks(model: Mapping[str, Any], scope: Scope) -> dict[str, Spec]:
    specs: dict[str, Spec] = {}
    for name in services_networks(model):
        network = model["networks"].get(name) or {}
        if network.get("external"):
            continue
        full_name = scope.name(name, network)
        spec = {
            "Name": full_name,
            "Driver": network.get("driver") or "overlay",
            "Labels": scope.labels(network.get("labels")),
            **present(
                Options=network.get("driver_opts") or None,
                Internal=network.get("internal") or None,
                Attachable=network.get("attachable") or None,
                EnableIPv6=network.get("enable_ipv6") or None,
                IPAM=_ipam(network.get("ipam") or {}),
            ),
        }
        _add(specs, spec, "networks")
    return specs


def _ipam(ipam: Mapping[str, Any]) -> Any:
    pools = [
        present(
            Subnet=pool.get("subnet") or None,
            Gateway=pool.get("gateway") or None,
            IPRange=pool.get("ip_range") or None,
            AuxiliaryAddresses=pool.get("aux_addresses") or None,
        )
        for pool in ipam.get("config") or []
    ]
    spec = present(Driver=ipam.get("driver") or None, Options=ipam.get("options") or None, Config=pools or None)
    return spec or None


def _file_objects(kind: str, objects: Mapping[str, Any], scope: Scope) -> dict[str, Spec]:
    specs: dict[str, Spec] = {}
    for name in sorted(objects):
        wish = objects[name]
        if wish.get("external"):
            continue
        full_name = scope.name(name, wish)
        driver = filled(Name=wish.get("driver"), Options=wish.get("driver_opts")) if wish.get("driver") else None
        template = {"Name": wish["template_driver"]} if wish.get("template_driver") else None
        spec = {
            "Name": full_name,
            "Labels": scope.labels(wish.get("labels")),
            **present(Data=wish.get("content") or None, Driver=driver, Templating=template),
        }
        _add(specs, spec, kind)
    return specs


def _add(specs: dict[str, Spec], spec: Spec, kind: str) -> None:
    name = spec["Name"]
    if specs.setdefault(name, spec) != spec:
        raise SwarmError(f"two {kind} have the name {name} and differ", "Give one of them another name.")


def _external(model: Mapping[str, Any], scope: Scope) -> dict[str, list[str]]:
    used: dict[str, set[str]] = {"networks": set(services_networks(model)), "secrets": set(), "configs": set()}
    for service in model["services"].values():
        for kind in ("secrets", "configs"):
            used[kind] |= {reference.get("source", "") for reference in service.get(kind) or []}
        used["configs"].add((service.get("credential_spec") or {}).get("config", ""))
    found = {}
    for kind, names in used.items():
        entries = (model[kind].get(name) or {} for name in names)
        found[kind] = sorted({entry["name"] for entry in entries if entry.get("external")})
    # These exist on every node, and the Engine's API does not list them as the swarm's.
    found["networks"] = [name for name in found["networks"] if is_user_defined(name)]
    return found


def _name_warning(model: Mapping[str, Any], stack_name: str) -> list[str]:
    name = model.get("name") or stack_name
    return [] if name == stack_name else [f"name: {name} is ignored: the stack is called {stack_name}"]
