# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding out what there is of a stack, with reads alone: lists, whatever the number of services.

Beyond four lists there is a request for each secret of the file (the only way to compare its content), for each image
that is looked up in a registry, and one where something is new or to be removed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, NotAManager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import (
    blobs,
    converge,
    images,
    networks,
    prune,
    rotate,
    settle,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.manager import without_manager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import State, Wish, references

Auths = Mapping[str, Mapping[str, str]]  # registry host -> {"username", "password"}


def read(engine: Engine, wish: Wish, auths: Auths, check_mode: bool) -> State:
    if engine.is_blank:
        return State(blank=True)
    own = settle.own(wish.stack)
    try:
        services = engine.services(own, status=True)
    except NotAManager as problem:
        return without_manager(engine, problem, check_mode)
    listed = engine.networks()
    state = State(
        api=engine.api_version,
        services=services,
        networks=listed,
        network_names={item["Id"]: item["Name"] for item in listed},
        secrets=engine.secrets(),
        configs=_configs(engine, wish, own),
    )
    state = dataclasses.replace(state, network_names=_all_network_names(engine, state))
    state = _with_contents(engine, wish, state)
    state = _with_images(engine, wish, state, auths)
    return dataclasses.replace(state, others=_others(engine, wish, state), stalled=_stalled(engine, wish, services))


def _configs(engine: Engine, wish: Wish, own: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The stack's own configs, and those of the wished names. Not all: configs are listed with their content."""
    found = engine.configs(own)
    missing = {*wish.configs, *wish.externals("config")} - {rotate.base_of(item) for item in found}
    return found + (engine.configs({"name": sorted(missing)}) if missing else [])


def _all_network_names(engine: Engine, state: State) -> dict[str, str]:
    """The names of listed networks, and of the swarm's own networks host and none, which are not listed."""
    names = dict(state.network_names)
    listed = {item["ID"] for kind in ("secret", "config") for item in state.blobs(kind)}
    for service in state.services:
        attachments = (
            (service["Spec"].get("TaskTemplate") or {}).get("Networks") or service["Spec"].get("Networks") or []
        )
        for target in (item["Target"] for item in attachments):
            if target not in names and target not in listed:
                names[target] = engine.network(target)["Name"]
    return names


def _with_contents(engine: Engine, wish: Wish, state: State) -> State:
    """Which versions of secrets and configs hold the wished content."""
    holding: dict[tuple[str, str], str] = {}
    warnings: list[str] = []
    for name, spec in wish.configs.items():
        for item in blobs.candidates_of(wish, state, "config", name):
            if item["Spec"].get("Data", "") == spec.get("Data", ""):
                holding["config", name] = item["ID"]
                break
    for name, spec in wish.secrets.items():
        for item in blobs.candidates_of(wish, state, "secret", name):
            probe = {"Name": rotate.name_of(item), "Labels": dict(rotate.labels_of(item)), "Data": spec.get("Data")}
            try:
                holds = "Data" not in spec or engine.secret_holds(item["ID"], probe)
            except EngineError as refusal:
                if refusal.status != 403:
                    raise
                warnings.append(
                    f"The content of secret {name} could not be compared: the Engine lets nobody ask for it."
                )
                holds = True
            if holds:
                holding["secret", name] = item["ID"]
                break
    return dataclasses.replace(state, holding=holding, warnings=(*state.warnings, *warnings))


def _with_images(engine: Engine, wish: Wish, state: State, auths: Auths) -> State:
    """What the registries say of the images that the policy wants looked up."""
    answers: dict[str, Mapping[str, Any]] = {}
    warnings: list[str] = []
    wanted = set()
    for name, spec in wish.services.items():
        current = state.service(name)
        image = images.to_resolve(spec, current["Spec"] if current else None, wish.resolve_image)
        wanted |= {image} if image else set()
    for image in sorted(wanted):
        try:
            answers[image] = engine.distribution(image, images.credentials(image, auths))
        except EngineError as problem:
            warnings.append(f"Image {image} is not pinned by digest, its registry cannot be asked: {problem.message}")
    return dataclasses.replace(state, images=answers, warnings=(*state.warnings, *warnings))


def _others(engine: Engine, wish: Wish, state: State) -> list[dict[str, Any]]:
    """Services of other stacks: those with a name that is wished here, and users of what is to be removed."""
    present = {service["Spec"]["Name"] for service in state.services}
    new = set(wish.services) - present
    doomed = {item.id for item in prune.leftovers(wish, state, blobs.decide(wish, state).choices)}
    doomed |= networks.replaced(wish, state)
    if not new and not doomed:
        return []
    own = {service["ID"] for service in state.services}
    strangers = [service for service in engine.services() if service["ID"] not in own]
    return [item for item in strangers if item["Spec"]["Name"] in new or references(item) & doomed]


def _stalled(engine: Engine, wish: Wish, services: list[dict[str, Any]]) -> frozenset[str]:
    """The services whose update an earlier run left paused. Tasks are looked at only where there may be one."""
    if not any((service.get("UpdateStatus") or {}).get("State") == "paused" for service in services):
        return frozenset()
    tasks = engine.tasks({**settle.own(wish.stack), "_up-to-date": ["true"]})
    return frozenset(converge.stalled(converge.Look(services, tasks, engine.nodes())))
