# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many managers there are to be, what failures they survive, and where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import Quorum
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import CLUSTER, FAIL, WARN, Finding
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Survey

_MANY = 7  # Docker's documentation advises against more: each write waits for a majority


def number(survey: Survey) -> Iterator[Finding]:
    """An odd number; what is not odd costs a machine more and survives nothing more."""
    managers = sum(host.manager for host in survey.hosts)
    tolerated = Quorum(managers, managers).can_lose
    found = f"{managers} manager{'' if managers == 1 else 's'}, tolerating the failure of {tolerated}"
    if managers == 0:
        yield Finding(CLUSTER, found, FAIL, "Name the managers in preflight_manager_hosts.")
    elif managers % 2 == 0:
        # Two are worse than one: the failure of either stops the swarm.
        verdict = FAIL if managers == 2 else WARN
        yield Finding(CLUSTER, found, verdict, f"Use {managers - 1} or {managers + 1} managers.")
    elif managers == 1:
        yield Finding(CLUSTER, found, WARN, "Use three managers, unless an outage of the only one is acceptable.")
    elif managers > _MANY:
        yield Finding(
            CLUSTER, found, WARN, f"Use no more than {_MANY} managers: each change waits for a majority of them."
        )
    else:
        yield Finding(CLUSTER, found)


def zones(survey: Survey) -> Iterator[Finding]:
    """The loss of a zone must leave a majority (Docker's administration guide: three zones for three managers)."""
    managers = [host for host in survey.hosts if host.manager]
    stated = [host for host in managers if host.zone]
    if not stated or len(managers) < 2:
        return
    if len(stated) < len(managers):
        without = ", ".join(host.name for host in managers if not host.zone)
        yield Finding(CLUSTER, f"no zone is stated for {without}", WARN, "State a zone for all managers, or for none.")
        return
    count = Counter(host.zone for host in managers)
    found = ", ".join(f"{amount} in zone {zone}" for zone, amount in sorted(count.items()))
    zone, most = count.most_common(1)[0]
    if most > Quorum(len(managers), len(managers)).can_lose:
        yield Finding(
            CLUSTER, found, WARN, f"When zone {zone} fails, the quorum is lost. Spread managers over three zones."
        )
    else:
        yield Finding(CLUSTER, found)
