# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks, volumes, secrets and configs of one file in the form of the model (model.py)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from . import values
from .compatibility import CLI
from .context import Context
from .errors import ComposeError
from .paths import absolute
from .values import Invalid, boolean, fields, items, mapping, string


def _external(value: Any) -> dict[str, str] | bool:
    """False, or a mapping with the name if there is one."""
    if isinstance(value, dict):
        return {"name": string(value["name"])} if value.get("name") is not None else {}
    return {} if boolean(value) else False


_POOL = fields({"subnet": string, "gateway": string, "ip_range": string, "aux_addresses": mapping})
_TOPOLOGIES = items(fields({"segments": mapping}))
_CLUSTER_SPEC = fields(  # looked at, as the CLI does, and not used
    {
        "group": string,
        "availability": string,
        "access_mode": fields(
            {
                "scope": string,
                "sharing": string,
                "mount_volume": fields({"fs_type": string, "mount_flags": values.string_list}),
                "block_volume": fields({}),
            }
        ),
        "accessibility_requirements": fields({"requisite": _TOPOLOGIES, "preferred": _TOPOLOGIES}),
        "capacity_range": fields({"required_bytes": values.size, "limit_bytes": values.size}),
        "secrets": items(fields({"key": string, "secret": string})),
    }
)
_COMMON = {"name": string, "external": _external, "labels": mapping}
_FILE_OBJECT = {**_COMMON, "file": string, "template_driver": string, "environment": string}
_TABLES: Mapping[str, Mapping[str, values.Converter]] = {
    "networks": {
        **_COMMON,
        "driver": string,
        "driver_opts": mapping,
        "ipam": fields({"driver": string, "config": items(_POOL), "options": mapping}),
        "internal": boolean,
        "attachable": boolean,
        "enable_ipv6": boolean,
    },
    "volumes": {**_COMMON, "driver": string, "driver_opts": mapping, "x-cluster-spec": _CLUSTER_SPEC},
    "secrets": {**_FILE_OBJECT, "driver": string, "driver_opts": mapping},
    "configs": {**_FILE_OBJECT, "content": string},
}
SECTIONS = tuple(_TABLES)
_NAMED_SINCE = {"networks": 5, "volumes": 4, "secrets": 5, "configs": 5}


def load_section(section: str, raw: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The entries of a section. ComposeError with the place for what the schema cannot see."""
    loaded = {}
    for name, value in raw.items():
        try:
            entry = fields(_TABLES[section])({} if value is None else value)
        except Invalid as error:
            raise ComposeError(f"{'.'.join((section, name, *error.path))}: {error}") from error
        entry.pop("x-cluster-spec", None)
        external = entry.pop("external", False)
        if external is not False:
            _check_external(section, name, entry)
            entry = {"name": _external_name(section, name, entry, external, context), "external": True}
        elif section in ("secrets", "configs"):
            _check_source(section[:-1], name, entry)
        loaded[name] = entry
    return loaded


def _check_external(section: str, name: str, entry: Mapping[str, Any]) -> None:
    keys = ("driver", "driver_opts", "labels") if section == "volumes" else ()
    conflict = next((key for key in keys if entry.get(key)), None)
    if conflict:
        raise ComposeError(f'conflicting parameters "external" and "{conflict}" specified for volume "{name}"')


def _external_name(
    section: str, name: str, entry: Mapping[str, Any], external: Mapping[str, str], context: Context
) -> str:
    kind = section[:-1]
    old_name = external.get("name", "")
    if not old_name:
        return str(entry.get("name") or name)
    if entry.get("name"):
        raise ComposeError(f"{kind} {name}: {kind}.external.name and {kind}.name conflict; only use {kind}.name")
    if context.minor >= _NAMED_SINCE[section]:
        context.warn(f"{kind} {name}: {kind}.external.name is deprecated in favor of {kind}.name")
    return old_name


def _check_source(kind: str, name: str, entry: Mapping[str, Any]) -> None:
    if entry.get("driver") and entry.get("file"):
        raise ComposeError(f"{kind} {name}: {kind}.driver and {kind}.file conflict; only use {kind}.driver")
    given = [key for key in ("driver", "file", "content", "environment") if entry.get(key)]
    if len(given) > 1:
        raise ComposeError(f"{kind} {name}: {' and '.join(given)} conflict; only use one of them")


def with_content(
    section: str, entries: Mapping[str, Any], given: Mapping[str, str], context: Context
) -> dict[str, Any]:
    """Secrets or configs with the content that they get, base64 encoded: given by the task, or where the file says."""
    kind = section[:-1]
    unknown = sorted(set(given) - set(entries))
    if unknown:
        raise ComposeError(
            f"values are given for {section} that the Compose file does not have: {', '.join(unknown)}",
            f"Declare them under the top-level key {section}.",
        )
    loaded = {}
    for name, entry in entries.items():
        kept = {key: value for key, value in entry.items() if key not in ("file", "environment", "content")}
        if name in given and (entry.get("external") or entry.get("driver")):
            raise ComposeError(f"{kind} {name}: a value is given for it, but its content is not the stack's to set")
        if name in given:
            kept["content"] = _encoded(given[name].encode())
        elif not entry.get("external") and not entry.get("driver"):
            kept["content"] = _encoded(_content(kind, name, entry, context))
        loaded[name] = kept
    return loaded


def _content(kind: str, name: str, entry: Mapping[str, Any], context: Context) -> bytes:
    if "content" in entry:
        return str(entry["content"]).encode()
    if "environment" in entry:
        variable = entry["environment"]
        if variable not in context.env:
            raise ComposeError(
                f"{kind} {name}: the environment variable {variable} is not set", "Set it in env, env_file or outside."
            )
        return context.env[variable].encode()
    if not entry.get("file"):
        instead = "" if context.rules == CLI else " or environment"
        raise ComposeError(f"{kind} {name}: there is no content", f"Give a file{instead}, or say external: true.")
    path = absolute(entry["file"], context.working_dir)
    return context.read(path, f"the file of {kind} {name}")


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
