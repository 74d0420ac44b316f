# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making a lab, taking it down, and saying how it is."""

from __future__ import annotations

import ipaddress
import secrets
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import docker
from docker.errors import NotFound

from . import hosts, images, inventory, registry
from .faults import forget_connections
from .network import choose_subnet, ensure_network
from .outer import connect
from .ownership import own_container, own_network
from .progress import LabError, say
from .state import CACHE, LABEL, Host, Lab, Registry, check_name, locked

T = TypeVar("T")

_REGISTRY_OFFSET = 2
_FIRST_HOST_OFFSET = 11


def plan_hosts(managers: int, workers: int, platforms: list[str] | None, subnet: str, *, engine: bool) -> tuple[Host, ...]:
    """Names, addresses and platforms; without explicit platforms Debian 13 and 12 take turns."""
    count = managers + workers
    if managers < 0 or workers < 0 or count < 1:
        raise LabError(f"a lab needs at least one host, not {managers} managers and {workers} workers")
    network = ipaddress.IPv4Network(subnet)
    if count > network.num_addresses - _FIRST_HOST_OFFSET - 1:
        raise LabError(f"{count} hosts do not fit into {subnet}")
    if platforms is None:
        suffix = "-engine" if engine else ""
        platforms = [("debian13" if index % 2 == 0 else "debian12") + suffix for index in range(count)]
    elif engine:
        raise LabError("--engine and --platforms exclude each other; name platforms that end in -engine")
    unknown = [platform for platform in platforms if platform not in images.PLATFORMS]
    if unknown:
        raise LabError(f"unknown platform {', '.join(unknown)}; there are: {', '.join(images.PLATFORMS)}")
    if len(platforms) != count:
        raise LabError(f"--platforms names {len(platforms)} hosts, but there are {managers} managers and {workers} workers")
    names = [(f"manager{index + 1}", "swarm_managers") for index in range(managers)]
    names += [(f"worker{index + 1}", "swarm_workers") for index in range(workers)]
    return tuple(
        Host(name, group, platform, str(network[_FIRST_HOST_OFFSET + index]))
        for index, ((name, group), platform) in enumerate(zip(names, platforms, strict=True))
    )


def up(
    name: str = "default",
    managers: int = 3,
    workers: int = 2,
    *,
    engine: bool = False,
    platforms: list[str] | None = None,
    subnet: str | None = None,
) -> Lab:
    """Make the lab and wait until every host is ready; an interrupted or half stopped one is completed."""
    check_name(name)
    client = connect(install=True)
    with locked():
        lab = _existing(name, managers, workers, platforms, subnet, engine=engine)
        if lab is None:
            chosen = choose_subnet(client, name, subnet)
            machines = plan_hosts(managers, workers, platforms, chosen, engine=engine)
            address = str(ipaddress.IPv4Network(chosen)[_REGISTRY_OFFSET])
            lab = Lab(name, chosen, machines, Registry("registry", address, "lab", secrets.token_urlsafe(12)))
            _refuse_foreign(client, lab)
            lab.save()
        else:
            _refuse_foreign(client, lab)
        ensure_network(client, lab)
    hosts.make_keys(lab)
    inventory.write(lab)
    references = images.ensure(client, {host.platform for host in lab.hosts} | {"registry"})
    say(f"starting {len(lab.hosts)} hosts on {lab.subnet}")

    def boot(host: Host) -> None:
        hosts.start_host(client, lab, host, references[host.platform])
        hosts.wait_ready(client, lab, host)
        say(f"{host.name} ({host.platform}, {host.address}) is ready")

    def serve() -> None:
        registry.start_registry(client, lab, references["registry"])
        say(f"registry {lab.registry.host} ({lab.registry.address}) holds {', '.join(lab.images)}")

    _together([serve, *(lambda host=host: boot(host) for host in lab.hosts)])
    say(f"lab {name!r} is up: export ANSIBLE_CONFIG={lab.directory / 'ansible.cfg'}")
    return lab


def down(name: str = "default") -> None:
    """Remove all of the lab: hosts, volumes, network, registry and state. Does nothing when there is no such lab."""
    check_name(name)
    client = connect()
    mine = {"label": f"{LABEL}={name}"}
    containers = client.containers.list(all=True, filters=mine, ignore_removed=True)
    _together([lambda container=container: _remove(container) for container in containers])
    for network in client.networks.list(filters=mine):
        network.remove()
    for volume in client.volumes.list(filters=mine):
        volume.remove()
    directory = CACHE / name
    if directory.is_dir():
        try:
            forget_connections(Lab.load(name))
        except LabError:
            pass
        shutil.rmtree(directory)
    say(f"lab {name!r} is gone ({len(containers)} containers)")


def names(client: docker.DockerClient) -> list[str]:
    """Every lab that has left anything on this machine: a container, a network, a volume or state."""
    found = {path.parent.name for path in CACHE.glob("*/lab.json")}
    containers = client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
    found |= {container.labels[LABEL] for container in containers}
    for thing in [*client.networks.list(filters={"label": LABEL}), *client.volumes.list(filters={"label": LABEL})]:
        found.add(thing.attrs["Labels"][LABEL])
    return sorted(found)


def status(client: docker.DockerClient, lab: Lab) -> list[tuple[str, str, str, str, str]]:
    """A row for every host and the registry: name, group, platform, address, state."""
    machines = [*lab.hosts, Host(lab.registry.name, "-", "registry", lab.registry.address)]
    rows = []
    for host in machines:
        container = own_container(client, lab, host.name)
        state = container.status if container else "missing"
        if container and lab.network_name not in container.attrs["NetworkSettings"]["Networks"]:
            state += ", cut off"
        rows.append((host.name, host.group, host.platform, host.address, state))
    return rows


def _existing(
    name: str, managers: int, workers: int, platforms: list[str] | None, subnet: str | None, *, engine: bool
) -> Lab | None:
    try:
        lab = Lab.load(name)
    except LabError:
        return None
    wanted = plan_hosts(managers, workers, platforms, lab.subnet, engine=engine)
    if wanted != lab.hosts or (subnet and subnet != lab.subnet):
        raise LabError(
            f"lab {name!r} exists with other hosts ({', '.join(f'{h.name}={h.platform}' for h in lab.hosts)}; "
            f"{lab.subnet}). Take it down first (python -m tests.lab down --name {name}) or use another --name."
        )
    return lab


def _refuse_foreign(client: docker.DockerClient, lab: Lab) -> None:
    """Look at every name before the first thing is made, so that a refusal leaves nothing half done."""
    own_network(client, lab)
    for machine in (*(host.name for host in lab.hosts), lab.registry.name):
        own_container(client, lab, machine)
    for host in lab.hosts:
        for volume in hosts.volume_names(lab, host.name):
            hosts.check_volume(client, lab, volume)


def _remove(container: docker.models.containers.Container) -> None:
    try:
        if container.status == "paused":
            container.unpause()
        container.remove(force=True, v=True)
    except NotFound:
        pass


def _together(tasks: Iterable[Callable[[], T]]) -> list[T]:
    with ThreadPoolExecutor(max_workers=16) as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]
