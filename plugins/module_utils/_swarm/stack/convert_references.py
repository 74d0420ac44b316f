# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service's references to secrets and configs. ValueError for those that lead nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scope import Scope

Spec = dict[str, Any]

_MODE = 0o444


def secret_references(service: Mapping[str, Any], secrets: Mapping[str, Any], scope: Scope) -> list[Spec]:
    references = [
        {
            "File": _file(wish),
            "SecretID": "",
            "SecretName": _full_name("secret", wish.get("source", ""), secrets, scope),
        }
        for wish in service.get("secrets") or []
    ]
    _refuse_same_target("secret", references)
    return sorted(references, key=lambda reference: str(reference["SecretName"]))


def config_references(service: Mapping[str, Any], configs: Mapping[str, Any], scope: Scope) -> list[Spec]:
    references = [
        {
            "File": _file(wish),
            "ConfigID": "",
            "ConfigName": _full_name("config", wish.get("source", ""), configs, scope),
        }
        for wish in service.get("configs") or []
    ]
    _refuse_same_target("config", references)
    source = (service.get("credential_spec") or {}).get("config")
    if source:
        name = _full_name("config", source, configs, scope)
        references.append({"Runtime": {}, "ConfigID": "", "ConfigName": name})
    return sorted(references, key=lambda reference: str(reference["ConfigName"]))


def credential_spec(service: Mapping[str, Any], configs: Mapping[str, Any], scope: Scope) -> Spec | None:
    """With the full name of a config in the place of its ID."""
    wish = service.get("credential_spec") or {}
    given = [kind for kind in ("config", "file", "registry") if wish.get(kind)]
    if not given:
        return None
    if len(given) > 1:
        kinds = [f'"{kind.capitalize()}"' for kind in given]
        some = f"{', '.join(kinds[:-1])}{',' if len(kinds) > 2 else ''} and {kinds[-1]}"
        raise ValueError(f"invalid credential spec: cannot specify both {some}")
    config = _full_name("config", wish["config"], configs, scope) if wish.get("config") else ""
    return {"Config": config, "File": wish.get("file") or "", "Registry": wish.get("registry") or ""}


def refuse_renamed_credential_spec(service: Mapping[str, Any], configs: Mapping[str, Any], scope: Scope) -> None:
    """The CLI does not find a credential spec's config that has a `name` of its own."""
    source = (service.get("credential_spec") or {}).get("config")
    names = {reference["ConfigName"] for reference in config_references(service, configs, scope)}
    if source and not names & {source, scope.name(source)}:
        raise ValueError(f"invalid credential spec: spec specifies config {source}, but no such config can be found")


def _full_name(kind: str, source: str, entries: Mapping[str, Any], scope: Scope) -> str:
    if source not in entries:
        raise ValueError(f'undefined {kind} "{source}"')
    return scope.name(source, entries[source])


def _file(wish: Mapping[str, Any]) -> Spec:
    return {
        "Name": wish.get("target") or wish.get("source", ""),
        "UID": wish.get("uid") or "0",
        "GID": wish.get("gid") or "0",
        "Mode": wish.get("mode", _MODE),
    }


def _refuse_same_target(kind: str, references: list[Spec]) -> None:
    seen = set()
    for reference in references:
        target = reference["File"]["Name"]
        if target in seen:
            name = reference[f"{kind.capitalize()}Name"]
            raise ValueError(f"duplicate {kind} target for {name} not allowed: {target}")
        seen.add(target)
