# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do so that an Engine is a manager of a swarm whose settings are as wished: a table over node states.

No swarm is made where there is any trace of another.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import LOCAL
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import pem
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.node_request import node_request
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.refusals import (
    require_live_manager,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.swarm_spec import (
    drift,
    drift_in_words,
    merged_spec,
    settings_to_change,
    signing_ca_differs,
    wished_settings,
    with_signing_ca,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.durations import nanoseconds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import shown


def decide_init(member: Membership, cluster: Mapping[str, Any], options: Mapping[str, Any]) -> Plan:
    """Make a swarm, or bring the settings of the one that this manager is in to what the options state."""
    if member.local_state == states.INACTIVE:
        return Plan((Step("init", "swarm", "default", changes=_stated(options), payload=init_request(options)),))
    require_live_manager(member)
    return decide_settings(cluster, options, member.node_address)


def decide_settings(cluster: Mapping[str, Any], options: Mapping[str, Any], node_address: str) -> Plan:
    """Update what can be updated; warn of what cannot (or refuse, with `on_drift: fail`)."""
    words = drift_in_words(drift(options, cluster, node_address))
    if words and options.get("on_drift") == "fail":
        raise SwarmError(" ".join(words) + " Nothing was changed.", "Correct the options, or set on_drift to warn.")
    stored = cluster.get("Spec") or {}
    wished = wished_settings(options)
    changes = [Change(name, *map(shown, sides)) for name, sides in sorted(settings_to_change(stored, wished).items())]
    spec = merged_spec(stored, wished)
    signing = signing_ca_differs(options, (cluster.get("TLSInfo") or {}).get("TrustRoot") or "")
    if signing and cluster.get("RootRotationInProgress"):
        words.append("The CA of this swarm is being rotated. No other rotation was begun.")
    elif signing:
        spec = with_signing_ca(spec, options)
        changes.append(Change("signing_ca_cert", *signing))
    if not changes:
        return Plan(warnings=tuple(words))
    version = (cluster.get("Version") or {}).get("Index", 0)
    step = Step("update", "swarm", cluster.get("ID") or "", changes=tuple(changes), payload=(version, spec))
    return Plan((step,), tuple(words))


_ONLY_AT_INIT = ("data_path_port", "default_addr_pool", "subnet_size", "availability")


def _stated(options: Mapping[str, Any]) -> tuple[Change, ...]:
    local = {name: options[name] for name in (*LOCAL, *_ONLY_AT_INIT) if options.get(name)}
    stated = shown({**local, **wished_settings(options)})
    return tuple(Change(name, after=value) for name, value in sorted(stated.items()))


def init_request(options: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `POST /swarm/init`. Settings that are not stated get the Engine's defaults."""
    spec = merged_spec({}, wished_settings(options))
    if options.get("signing_ca_cert"):
        spec = with_signing_ca(spec, options)
    request = {
        **node_request(options),
        "ForceNewCluster": False,
        "AutoLockManagers": bool(options.get("autolock")),
        "Spec": spec,
    }
    for name, field in (
        ("data_path_port", "DataPathPort"),
        ("default_addr_pool", "DefaultAddrPool"),
        ("subnet_size", "SubnetSize"),
    ):
        if options.get(name):
            request[field] = options[name]
    return request


def check_settings(options: Mapping[str, Any]) -> list[str]:
    """What is wrong with the settings of a swarm."""
    problems = [
        f"{name}: {options[name]} must be at least {least}"
        for name, least in _LEAST.items()
        if options.get(name) is not None and options[name] < least
    ]
    for name in ("dispatcher_heartbeat", "node_cert_expiry"):
        problems += _check_duration(name, options.get(name))
    if options.get("signing_ca_cert"):
        try:
            pem.normalised(options["signing_ca_cert"])
        except ValueError as problem:
            problems.append(f"signing_ca_cert: {problem}")
    for pool in options.get("default_addr_pool") or ():
        try:
            ipaddress.ip_network(pool)
        except ValueError as problem:
            problems.append(f"default_addr_pool: {problem}")
    if options.get("subnet_size") and not 8 <= options["subnet_size"] <= 29:
        problems.append(f"subnet_size: {options['subnet_size']} is not between 8 and 29")
    if options.get("data_path_port") and not 1024 <= options["data_path_port"] <= 49151:
        problems.append(f"data_path_port: {options['data_path_port']} is not between 1024 and 49151")
    return problems


# Zero would silently mean the Engine's default.
_LEAST = {
    "task_history_limit": 0,
    "snapshot_interval": 1,
    "keep_old_snapshots": 0,
    "log_entries_for_slow_followers": 1,
    "election_tick": 1,
    "heartbeat_tick": 1,
}


def _check_duration(name: str, value: str | None) -> list[str]:
    if value is None:
        return []
    try:
        return [] if nanoseconds(value) else [f"{name}: {value!r} must be more than nothing"]
    except ValueError as problem:
        return [f"{name}: {problem}"]
