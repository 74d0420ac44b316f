# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done about a host's firewall."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall import (
    boot,
    firewalld,
    iptables,
    nftables,
    ufw,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import Access, grown
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.actions import Action
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.found import (
    BACKENDS,
    FIREWALLD,
    IPTABLES,
    NFTABLES,
    UFW,
    Found,
    warnings,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step, changes_between


def present(found: Found, backend: str) -> Access:
    """What the rules of ours in one firewall say."""
    if backend == UFW and found.ufw:
        return ufw.read(found.ufw.added)
    if backend == FIREWALLD and found.firewalld:
        return firewalld.read(found.firewalld.running)
    if backend == NFTABLES:
        return nftables.read(found.table)
    return iptables.read(*found.saved.values()) if backend == IPTABLES else Access()


def decide(found: Found, backend: str, wish: Access | None, purge: bool) -> Plan:
    """The wish for the backend (None: nothing of ours anywhere), and nothing of ours in the others.

    The payload of each step is a list of actions. What lets in comes before what another firewall loses.
    """
    steps: list[Step] = []
    if wish is not None:
        wish = wish if purge else grown(present(found, backend), wish)
        steps += _steps(found, backend, wish)
    for other in BACKENDS:
        if wish is None or other != backend:
            steps += _steps(found, other, None)
    steps += _kept(found, backend, wish)
    return Plan(tuple(steps), tuple(warnings(found, backend) if wish is not None else ()))


def _steps(found: Found, backend: str, wish: Access | None) -> list[Step]:
    if backend == UFW:
        actions = ufw.changes(found.ufw.added, wish, found.ufw.ipv6) if found.ufw else []
        return _rules_step(found, backend, wish, actions)
    if backend == FIREWALLD:
        now = found.firewalld
        actions = firewalld.changes(now.running, now.permanent, now.default_zone, wish) if now else []
        return _rules_step(found, backend, wish, actions)
    if backend == NFTABLES:
        return _rules_step(found, backend, wish, nftables.changes(found.table, wish, found.nft))
    actions = [
        command
        for family, path in found.tools.items()
        for command in iptables.changes(found.saved[family], wish, family, f"{path}-restore")
    ]
    return _rules_step(found, backend, wish, actions)


def _kept(found: Found, backend: str, wish: Access | None) -> list[Step]:
    """What keeps the rules over a reboot, where the firewall does not do it by itself."""
    if not found.systemd:
        return []
    wanted: dict[str, str] = {}
    if wish is not None and backend == IPTABLES:
        wanted = boot.iptables_files(wish, found.tools)
    elif wish is not None and backend == NFTABLES:
        wanted = boot.nftables_files(wish, found.nft)
    return [
        Step(verb, "service" if what == boot.UNIT else "file", what, "keeps the rules over a reboot", payload=steps)
        for verb, what, steps in boot.changes(found.files, found.unit_enabled, wanted)
    ]


def _rules_step(found: Found, backend: str, wish: Access | None, actions: Sequence[Action]) -> list[Step]:
    if not actions:
        return []
    before, after = present(found, backend), wish or Access()
    verb = "remove" if wish is None else "update" if before else "create"
    changes = changes_between(before.as_dict(), after.as_dict())
    reason = "" if changes else "the rules are not in effect as they were made"
    return [Step(verb, "firewall", backend, reason, changes, payload=list(actions))]
