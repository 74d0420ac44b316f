# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at an Engine's membership, and joining: what swarm_init, swarm_join and swarm_info do to the Engine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm import cluster, swarm_spec
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import (
    check_addresses,
    check_remotes,
    refuse,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.identity import (
    Certificates,
    read_certificates,
    token_digest,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.membership import Membership, membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import UNIX
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import poll

_ADDRESSES = ("advertise_addr", "listen_addr", "data_path_addr")
_WITH_PORT = ("advertise_addr", "listen_addr")


@dataclass(frozen=True)
class View:
    """What an Engine says of itself. `cluster` is its cluster object (managers with a quorum only)."""

    member: Membership
    cluster: Mapping[str, Any] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)


def look(engine: Engine, docker_host: str) -> View:
    """One request. The node's certificates are read too where the Engine is on this very host."""
    info = engine.info()
    papers = _certificates(info) if docker_host.startswith(UNIX) and not engine.is_blank else None
    member = membership_of(info, papers)
    cluster_object = (info.get("Swarm") or {}).get("Cluster") or {}
    return View(member, cluster_object if member.has_quorum else {}, info)


def _certificates(info: Mapping[str, Any]) -> Certificates | None:
    folder = os.path.join(info.get("DockerRootDir") or "/var/lib/docker", "swarm", "certificates")
    return read_certificates(
        _text_of(os.path.join(folder, "swarm-node.crt")), _text_of(os.path.join(folder, "swarm-root-ca.crt"))
    )


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except (OSError, ValueError):  # not root, not there (yet), or no certificate
        return ""


def init_duty(options: Mapping[str, Any]) -> Duty[View]:
    """What swarm_init does."""
    refuse(check_addresses(options, _ADDRESSES, _WITH_PORT) + cluster.check_settings(options))

    def read(engine: Engine) -> View:
        return look(engine, options["docker_host"])

    def perform(engine: Engine, step: Step) -> None:
        if step.action == "init":
            _init(engine, step.payload)
        else:
            version, spec = step.payload
            engine.update_swarm(version, spec)

    def settle(engine: Engine, view: View, plan: Plan) -> View:
        if not plan:
            return view
        return poll(
            lambda: read(engine),
            lambda seen: seen.member.is_live_manager,
            options["wait_timeout"],
            lambda seen: f"this node is {seen.member}.",
        )

    def result(view: View) -> dict[str, Any]:
        return {
            **view.member.as_dict(),
            "swarm": swarm_view(view.cluster),
            "drift": swarm_spec.drift(options, view.cluster, view.member.node_address) if view.cluster else [],
        }

    return Duty(read, lambda view: cluster.decide_init(view.member, view.cluster, options), perform, result, settle)


def _init(engine: Engine, request: Mapping[str, Any]) -> None:
    try:
        engine.init_swarm(request)
    except EngineError as refusal:
        stated = ", ".join(f"{field} {request[field]!r}" for field in _ADDRESS_FIELDS if request[field])
        raise EngineError(
            f"The Engine made no swarm (with {stated}): {refusal.message.rstrip('.')}. Nothing was changed.",
            refusal.status,
            "Addresses must be those of this host, or names of its network interfaces."
            if "addr" in refusal.message
            else "",
        ) from None


_ADDRESS_FIELDS = ("AdvertiseAddr", "ListenAddr", "DataPathAddr")


def swarm_view(cluster_object: Mapping[str, Any]) -> dict[str, Any]:
    """A cluster object as modules return it: the same keys whether there is one or not."""
    known = bool(cluster_object)
    return {
        "id": cluster_object.get("ID") or "",
        "created_at": cluster_object.get("CreatedAt") or "",
        "updated_at": cluster_object.get("UpdatedAt") or "",
        "settings": swarm_spec.settings_of(cluster_object["Spec"]) if known else {},
        "default_addr_pool": (cluster_object.get("DefaultAddrPool") or swarm_spec.DEFAULT_ADDR_POOL) if known else [],
        "subnet_size": cluster_object.get("SubnetSize") or None,
        "data_path_port": cluster_object.get("DataPathPort") or None,
        "root_rotation_in_progress": bool(cluster_object.get("RootRotationInProgress")),
    }


def join_duty(options: Mapping[str, Any], check_mode: bool) -> Duty[Membership]:
    """What swarm_join does."""
    refuse(
        check_addresses(options, _ADDRESSES, _WITH_PORT)
        + check_remotes(options["remote_addrs"] or ())
        + cluster.check_join_options(options, check_mode)
    )
    if options["join_token"]:
        token_digest(options["join_token"])

    def read(engine: Engine) -> Membership:
        return look(engine, options["docker_host"]).member

    def perform(engine: Engine, step: Step) -> None:
        join_in_turn(engine, step.payload)

    def settle(engine: Engine, member: Membership, plan: Plan) -> Membership:
        if not plan and member.local_state == states.ACTIVE:
            return member
        member = poll(
            lambda: read(engine),
            lambda seen: has_joined(seen, options["role"]),
            options["wait_timeout"],
            lambda seen: f"this node is {seen}.",
        )
        cluster.check_role(member, options["role"], "" if plan else "Nothing was changed.")
        return member

    return Duty(
        read, lambda member: cluster.decide_join(member, options), perform, lambda member: member.as_dict(), settle
    )


def has_joined(member: Membership, role: str | None) -> bool:
    """Whether waiting for a join is over, well or not: a SwarmError where it cannot become well."""
    if member.local_state in (states.ERROR, states.LOCKED, states.INACTIVE):
        raise SwarmError(f"The join failed: this node is {member}.")
    if member.local_state != states.ACTIVE:
        return False
    return member.is_live_manager or (member.role == "worker" and role != "manager")


def join_in_turn(engine: Engine, requests: Sequence[Mapping[str, Any]]) -> None:
    """Join through the first manager that lets this node in.

    After 20 s the Engine answers with an error and goes on trying the one address (moby daemon/cluster/cluster.go).
    While the node has no NodeID it is known to nobody, so this is broken off and the next manager is tried; once it has
    one, it is a member and only has to be waited for.
    """
    refusals = []
    for request in requests:
        try:
            engine.join_swarm(request)
            return
        except EngineError as refusal:
            refusals.append(f"{request['RemoteAddrs'][0]}: {refusal.message}")
        member = membership_of(engine.info())
        if member.node_id or member.local_state == states.ACTIVE:
            return
        if member.local_state != states.INACTIVE:
            engine.leave_swarm(force=True)
    raise SwarmError(
        f"No manager let this node in. {' '.join(refusals)} The node is in no swarm, as before.",
        "Managers must be reachable at these addresses (port 2377), and the join token must be a present one.",
    )
