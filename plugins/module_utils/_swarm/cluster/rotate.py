# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which secrets of a swarm are to be replaced, and how far the replacement of its CA is."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.refusals import require_live_manager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.swarm_spec import (
    OWN_LABELS,
    signing_ca_differs,
    with_signing_ca,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.durations import nanoseconds
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.times import time_of, written

WORKER_TOKEN, MANAGER_TOKEN, UNLOCK_KEY, CA = "worker_token", "manager_token", "unlock_key", "ca"
_ROOT = "root_ca"  # the path of its change

# The parameters of POST /swarm/update; a CA is rotated by the spec.
_FLAGS = {
    WORKER_TOKEN: "rotateWorkerToken",
    MANAGER_TOKEN: "rotateManagerToken",
    UNLOCK_KEY: "rotateManagerUnlockKey",
}
# The labels of the swarm that say when each was replaced; the Engine does not tell.
_REPLACED = f"{OWN_LABELS}replaced."


def decide_rotate(
    member: Membership,
    cluster: Mapping[str, Any],
    present: Mapping[str, str],
    options: Mapping[str, Any],
    now: datetime,
) -> Plan:
    """One update for all that is to be replaced.

    `present` are the present tokens and the present unlock key by the names of `rotate`; they are needed only where
    `compromised` says which ones are to go. `now` is the Engine's time.
    """
    require_live_manager(member)
    young = _young(cluster, options, now)
    wished = [name for name in options["rotate"] if name not in young]
    spec = cluster.get("Spec") or {}
    if UNLOCK_KEY in options["rotate"] and not (spec.get("EncryptionConfig") or {}).get("AutoLockManagers"):
        raise SwarmError(
            f"Swarm {member.cluster_id} has no unlock key, because autolock is off. Nothing was changed.",
            "Turn it on (module swarm_init, option autolock), or leave unlock_key out of rotate.",
        )
    compromised = options.get("compromised")
    flags = [
        name
        for name in _FLAGS
        if name in wished and (not compromised or present.get(name) in [text.strip() for text in compromised])
    ]
    changes = [Change(name, "the present one", "a new one") for name in flags]
    warnings = [
        f"{name} was made at {since}, less than {options['older_than']} ago (older_than), and is left as it is."
        for name, since in young.items()
    ]
    if CA in options["rotate"] and cluster.get("RootRotationInProgress"):
        warnings.append("The CA of this swarm is being rotated already. No other rotation was begun.")
    elif CA in wished:
        root = _new_root(member, cluster, options)
        if root:
            changes.append(root)
            spec = _with_new_ca(spec, options)
    if not changes:
        return Plan(warnings=tuple(warnings))
    version = (cluster.get("Version") or {}).get("Index", 0)
    spec = _with_time(spec, [change.path for change in changes], now)
    payload = (version, spec, {_FLAGS[name]: True for name in flags})
    step = Step("rotate", "swarm", member.cluster_id, changes=tuple(changes), payload=payload)
    return Plan((step,), tuple(warnings))


def _young(cluster: Mapping[str, Any], options: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """What is not yet old enough to be replaced, and when it was made."""
    if not options.get("older_than"):
        return {}
    age = timedelta(microseconds=nanoseconds(options["older_than"]) / 1000)
    labels = (cluster.get("Spec") or {}).get("Labels") or {}
    made = {name: labels.get(f"{_REPLACED}{name}") or cluster.get("CreatedAt") or "" for name in options["rotate"]}
    return {name: since for name, since in made.items() if _is_after(since, now - age)}


def _is_after(text: str, moment: datetime) -> bool:
    try:
        return time_of(text) > moment
    except ValueError:  # somebody wrote a label; then it is not known, and old
        return False


def _with_time(spec: Mapping[str, Any], replaced: Collection[str], now: datetime) -> dict[str, Any]:
    """The spec with labels that say when. With the CA, the join tokens are new too."""
    names = {*replaced} - {_ROOT} | ({CA, WORKER_TOKEN, MANAGER_TOKEN} if _ROOT in replaced else set())
    stamps = {f"{_REPLACED}{name}": written(now) for name in sorted(names)}
    return {**spec, "Labels": {**(spec.get("Labels") or {}), **stamps}}


def _new_root(member: Membership, cluster: Mapping[str, Any], options: Mapping[str, Any]) -> Change | None:
    present = f"sha256:{member.root_ca_digest}"
    if options.get("signing_ca_cert"):
        differs = signing_ca_differs(options, (cluster.get("TLSInfo") or {}).get("TrustRoot") or "")
        return Change(_ROOT, *differs) if differs else None
    old = options.get("old_root_ca")
    if old and old.strip().replace("sha256:", "") != member.root_ca_digest:
        return None
    return Change(_ROOT, present, "a new one")


def _with_new_ca(spec: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    if options.get("signing_ca_cert"):
        return with_signing_ca(spec, options)
    config = spec.get("CAConfig") or {}
    changed = copy.deepcopy(dict(spec))
    changed["CAConfig"] = {**config, "ForceRotate": (config.get("ForceRotate") or 0) + 1}
    return changed


def behind(cluster: Mapping[str, Any], nodes: Iterable[Mapping[str, Any]]) -> list[str]:
    """The nodes that a rotation of the CA waits for, each with its state and the reason.

    The issuer of the cluster is the new CA from the beginning; its trust root is the old one until each node, also one
    that is down, has a certificate of the new one (swarmkit manager/controlapi/ca_rotation.go, ca/reconciler.go).
    """
    tls = cluster.get("TLSInfo") or {}
    running = bool(cluster.get("RootRotationInProgress"))
    found = []
    for node in nodes:
        description = node.get("Description") or {}
        state = (node.get("Status") or {}).get("State") or "unknown"
        its = description.get("TLSInfo") or {}
        if not running and state != "ready":
            continue
        if its.get("CertIssuerPublicKey") != tls.get("CertIssuerPublicKey"):
            reason = "its certificate is of the old CA"
        elif not running and its.get("TrustRoot") != tls.get("TrustRoot"):
            reason = "it still trusts the old CA"
        else:
            continue
        found.append(f"{description.get('Hostname') or 'a node'} ({node['ID']}, {state}: {reason})")
    return found


def held_up_by(cluster: Mapping[str, Any], nodes: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(behind(cluster, nodes)) or "the managers"


def where_it_stands(cluster: Mapping[str, Any], nodes: Iterable[Mapping[str, Any]]) -> str:
    """A rotation that is not finished, in words."""
    return (
        f"the rotation of the CA is not finished. It waits for {held_up_by(cluster, nodes)}. Start these "
        "nodes, or remove those that are lost (module node_remove). The rotation goes on by itself, and this module "
        "waits for it when it is run again."
    )
