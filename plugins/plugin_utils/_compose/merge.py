# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several files as one. Entries of the other sections are replaced as a whole; services are merged key by key:

lists are joined, mappings are merged, and a later value takes the place of an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .context import Context

Entry = dict[str, Any]
_Key = Callable[[Entry], Any]
_Special = Callable[[Any, Any, str], Any]

# By what the CLI tells entries apart.
_CLI_KEYS: Mapping[str, _Key] = {
    "ports": lambda port: port["published"],
    "volumes": lambda volume: volume.get("target", ""),
    "secrets": lambda reference: reference.get("source", ""),
    "configs": lambda reference: reference.get("source", ""),
}


def _port_key(port: Entry) -> Any:
    return (port["published"], 0 if port["published"] else port["target"], port["protocol"] or "tcp")


_MAPPINGS = ("labels", "sysctls", "ulimits")  # a later value counts even if it is empty
_REPLACED = ("command", "entrypoint")  # lists, which are not joined
_POINTERS = ("replicas", "parallelism", "max_attempts", "retries")  # zero is a value


def merge_services(base: Mapping[str, Entry], override: Mapping[str, Entry], context: Context) -> dict[str, Entry]:
    merged = {**base, **override}
    for name in base.keys() & override.keys():
        merged[name] = _Merge(context).service(base[name], override[name], f"services.{name}")
    return merged


class _Merge:
    def __init__(self, context: Context) -> None:
        self.rules = context.rules
        self.warn = context.warn

    def service(self, base: Entry, override: Entry, place: str) -> Entry:
        plain = {key: value for key, value in override.items() if key not in _CLI_KEYS}
        merged = self.struct(base, plain, place)
        for key in _CLI_KEYS:
            if key in base:
                merged[key] = self.keyed(key, base[key], override.get(key, []), f"{place}.{key}")
            elif key in override:
                merged[key] = override[key]
        return merged

    def struct(self, base: Entry, override: Entry, place: str) -> Entry:
        merged = dict(base)
        for key, value in override.items():
            there = key in base and base[key] is not None
            merged[key] = self.value(key, base[key], value, f"{place}.{key}") if there else value
        return merged

    def value(self, key: str, base: Any, override: Any, place: str) -> Any:
        if key in _MAPPINGS:
            return {**base, **override}
        special: Mapping[str, _Special] = {
            "environment": self.environment,
            "logging": self.logging,
            "networks": self.networks,
            "test": self.test,
        }
        if key in special:
            return special[key](base, override, place)
        if isinstance(override, dict):
            return self.struct(base, override, place)
        if isinstance(override, list) and key not in _REPLACED:
            return [*base, *override]
        return override if override or key in _POINTERS else self.empty(base, override, place)

    def empty(self, base: Any, override: Any, place: str) -> Any:
        """What comes of a value that is false, zero or empty."""
        if self.rules.merge_ignores_empty:
            return base
        if base:
            self.warn(f"{place}: a later file sets it to {override!r}, which docker stack deploy ignores")
        return override

    def environment(self, base: Entry, override: Entry, place: str) -> Entry:
        return {
            **base,
            **{
                key: value if value or not base.get(key) else self.empty(base[key], value, f"{place}.{key}")
                for key, value in override.items()
            },
        }

    def test(self, base: list[str], override: list[str], place: str) -> list[str]:
        if self.rules.merge_appends_test:
            return [*base, *override]
        if base and override:
            self.warn(f"{place}: replaced by a later file; docker stack deploy joins the two commands")
        return override or base

    def logging(self, base: Entry, override: Entry, place: str) -> Entry:
        old, new = base.get("driver", ""), override.get("driver", "")
        if old and new and old != new:
            return override
        merged = {**base, **({"driver": old or new} if old or new else {})}
        if "options" in base or not self.rules.merge_loses_options:
            merged["options"] = {**base.get("options", {}), **override.get("options", {})}
        if override.get("options") and "options" not in base and not self.rules.merge_loses_options:
            self.warn(f"{place}.options of a later file are used; docker stack deploy loses them")
        return merged

    def networks(self, base: Entry, override: Entry, place: str) -> Entry:
        merged = dict(base)
        for name, new in override.items():
            old = base.get(name)
            if old is None or new is None:
                merged[name] = old if new is None else new
            elif self.rules.merge_replaces_attachment:
                kept = {key: value for key, value in old.items() if key != "aliases"}
                merged[name] = {**kept, **{key: value for key, value in new.items() if key == "aliases"}}
            else:
                merged[name] = {**old, **new}
                if "driver_opts" in new or ("aliases" in old and "aliases" not in new):
                    self.warn(f"{place}.{name}: merged key by key; docker stack deploy loses parts of it")
        return merged

    def keyed(self, section: str, base: list[Entry], override: list[Entry], place: str) -> list[Entry]:
        """Those of the first list that the second does not replace, and the second, sorted; also if that is empty."""
        cli_key = _CLI_KEYS[section]
        as_cli = {cli_key(entry): entry for entry in (*base, *override)}
        if self.rules.merge_by_partial_key or section == "volumes":
            return [as_cli[found] for found in sorted(as_cli)]
        key = _port_key if section == "ports" else cli_key
        replaced = {key(entry) for entry in override}
        merged = [*(entry for entry in base if key(entry) not in replaced), *override]
        if len(merged) > len(as_cli):
            kept = f"{len(as_cli)} of these {len(merged)} entries"
            self.warn(f"{place}: all are kept; docker stack deploy keeps {kept} when it merges files")
        return sorted(merged, key=key)
