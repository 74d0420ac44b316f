# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the quorum of a swarm is lost for good, which manager goes on, and what is left to do after that; what stands
against a restore. Over what managers say of themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Results as Answer
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import report_of

Answers = Mapping[str, Answer]


@dataclass
class RecoveryPlan:
    """`at` is the manager that goes on. `force`: it has to be made the only one.

    After that, or when an earlier run did it: hosts in `rejoin` take themselves for managers of the old swarm and have
    to leave, those in `join` are empty, entries of nodes in `remove` are of managers that are gone. `evidence` has a
    line for each host. `doubtful`: fewer than a majority said that there is a quorum, and a manager notices only after
    a while that the others are gone. With `errors` nothing is to be done.
    """

    at: str = ""
    node_id: str = ""
    force: bool = False
    rejoin: list[str] = field(default_factory=list)
    join: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    doubtful: bool = False
    evidence: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_needed(self) -> bool:
        return self.force or bool(self.rejoin or self.remove)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "needed": self.is_needed}


def plan_recovery(
    answers: Answers, positions: Mapping[str, tuple[int, int]], locks: Collection[str], lost: Collection[str]
) -> RecoveryPlan:
    """`answers` are of swarm_info by host, `positions` in the raft log (term, number), `locks` are hosts with autolock,
    `lost` what the user says is gone for good: hosts, or addresses or NodeIDs of managers."""
    plan = RecoveryPlan(evidence=[_evidence(host, answer, positions) for host, answer in answers.items()])
    live = [host for host, answer in answers.items() if report_of(host, answer).is_live_manager]
    swarms = {answer["cluster_id"] for answer in answers.values() if answer.get("cluster_id")}
    if len(swarms) > 1:
        plan.errors.append(f"These managers are of {len(swarms)} swarms ({', '.join(sorted(swarms))}).")
    elif live:
        plan.at, plan.node_id = live[0], answers[live[0]]["node_id"]
        plan.errors += filter(None, [_divided(answers, live)])
        plan.doubtful = len(live) < (answers[plan.at].get("quorum") or {}).get("majority", 0)
        _finish(answers, plan)
    else:
        _lost_quorum(answers, positions, locks, lost, plan)
    return plan


def _evidence(host: str, answer: Answer, positions: Mapping[str, tuple[int, int]]) -> str:
    words = str(report_of(host, answer))
    if answer.get("role") == "manager" and host in positions:
        words += f"; last entry of its log: term {positions[host][0]}, number {positions[host][1]}"
    return words


def left_behind(nodes: Sequence[Mapping[str, Any]], members: Collection[str] = ()) -> list[str]:
    """The NodeIDs of managers that take no part in the quorum and are not up: a recovery leaves them in the list.

    One that is up is being promoted or demoted, unless it is of `members`: nodes that are known to be left behind.
    """
    return [
        node["id"]
        for node in nodes
        if node["role"] == "manager"
        and not node["reachability"]
        and (node["state"] != "ready" or node["id"] in members)
    ]


def _divided(answers: Answers, live: Sequence[str]) -> str:
    """Managers of the old swarm that come back after a recovery may have a quorum again: one ID, two swarms."""
    for host in live:
        members = {node["id"] for node in answers[host].get("nodes") or () if node["reachability"]}
        strangers = [other for other in live if answers[other]["node_id"] not in members | {answers[host]["node_id"]}]
        if strangers:
            return (
                f"{host} has a quorum without {', '.join(strangers)}, which {'have' if len(strangers) > 1 else 'has'} "
                "one too: there are two swarms of the same ID. Decide which one goes on, and let the managers of the "
                "other one leave (docker swarm leave --force)."
            )
    return ""


def _finish(answers: Answers, plan: RecoveryPlan) -> None:
    nodes = answers[plan.at].get("nodes") or ()
    outside = {node["id"] for node in nodes if node["role"] == "manager" and not node["reachability"]}
    plan.rejoin = [
        host
        for host, answer in answers.items()
        if answer.get("local_state") not in (None, "", "inactive")
        and not report_of(host, answer).is_live_manager
        and answer.get("node_id") in outside
    ]
    plan.remove = left_behind(nodes, {answers[host]["node_id"] for host in plan.rejoin})
    if plan.is_needed:
        plan.join = empty_hosts(answers)


def empty_hosts(answers: Answers) -> list[str]:
    return [host for host, answer in answers.items() if answer.get("local_state") == "inactive"]


def _lost_quorum(
    answers: Answers,
    positions: Mapping[str, tuple[int, int]],
    locks: Collection[str],
    lost: Collection[str],
    plan: RecoveryPlan,
) -> None:
    silent = [host for host, answer in answers.items() if not answer.get("local_state") and host not in lost]
    locked = [host for host, answer in answers.items() if answer.get("local_state") == "locked"]
    left = [
        host
        for host, answer in answers.items()
        if answer.get("role") == "manager" and answer.get("local_state") in ("active", "pending")
    ]
    if silent:
        plan.errors.append(
            f"{', '.join(silent)} did not answer. They may have a quorum among themselves, and then there would be two "
            "swarms. Make them reachable and start their Engines; those that are gone for good can be named in "
            "swarm_recovery_lost_hosts."
        )
    if locked:
        plan.errors.append(f"{', '.join(locked)} must be unlocked first: then there may be a quorum again.")
    if not left:
        plan.errors.append(
            "None of these hosts is a manager that runs, so there is nothing to recover from. Restore a backup."
        )
    if plan.errors:
        return
    plan.at = max(left, key=lambda host: (positions.get(host, (0, 0)), -left.index(host)))
    plan.node_id, plan.force = answers[plan.at]["node_id"], True
    plan.rejoin = [host for host in left if host != plan.at]
    plan.join = empty_hosts(answers)
    plan.errors += filter(None, [_not_lost(answers, left), _unknown(answers, left, lost), _autolock(plan.at, locks)])


def _not_lost(answers: Answers, left: Sequence[str]) -> str:
    known = max(len(answers[host].get("remote_managers") or ()) for host in left)
    if not known or len(left) < known // 2 + 1:
        return ""
    return (
        f"{len(left)} of {known} managers run, which is a majority, but they have no leader: nothing is lost. Look at "
        "the network between them (port 2377) and at their clocks, and give them a minute."
    )


def _unknown(answers: Answers, left: Sequence[str], lost: Collection[str]) -> str:
    """Managers that the swarm knows and that no host stands for: they may have a quorum among themselves."""
    reported = {answer.get("node_id") for answer in answers.values()}
    peers = {
        peer["node_id"]: peer["addr"]
        for host in left
        for peer in answers[host].get("remote_managers") or ()
        if peer["node_id"] not in reported
    }
    open_ones = {
        node: address
        for node, address in peers.items()
        if not {node, address, address.rpartition(":")[0].strip("[]")} & set(lost)
    }
    stand_ins = [host for host in answers if host in lost or answers[host].get("local_state") == "inactive"]
    if len(open_ones) <= len(stand_ins):
        return ""
    told = ", ".join(f"{node} ({address})" for node, address in sorted(open_ones.items()))
    return (
        f"The swarm has managers that none of these hosts is: {told}. They may have a quorum among themselves. Add "
        "their hosts to the inventory; addresses of those that are gone for good can be named in "
        "swarm_recovery_lost_hosts."
    )


def _autolock(host: str, locks: Collection[str]) -> str:
    if host not in locks:
        return ""
    return (
        f"{host} has autolock on, and with autolock Engines cannot recover a swarm: they stop the manager and do not "
        "start it again (https://github.com/moby/moby/issues/36852). Start and unlock enough of the other managers."
    )


def check_confirmation(plan: RecoveryPlan, confirmed: str) -> None:
    """The NodeID of the manager that goes on, so that what was confirmed is what is done."""
    if plan.is_needed and not plan.errors and confirmed != plan.node_id:
        given = f" (it is {confirmed!r})" if confirmed else ""
        done = "is to become the only manager of its swarm" if plan.force else "is to be given the other managers back"
        plan.errors.append(
            f"{plan.at} {done}; managers that are left leave it and join again, what is gone is removed. To have it "
            f"so, set swarm_recovery_confirm: {plan.node_id}{given}."
        )


@dataclass
class RestorePlan:
    """`leave` are hosts that have to leave the old swarm before the restored manager starts. `done`: all was done."""

    done: bool = False
    leave: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class RestoreWish:
    """What the user says: where to, whether the swarm is meant (`confirm`, by its ID), which hosts are gone, whether
    the others may be made to leave."""

    host: str
    confirm: str = ""
    lost: Collection[str] = ()
    rejoin: bool = False


def plan_restore(
    answers: Answers, manifest: Mapping[str, Any], wish: RestoreWish, restored_before: bool
) -> RestorePlan:
    """What stands against it: managers that live, or may."""
    plan = RestorePlan()
    if wish.host not in answers:
        plan.errors.append(f"swarm_restore_host is {wish.host!r}, which is none of the managers of this run.")
        return plan
    own = answers[wish.host]
    if restored_before and report_of(wish.host, own).is_live_manager and not left_behind(own.get("nodes") or ()):
        plan.done = True
        return plan
    if wish.confirm != manifest["cluster_id"]:
        plan.errors.append(
            f"Swarm {manifest['cluster_id']} is to be restored on {wish.host}, as it was at {manifest['created']}. "
            f"What is there is set aside. To have it so, set swarm_restore_confirm: {manifest['cluster_id']}."
        )
    if manifest["autolock"] and len(manifest["managers"]) > 1:
        plan.errors.append(
            f"The backup is of a swarm with autolock and {len(manifest['managers'])} managers. One of them can go on "
            "alone only by force-new-cluster, and with autolock Engines stop the manager then and do not start it "
            "again (https://github.com/moby/moby/issues/36852)."
        )
    for host, answer in answers.items():
        if host != wish.host:
            _judge_other(host, answer, manifest, wish, plan)
    return plan


def _judge_other(host: str, answer: Answer, manifest: Mapping[str, Any], wish: RestoreWish, plan: RestorePlan) -> None:
    words = str(report_of(host, answer))
    if not answer.get("local_state"):
        if host not in wish.lost:
            plan.errors.append(
                f"{words}. It may still be a manager of the swarm. Make it reachable, or name it in "
                "swarm_restore_lost_hosts if it is gone for good."
            )
    elif answer["local_state"] == "inactive":
        return
    elif report_of(host, answer).is_live_manager:
        plan.errors.append(f"{words}: that swarm works, so nothing is to be restored. Recreate what is missing there.")
    elif answer.get("cluster_id") not in ("", None, manifest["cluster_id"]):
        plan.errors.append(f"{words}, which is another swarm than that of the backup.")
    elif wish.rejoin:
        plan.leave.append(host)
    else:
        plan.errors.append(
            f"{words}. Managers of the old swarm must leave it before the restored one starts, or they would go on "
            "together. Let it leave (docker swarm leave --force), or set swarm_restore_rejoin: true to have it done."
        )
