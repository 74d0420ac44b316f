# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All checks by name, in the order of the table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight import (
    clocks,
    engines,
    identities,
    machines,
    managers,
    networks,
    reach,
    upkeep,
)
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import (
    FAIL,
    SKIPPED,
    WARN,
    Finding,
    Row,
    rows,
)
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Survey


@dataclass(frozen=True)
class Check:
    """`wanted` says in a few words what is good."""

    wanted: str
    find: Callable[[Survey], Iterator[Finding]]


CHECKS: Mapping[str, Check] = {
    "reached": Check("Ansible reaches every host, as root", identities.reached),
    "managers": Check("an odd number, three or more", managers.number),
    "zones": Check("a majority without any one zone", managers.zones),
    "node_id": Check("each NodeID once", identities.node_ids),
    "machine_id": Check("each machine-id once", identities.machine_ids),
    "hostname": Check("each name once", identities.host_names),
    "address": Check("each address once, on the host", identities.addresses),
    "clock": Check("the same time everywhere", clocks.clocks),
    "engine": Check("answers, where it runs", engines.answers),
    "engine_version": Check("one version, without known faults", engines.versions),
    "engine_settings": Check("nothing that rules out a swarm", engines.settings),
    "standalone_swarm": Check("nothing left of the stand-alone Swarm", engines.standalone),
    "port_owner": Check("ports of Swarm free, or the Engine's", engines.ports),
    "manager_port": Check("managers reached by all at 2377/tcp", reach.manager_port),
    "gossip_tcp": Check("all reached by all at 7946/tcp", reach.gossip_tcp),
    "gossip_udp": Check("all reached by all at 7946/udp", reach.gossip_udp),
    "data_path": Check("all reached by all at the data path port", reach.data_path),
    "translation": Check("no address translation between hosts", reach.translated),
    "addr_pool": Check("no pool overlaps a route of a host", networks.pools),
    "mtu": Check("the same everywhere, 1500 or more", networks.mtu),
    "ipvs": Check("ip_vs, ip_vs_rr, xt_ipvs", machines.ipvs),
    "kernel": Check("what networks of containers need", machines.networks),
    "encryption": Check("what encrypted overlay networks need", machines.encryption),
    "cgroup": Check("version 2", machines.cgroup),
    "disk": Check("room in Docker's data root", machines.disk),
    "certificate": Check("renewed in time", upkeep.certificates),
    "auto_upgrade": Check("none that restarts Engines", upkeep.upgrades),
}


def run(survey: Survey, skip: Collection[str] = ()) -> list[Row]:
    """The rows of all checks. Those of a check that is switched off have the verdict skipped, and say what they would
    have been.
    """
    found: list[Row] = []
    for name, check in CHECKS.items():
        of_check = rows(name, check.wanted, check.find(survey))
        found += map(_switched_off, of_check) if name in skip else of_check
    return found


def _switched_off(row: Row) -> Row:
    if row.verdict not in (FAIL, WARN):
        return replace(row, verdict=SKIPPED)
    return replace(row, verdict=SKIPPED, found=f"{row.found} (switched off, otherwise {row.verdict})")
