# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the machines have to have: features of the kernel, control groups, room on the disk."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.kernel import (
    ENCRYPTION,
    IPVS,
    MISSING,
    NETWORKS,
    UNKNOWN,
)
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import FAIL, SKIPPED, WARN, Finding
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Host, Survey

_GIB = 2**30
_INSTALL = (
    "Install the kernel modules of the distribution (kernel-modules-extra, linux-modules-extra), or another kernel"
)


def ipvs(survey: Survey) -> Iterator[Finding]:
    for host in survey.known:
        yield _features(
            host, IPVS, FAIL, f"{_INSTALL}: service addresses (vip) and the routing mesh do not forward without."
        )


def networks(survey: Survey) -> Iterator[Finding]:
    for host in survey.known:
        yield _features(host, NETWORKS, FAIL, f"{_INSTALL}: containers have no networks without.")


def encryption(survey: Survey) -> Iterator[Finding]:
    used = any(item["encrypted"] for host in survey.known for item in host.engine.get("networks") or [])
    for host in survey.known:
        verdict = FAIL if used else WARN
        yield _features(host, ENCRYPTION, verdict, f"{_INSTALL}: encrypted overlay networks do not work without.")


def _features(host: Host, names: Collection[str], verdict: str, advice: str) -> Finding:
    kernel = host.facts.get("kernel") or {}
    states = {name: (kernel.get("features") or {}).get(name, UNKNOWN) for name in names}
    missing = [name for name, state in states.items() if state == MISSING]
    if missing:
        return Finding(host.name, f"{', '.join(missing)} missing in kernel {kernel.get('release')}", verdict, advice)
    if UNKNOWN in states.values():
        return Finding(host.name, "the kernel does not tell what it has", SKIPPED)
    return Finding(host.name, f"all there ({', '.join(sorted(set(states.values())))})")


def cgroup(survey: Survey) -> Iterator[Finding]:
    """Engines support version 1 until 2029 at least, and say since 20.10 that it is on its way out."""
    for host in survey.known:
        version = host.facts.get("cgroup")
        if version == 2:
            yield Finding(host.name, "version 2")
        else:
            advice = "Boot with version 2 (systemd.unified_cgroup_hierarchy=1): Docker is giving up version 1."
            yield Finding(host.name, f"version {version}", WARN, advice)


def disk(survey: Survey) -> Iterator[Finding]:
    """Below what is wished is a failure, below twice as much a warning."""
    wishes = survey.wishes
    for host in survey.known:
        storage = host.facts["storage"]
        free = storage["free"]
        # File systems without a fixed number of inodes (btrfs) tell zero.
        inodes = 100 * storage["free_inodes"] / storage["inodes"] if storage["inodes"] else 100.0
        found = f"{free / _GIB:.1f} GiB and {inodes:.0f} % of inodes free in {storage['path']}"
        short = min(
            free / wishes.free_space if wishes.free_space else 2.0,
            inodes / wishes.free_inodes if wishes.free_inodes else 2.0,
        )
        advice = "Make room (docker system prune removes what is not used), or give it a larger disk."
        if short < 1:
            yield Finding(host.name, found, FAIL, advice)
        elif short < 2:
            yield Finding(host.name, found, WARN, advice)
        else:
            yield Finding(host.name, found)
