# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab network: a fixed subnet that nothing else on this machine uses."""

from __future__ import annotations

import ipaddress
import socket
import zlib
from pathlib import Path

import docker
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from .ownership import own_network
from .progress import LabError
from .state import Lab

#: Labs live here, one /24 each. Engines avoid it for their own networks because the hosts have a route to it.
_RANGE = ipaddress.IPv4Network("172.30.0.0/16")


def choose_subnet(client: docker.DockerClient, lab_name: str, wanted: str | None) -> str:
    """``wanted`` when it is free, otherwise a free one; a lab of the same name gets the same one where possible."""
    taken = _routes() + _engine_subnets(client)
    if wanted:
        try:
            subnet = ipaddress.IPv4Network(wanted)
        except ValueError as error:
            raise LabError(f"--subnet {wanted!r} is no IPv4 network: {error}") from None
        for other in taken:
            if subnet.overlaps(other):
                raise LabError(f"--subnet {subnet} overlaps {other}, which this machine uses already; choose another")
        return str(subnet)
    candidates = list(_RANGE.subnets(new_prefix=24))
    first = zlib.crc32(lab_name.encode()) % len(candidates)
    for subnet in candidates[first:] + candidates[:first]:
        if not any(subnet.overlaps(other) for other in taken):
            return str(subnet)
    raise LabError(f"no free /24 network is left in {_RANGE}; name one with --subnet")


def ensure_network(client: docker.DockerClient, lab: Lab) -> Network:
    existing = own_network(client, lab)
    if existing:
        return existing
    return client.networks.create(
        lab.network_name,
        driver="bridge",
        ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=lab.subnet, gateway=lab.gateway)]),
        labels=lab.labels,
    )


def _routes() -> list[ipaddress.IPv4Network]:
    networks = []
    for line in Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        address, mask = (socket.inet_ntoa(bytes.fromhex(fields[index])[::-1]) for index in (1, 7))
        if mask != "0.0.0.0":
            networks.append(ipaddress.IPv4Network(f"{address}/{mask}"))
    return networks


def _engine_subnets(client: docker.DockerClient) -> list[ipaddress.IPv4Network]:
    pools = [pool for network in client.networks.list() for pool in (network.attrs["IPAM"] or {}).get("Config") or []]
    subnets = [ipaddress.ip_network(pool["Subnet"]) for pool in pools if pool.get("Subnet")]
    return [subnet for subnet in subnets if isinstance(subnet, ipaddress.IPv4Network)]
