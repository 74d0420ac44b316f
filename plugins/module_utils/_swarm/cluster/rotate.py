# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which secrets of a swarm are to be replaced, and how far the replacement of its CA is."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.refusals import require_live_manager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.swarm_spec import (
    signing_ca_differs,
    with_signing_ca,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step

WORKER_TOKEN, MANAGER_TOKEN, UNLOCK_KEY, CA = "worker_token", "manager_token", "unlock_key", "ca"

# The parameters of POST /swarm/update; a CA is rotated by the spec.
_FLAGS = {
    WORKER_TOKEN: "rotateWorkerToken",
    MANAGER_TOKEN: "rotateManagerToken",
    UNLOCK_KEY: "rotateManagerUnlockKey",
}


def decide_rotate(
    member: Membership, cluster: Mapping[str, Any], present: Mapping[str, str], options: Mapping[str, Any]
) -> Plan:
    """One update for all that is to be replaced.

    `present` are the present tokens and the present unlock key by the names of `rotate`; they are needed only where
    `compromised` says which ones are to go.
    """
    require_live_manager(member)
    wished = options["rotate"]
    spec = cluster.get("Spec") or {}
    if UNLOCK_KEY in wished and not (spec.get("EncryptionConfig") or {}).get("AutoLockManagers"):
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
    warnings = []
    if CA in wished and cluster.get("RootRotationInProgress"):
        warnings.append("The CA of this swarm is being rotated already. No other rotation was begun.")
    elif CA in wished:
        root = _new_root(member, cluster, options)
        if root:
            changes.append(root)
            spec = _with_new_ca(spec, options)
    if not changes:
        return Plan(warnings=tuple(warnings))
    version = (cluster.get("Version") or {}).get("Index", 0)
    payload = (version, spec, {_FLAGS[name]: True for name in flags})
    step = Step("rotate", "swarm", member.cluster_id, changes=tuple(changes), payload=payload)
    return Plan((step,), tuple(warnings))


def _new_root(member: Membership, cluster: Mapping[str, Any], options: Mapping[str, Any]) -> Change | None:
    present = f"sha256:{member.root_ca_digest}"
    if options.get("signing_ca_cert"):
        differs = signing_ca_differs(options, (cluster.get("TLSInfo") or {}).get("TrustRoot") or "")
        return Change("root_ca", *differs) if differs else None
    old = options.get("old_root_ca")
    if old and old.strip().replace("sha256:", "") != member.root_ca_digest:
        return None
    return Change("root_ca", present, "a new one")


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


def where_it_stands(cluster: Mapping[str, Any], nodes: Iterable[Mapping[str, Any]]) -> str:
    """A rotation that is not finished, in words."""
    names = ", ".join(behind(cluster, nodes)) or "the managers"
    return (
        f"the rotation of the CA is not finished. It waits for {names}. Start these nodes, or remove those that are "
        "lost (module node_remove). The rotation goes on by itself, and this module waits for it when it is run again."
    )
