# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a swarm: what is stated merged into all that is stored, and what cannot be changed any more.

The Engine takes an update as the complete spec; a field that is left out goes back to its default (moby
daemon/cluster/swarm.go). So an update starts from the stored spec. It comes without the signing CA, and sending it back
so leaves the CA alone (swarmkit manager/controlapi/cluster.go).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import as_ip, split
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import pem
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import ca_digest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.durations import duration, nanoseconds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import shown

OWN_LABELS = "apiary.swarm."  # labels that begin so are no settings: this collection remembers something in them

DEFAULT_ADDR_POOL = ["10.0.0.0/8"]
DEFAULT_SUBNET_SIZE = 24
DEFAULT_DATA_PATH_PORT = 4789


@dataclass(frozen=True)
class _Setting:
    """Where an option is in the spec, how it is shown there and written there."""

    path: tuple[str, ...]
    to_spec: Callable[[Any], Any] = lambda value: value
    from_spec: Callable[[Any], Any] = lambda value: value


def _external_cas(cas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "Protocol": ca.get("protocol") or "cfssl",
            "URL": ca["url"],
            "Options": _texts(ca.get("options")),
            "CACert": ca.get("ca_cert") or "",
        }
        for ca in cas
    ]


def _stored_external_cas(cas: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    return [
        {
            "protocol": ca.get("Protocol") or "cfssl",
            "url": ca.get("URL") or "",
            "options": ca.get("Options") or {},
            "ca_cert": ca.get("CACert") or "",
        }
        for ca in cas or []
    ]


def _log_driver(driver: dict[str, Any]) -> dict[str, Any]:
    return {"Name": driver["name"], "Options": _texts(driver.get("options"))}


def _stored_log_driver(driver: dict[str, Any] | None) -> dict[str, Any] | None:
    return {"name": driver.get("Name") or "", "options": driver.get("Options") or {}} if driver else None


def _texts(mapping: Mapping[str, Any] | None) -> dict[str, str]:
    return {key: str(value) for key, value in (mapping or {}).items()}


def _labels(labels: Mapping[str, str] | None, own: bool) -> dict[str, str]:
    return {key: value for key, value in (labels or {}).items() if key.startswith(OWN_LABELS) == own}


SETTINGS = {
    "task_history_limit": _Setting(("Orchestration", "TaskHistoryRetentionLimit")),
    "snapshot_interval": _Setting(("Raft", "SnapshotInterval")),
    "keep_old_snapshots": _Setting(("Raft", "KeepOldSnapshots")),
    "log_entries_for_slow_followers": _Setting(("Raft", "LogEntriesForSlowFollowers")),
    "election_tick": _Setting(("Raft", "ElectionTick")),
    "heartbeat_tick": _Setting(("Raft", "HeartbeatTick")),
    "dispatcher_heartbeat": _Setting(("Dispatcher", "HeartbeatPeriod"), nanoseconds, lambda ns: duration(ns or 0)),
    "node_cert_expiry": _Setting(("CAConfig", "NodeCertExpiry"), nanoseconds, lambda ns: duration(ns or 0)),
    "external_cas": _Setting(("CAConfig", "ExternalCAs"), _external_cas, _stored_external_cas),
    "autolock": _Setting(("EncryptionConfig", "AutoLockManagers"), bool, bool),
    "log_driver": _Setting(("TaskDefaults", "LogDriver"), _log_driver, _stored_log_driver),
    "labels": _Setting(("Labels",), _texts, lambda labels: _labels(labels, own=False)),
}


# In the API, and no Engine stores it (moby daemon/cluster/convert/swarm.go leaves TaskDefaults out).
_NOT_TAKEN = "log_driver"


def wished_settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the options state and that an Engine takes."""
    return {name: options[name] for name in SETTINGS if name != _NOT_TAKEN and options.get(name) is not None}


def settings_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of a stored SwarmSpec, in the form of the module's options."""
    return {name: setting.from_spec(_look(spec, setting.path)) for name, setting in SETTINGS.items()}


def merged_spec(stored: Mapping[str, Any], wished: Mapping[str, Any]) -> dict[str, Any]:
    """The stored SwarmSpec with the wished settings put in; `stored` may be empty (for an init)."""
    spec: dict[str, Any] = copy.deepcopy(dict(stored))
    for name, value in wished.items():
        setting = SETTINGS[name]
        section = spec
        for step in setting.path[:-1]:
            section[step] = section.get(step) or {}
            section = section[step]
        section[setting.path[-1]] = setting.to_spec(value)
    if "labels" in wished:
        spec["Labels"].update(_labels(stored.get("Labels"), own=True))
    return spec


def with_signing_ca(spec: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The spec with the CA that is to sign certificates; to send it is to rotate to it."""
    config = {**(spec.get("CAConfig") or {}), "SigningCACert": options["signing_ca_cert"]}
    if options.get("signing_ca_key"):
        config["SigningCAKey"] = options["signing_ca_key"]
    return {**spec, "CAConfig": config}


def settings_to_change(stored: Mapping[str, Any], wished: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs: before and after by option."""
    before = settings_of(stored)
    after = settings_of(merged_spec(stored, wished))
    return {name: (before[name], after[name]) for name in wished if before[name] != after[name]}


def signing_ca_differs(options: Mapping[str, Any], trust_root: str) -> tuple[str, str] | None:
    """The digests of the root CA as it is and as it is wished, if they differ.

    The Engine never returns the signing CA; the root that nodes trust is the same certificate.
    """
    if not options.get("signing_ca_cert"):
        return None
    wished = pem.normalised(options["signing_ca_cert"])
    if wished == (pem.normalised(trust_root) if trust_root else ""):
        return None
    return f"sha256:{ca_digest(trust_root)}", f"sha256:{ca_digest(wished)}"


def drift(options: Mapping[str, Any], cluster: Mapping[str, Any], node_address: str) -> list[dict[str, Any]]:
    """What differs and can be set only when a swarm is made (or a node joins): `{option, wished, actual}`."""
    found = []

    def compare(option: str, wished: Any, actual: Any) -> None:
        if wished != actual:
            found.append({"option": option, "wished": shown(wished), "actual": shown(actual)})

    if options.get("default_addr_pool"):
        compare("default_addr_pool", options["default_addr_pool"], cluster.get("DefaultAddrPool") or DEFAULT_ADDR_POOL)
    if options.get("subnet_size"):
        compare("subnet_size", options["subnet_size"], cluster.get("SubnetSize") or DEFAULT_SUBNET_SIZE)
    if options.get("data_path_port"):
        compare("data_path_port", options["data_path_port"], cluster.get("DataPathPort") or DEFAULT_DATA_PATH_PORT)
    if options.get(_NOT_TAKEN):
        stored = SETTINGS[_NOT_TAKEN]
        wished = stored.from_spec(stored.to_spec(options[_NOT_TAKEN]))
        compare(_NOT_TAKEN, wished, stored.from_spec(_look(cluster.get("Spec") or {}, stored.path)))
    advertised = as_ip(split(options.get("advertise_addr") or "")[0])
    if advertised is not None and advertised != as_ip(node_address):
        compare("advertise_addr", str(advertised), node_address)
    return found


def drift_in_words(found: list[dict[str, Any]]) -> list[str]:
    """A sentence for each."""
    remedy = {
        "advertise_addr": "only when a node joins: let this node leave and join again",
        _NOT_TAKEN: "only in the configuration of each Engine (log-driver in daemon.json): Engines drop it unseen",
    }
    return [
        f"{item['option']} is {item['actual']}, not {item['wished']}. It can be set "
        + remedy.get(item["option"], "only when a swarm is made")
        + "."
        for item in found
    ]


def _look(spec: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = spec
    for step in path:
        value = (value or {}).get(step)
    return value
