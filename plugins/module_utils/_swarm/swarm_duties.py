# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at an Engine's membership, and joining: what swarm_init, swarm_join and swarm_info do to the Engine."""

from __future__ import annotations

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
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    NotAManager,
    NotFound,
    SwarmError,
    Timeout,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.identity import Certificates, token_digest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.local_state import certificates_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.membership import Membership, membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.quorum import is_reachable
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.refusals import hint_for
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import UNIX
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import poll

ADDRESSES = ("advertise_addr", "listen_addr", "data_path_addr")
WITH_PORT = ("advertise_addr", "listen_addr")


@dataclass(frozen=True)
class View:
    """What an Engine says of itself.

    `cluster` is its cluster object (managers with a quorum only), `certified_role` the role in its certificate (where
    that can be read): a manager that has just joined does not take part in the quorum yet.
    """

    member: Membership
    cluster: Mapping[str, Any] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)
    certified_role: str = ""


def look(engine: Engine, docker_host: str) -> View:
    """One request. The node's certificates are read too where the Engine is on this very host."""
    info = engine.info()
    papers = certificates_of(info) if is_here(engine, docker_host) else Certificates()
    member = membership_of(info, papers)
    cluster_object = (info.get("Swarm") or {}).get("Cluster") or {}
    return View(member, cluster_object if member.has_quorum else {}, info, papers.role)


def is_here(engine: Engine, docker_host: str) -> bool:
    """Whether the Engine is on the host where the module runs, so that its files can be read."""
    return docker_host.startswith(UNIX) and not engine.is_blank


def look_for_leader(engine: Engine, docker_host: str, timeout: float) -> View:
    """The same; on a manager without a leader, when there is one again or the time (in seconds) is over."""
    seen: list[View] = []

    def ask() -> View:
        seen.append(look(engine, docker_host))
        return seen[-1]

    try:
        return poll(ask, lambda view: not view.member.waits_for_leader, timeout, lambda view: "")
    except Timeout:
        return seen[-1]


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
        check_addresses(options, ADDRESSES, WITH_PORT)
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
        last: list[Membership] = []

        def ask() -> View:
            view = look(engine, options["docker_host"])
            last[:] = [view.member]
            return view

        outcome = "" if plan else "Nothing was changed."
        try:
            member = poll(
                ask,
                lambda view: has_joined(view, options["role"]) and is_known(engine, view.member),
                options["wait_timeout"],
                lambda view: f"this node is {view.member}.",
            ).member
        except Timeout:
            if last[0].local_state == states.ACTIVE:
                cluster.check_role(last[0], options["role"], outcome)
            raise
        cluster.check_role(member, options["role"], outcome)
        return member

    return Duty(
        read, lambda member: cluster.decide_join(member, options), perform, lambda member: member.as_dict(), settle
    )


def has_joined(view: View, role: str | None) -> bool:
    """Whether waiting for a join is over, well or not: a SwarmError where it cannot become well."""
    member = view.member
    if member.local_state in (states.ERROR, states.LOCKED, states.INACTIVE):
        raise SwarmError(f"The join failed: this node is {member}.", hint_for(member), **member.as_dict())
    if member.local_state != states.ACTIVE:
        return False
    if member.role == "manager":
        return member.is_live_manager
    return role != "manager" or view.certified_role == "worker"


def is_known(engine: Engine, member: Membership) -> bool:
    """Whether the managers count this one among them. Workers cannot ask."""
    if member.role != "manager":
        return True
    try:
        return is_reachable(engine.node(member.node_id).get("ManagerStatus") or {})
    except (NotFound, NotAManager):
        return False


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
