# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do so that an Engine is the manager of a swarm, or a node of one that exists: tables over node states.

Neither ever leaves a swarm, and neither makes a swarm where there is any trace of another.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import pem
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import LOCAL, listen_address, remote
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.durations import nanoseconds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.identity import token_digest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.refusals import (
    LEAVE,
    hint_for,
    refuse_node,
    require_live_manager,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.swarm_spec import (
    drift,
    drift_in_words,
    merged_spec,
    settings_to_change,
    signing_ca_differs,
    wished_settings,
    with_signing_ca,
)


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
    changes = [Change(name, *sides) for name, sides in sorted(settings_to_change(stored, wished).items())]
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
    stated = {name: options[name] for name in (*LOCAL, *_ONLY_AT_INIT) if options.get(name)}
    return tuple(Change(name, after=value) for name, value in sorted({**stated, **wished_settings(options)}.items()))


def init_request(options: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `POST /swarm/init`. Settings that are not stated get the Engine's defaults."""
    spec = merged_spec({}, wished_settings(options))
    if options.get("signing_ca_cert"):
        spec = with_signing_ca(spec, options)
    request = {
        **_node_request(options),
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


def _node_request(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ListenAddr": listen_address(options.get("listen_addr"), options.get("advertise_addr")),
        "AdvertiseAddr": options.get("advertise_addr") or "",
        "DataPathAddr": options.get("data_path_addr") or "",
        "Availability": options.get("availability") or "active",
    }


def decide_join(member: Membership, options: Mapping[str, Any]) -> Plan:
    """Join, if the Engine is in no swarm; otherwise find out whether it is where it should be.

    A node that is still pending is waited for, not touched: it may be a member that has just started.
    """
    if member.local_state == states.INACTIVE:
        return Plan((_join_step(options),))
    _check_swarm(member, options.get("join_token") or "")
    if member.local_state == states.PENDING:
        return Plan(warnings=(f"This node is already {member}. Waiting for it.",))
    if member.local_state != states.ACTIVE:
        refuse_node(member, hint_for(member), "It cannot take part in its swarm")
    check_role(member, options.get("role"), "Nothing was changed.")
    warnings = []
    if member.role == "manager" and not member.has_quorum:
        warnings.append(f"This node is {member}. Its managers have no quorum.")
    if not member.root_ca_digest:
        warnings.append(
            "This node is in a swarm already. Whether it is the one of join_token cannot be told from here: its "
            "certificates can be read only on the node itself and as root."
        )
    return Plan(warnings=tuple(warnings))


def check_role(member: Membership, role: str | None, outcome: str) -> None:
    """Refuse a node in the other role. `outcome` says what was done to it before."""
    if role and role != member.role:
        verb = "promoted" if role == "manager" else "demoted"
        raise SwarmError(
            f"This node is {member}, not a {role}. {outcome}".strip(),
            f"The join token decides the role; later nodes are {verb} on a manager (module node_update, option role).",
            **member.as_dict(),
        )


def _join_step(options: Mapping[str, Any]) -> Step:
    stated = {name: options[name] for name in (*LOCAL, "availability", "role") if options.get(name)}
    return Step(
        "join",
        "swarm",
        "through " + (", ".join(map(remote, options.get("remote_addrs") or ())) or "a manager that is still to come"),
        changes=tuple(Change(name, after=value) for name, value in sorted(stated.items())),
        payload=join_requests(options),
    )


def join_requests(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The body of `POST /swarm/join`, once for each manager.

    The Engine tries only the first of several addresses (moby daemon/cluster/swarm.go).
    """
    common = {**_node_request(options), "JoinToken": options.get("join_token") or ""}
    return [{**common, "RemoteAddrs": [remote(address)]} for address in options.get("remote_addrs") or ()]


def _check_swarm(member: Membership, token: str) -> None:
    if not token or not member.root_ca_digest:
        return
    wished = token_digest(token)
    if wished != member.root_ca_digest:
        raise SwarmError(
            f"This node is {member}, whose root CA is sha256:{member.root_ca_digest}; join_token is for the swarm "
            f"whose root CA is sha256:{wished}. Nothing was changed.",
            f"If the node is to change swarms, let it leave its present one ({LEAVE}). If the CA of its swarm was "
            "rotated, use the present join token.",
        )


def check_join_options(options: Mapping[str, Any], check_mode: bool) -> list[str]:
    """What is missing. In check mode the swarm may not exist yet, so there is neither token nor address."""
    missing: Sequence[str] = () if check_mode else [o for o in ("join_token", "remote_addrs") if not options.get(o)]
    return [f"{option} is empty" for option in missing]


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
