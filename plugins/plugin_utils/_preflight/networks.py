# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Address pools against the networks that hosts have routes to, and the size of packets."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import mtu as engine_mtu
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import CLUSTER, FAIL, SKIPPED, WARN, Finding
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Host, Survey

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What an Engine uses where nothing is stated, and the part of it that is handed out first (swarmkit: networks get
# subnets of 24 bits one after another, the ingress network the first).
_DEFAULT_POOL = "10.0.0.0/8"
_SOON = "10.0.0.0/16"

_SHORTEST = 2  # bits: routes to half of everything are those of a VPN that takes all traffic
_POOL_ADVICE = "Choose another default_addr_pool for the swarm (swarm_manager_settings); it can be set only at init."
_RUNNING_ADVICE = (
    "A swarm's pools cannot be changed. State subnets of your own for its networks, or move the host's network."
)


def pools(survey: Survey) -> Iterator[Finding]:
    """On each host, as a container there would lose the way to what has the same addresses."""
    used = _parse(
        subnet for host in survey.known for item in host.engine.get("networks") or [] for subnet in item["subnets"]
    )
    running = any(host.is_member for host in survey.known)
    stated = [pool for host in survey.known for pool in host.engine.get("pools") or []]
    wished = list(stated or ([] if running else survey.wishes.pools))
    bad = [pool for pool in wished if not _parse([pool])]
    if bad:
        yield Finding(CLUSTER, f"{', '.join(map(str, bad))} is no network", FAIL, "Correct default_addr_pool.")
    for host in survey.known:
        if host.facts.get("routes") is None:
            yield Finding(host.name, "its routes are not known (ip is missing)", SKIPPED, "Install iproute2.")
            continue
        if running:
            found = [(FAIL, used), (WARN, _parse(wished or [_DEFAULT_POOL]))]
        elif wished:
            found = [(FAIL, _parse(wished))]
        else:
            found = [(FAIL, _parse([_SOON])), (WARN, _parse([_DEFAULT_POOL]))]
        yield _judged(host, found, _RUNNING_ADVICE if running else _POOL_ADVICE)


def _judged(host: Host, candidates: Sequence[tuple[str, Sequence[Network]]], advice: str) -> Finding:
    for verdict, taken in candidates:
        clashes = _clashes(host, taken)
        if clashes:
            return Finding(host.name, "; ".join(clashes), verdict, advice)
    return Finding(host.name, "no overlap")


def _clashes(host: Host, taken: Sequence[Network]) -> list[str]:
    found = []
    for route in host.facts["routes"]:
        for destination in _parse([route["destination"]]):
            found += [
                f"{network} overlaps its route to {destination} ({route['interface']})"
                for network in taken
                if destination.prefixlen >= _SHORTEST
                and network.version == destination.version
                and network.overlaps(destination)
            ]
    return found


def _parse(texts: Iterable[str]) -> list[Network]:
    """Those that are networks."""
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue
    return found


def mtu(survey: Survey) -> Iterator[Finding]:
    sizes = {host.name: _mtu(host) for host in survey.known}
    known = {name: size for name, size in sizes.items() if size}
    smallest = min(known.values(), default=0)
    advice = (
        f"Set docker_engine_mtu to {smallest} on all hosts (Engines from 24.0 on), or give overlay networks, ingress "
        f"among them, the option com.docker.network.driver.mtu: {smallest}."
    )
    for host in survey.known:
        size = sizes[host.name]
        lost = _lost(survey, host)
        if lost:
            yield Finding(
                host.name,
                f"packets as long as its MTU allows ({size}) do not reach {', '.join(lost)}",
                FAIL,
                "Something on the way has a smaller MTU. Lower that of the host, or state that of the way as the "
                "option com.docker.network.driver.mtu of overlay networks.",
            )
        elif not size:
            yield Finding(host.name, "its MTU is not known", SKIPPED)
        else:
            made = _made_for(host)
            found = f"{size}, where others have {smallest}" if size != smallest else str(size)
            found += f"; overlay networks are made for {made}" if made else ""
            is_well = (made or max(size, engine_mtu.USUAL)) <= smallest
            yield Finding(host.name, found) if is_well else Finding(host.name, found, WARN, advice)


def _made_for(host: Host) -> int:
    """The MTU that overlay networks are, or will be, made for; zero where nothing is stated.

    Where an Engine runs, it is what the Engine was told, for not every one knows the key.
    """
    told: int = (host.facts.get("daemon_json") or {}).get("overlay_mtu") or 0
    if told or host.engine.get("running"):
        return told
    return _mtu(host) if host.mtu == engine_mtu.AUTO else int(host.mtu) if host.mtu.isdigit() else 0


def _mtu(host: Host) -> int:
    """Of the interface that overlay networks go through."""
    found = [item["mtu"] for item in host.facts.get("addresses") or [] if item["address"] == host.data_path_address]
    return int(found[0]) if found else 0


def _lost(survey: Survey, sender: Host) -> list[str]:
    """Hosts that got the short probes of this one, and not the long one."""
    number = list(survey.hosts).index(sender)
    lost = []
    for receiver in survey.hosts:
        probe = (sender.probes or {}).get(receiver.name) or {}
        heard = [
            item for item in receiver.heard or () if item["sender"] == number and item["port"] == survey.data_path_port
        ]
        if probe.get("mtu") and heard and not any(item["full"] for item in heard):
            lost.append(receiver.name)
    return lost
