# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making a lab, taking it down, and saying how it is."""

from __future__ import annotations

import ipaddress
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import docker
from docker.errors import NotFound
from docker.models.containers import Container

from . import cable, cgroups, hosts, images, inventory, registry
from .faults import forget_connections
from .network import choose_subnet, ensure_network
from .outer import connect
from .ownership import check_volume, own_container, own_network
from .progress import LabError, say
from .state import CACHE, LABEL, Host, Lab, Registry, check_name, locked

_REGISTRY_OFFSET = 2
_FIRST_HOST_OFFSET = 11


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
    if platforms is not None and engine:
        raise LabError("--engine and --platforms exclude each other; name platforms that end in -engine")
    chosen = check_platforms(platforms or mixed_platforms(managers + workers, engine=engine), managers, workers)
    client = connect(install=True)
    with locked(f"lab-{name}"):
        with locked():
            lab = _describe(client, name, managers, chosen, subnet)
        _make(client, lab)
    return lab


@contextmanager
def for_tests(name: str, **wanted: Any) -> Iterator[Lab]:
    """The hosts of a test run, ``wanted`` as for ``up``.

    With LAB_NAME in the environment it is the lab of that name, which stays; otherwise a new one, and what an
    interrupted run or another checkout left of it is removed first.
    """
    kept = os.environ.get("LAB_NAME")
    if kept:
        yield up(kept, **wanted)
        return
    connect(install=True)
    down(name)
    try:
        yield up(name, **wanted)
    finally:
        down(name)


def mixed_platforms(count: int, *, engine: bool) -> list[str]:
    """Debian 13 and 12 take turns."""
    suffix = "-engine" if engine else ""
    return [("debian13" if index % 2 == 0 else "debian12") + suffix for index in range(count)]


def check_platforms(platforms: list[str], managers: int, workers: int) -> list[str]:
    if managers < 0 or workers < 0 or managers + workers < 1:
        raise LabError(f"a lab needs at least one host, not {managers} managers and {workers} workers")
    unknown = [platform for platform in platforms if platform not in images.PLATFORMS]
    if unknown:
        raise LabError(f"unknown platform {', '.join(unknown)}; there are: {', '.join(images.PLATFORMS)}")
    if len(platforms) != managers + workers:
        raise LabError(
            f"--platforms names {len(platforms)} hosts, but there are {managers} managers and {workers} workers"
        )
    return platforms


def place_hosts(managers: int, platforms: list[str], subnet: str) -> tuple[Host, ...]:
    """Names and addresses: the first ``managers`` platforms are managers, the others workers."""
    network = ipaddress.IPv4Network(subnet)
    if len(platforms) > network.num_addresses - _FIRST_HOST_OFFSET - 1:
        raise LabError(f"{len(platforms)} hosts do not fit into {subnet}")
    placed = []
    for index, platform in enumerate(platforms):
        if index < managers:
            name, group = f"manager{index + 1}", "swarm_managers"
        else:
            name, group = f"worker{index - managers + 1}", "swarm_workers"
        placed.append(Host(name, group, platform, str(network[_FIRST_HOST_OFFSET + index])))
    return tuple(placed)


def _describe(client: docker.DockerClient, name: str, managers: int, platforms: list[str], subnet: str | None) -> Lab:
    """The lab as it is to be, written down before the first thing of it is made; its network exists afterwards."""
    try:
        lab = Lab.load(name)
    except LabError:
        if name in names(client):
            raise LabError(
                f"this machine has a lab {name!r}, but this checkout knows nothing of it: it was made from another "
                f"checkout, or its state was deleted. Use another --name, or remove it: python -m tests.lab down "
                f"--name {name}"
            ) from None
        chosen = choose_subnet(client, name, subnet)
        address = str(ipaddress.IPv4Network(chosen)[_REGISTRY_OFFSET])
        registry_access = Registry("registry", address, "lab", secrets.token_urlsafe(12))
        lab = Lab(name, chosen, place_hosts(managers, platforms, chosen), registry_access)
    else:
        if place_hosts(managers, platforms, lab.subnet) != lab.hosts or (subnet and subnet != lab.subnet):
            raise LabError(
                f"lab {name!r} exists with other hosts ({', '.join(f'{h.name}={h.platform}' for h in lab.hosts)}; "
                f"{lab.subnet}). Take it down first (python -m tests.lab down --name {name}) or use another --name."
            ) from None
    _refuse_foreign(client, lab)
    lab.save()
    ensure_network(client, lab)
    return lab


def _make(client: docker.DockerClient, lab: Lab) -> None:
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

    _together([serve, *(partial(boot, host) for host in lab.hosts)])
    say(f"lab {lab.name!r} is up: export ANSIBLE_CONFIG={lab.directory / 'ansible.cfg'}")


def down(name: str = "default") -> None:
    """Remove all of the lab: hosts, volumes, network, registry and state. Does nothing when there is no such lab."""
    check_name(name)
    client = connect()
    with locked(f"lab-{name}"):
        _down(client, name)


def _down(client: docker.DockerClient, name: str) -> None:
    mine = {"label": f"{LABEL}={name}"}
    containers = client.containers.list(all=True, filters=mine, ignore_removed=True)
    _together(partial(_remove, container) for container in containers)
    for network in client.networks.list(filters=mine):
        network.remove()
    for volume in client.volumes.list(filters=mine):
        volume.remove()
    directory = CACHE / name
    if directory.is_dir():
        try:
            lab = Lab.load(name)
            forget_connections(lab)
            shutil.rmtree(lab.control_path_dir, ignore_errors=True)
        except LabError:
            pass
        shutil.rmtree(directory)
    cgroups.sweep({container.id for container in client.containers.list(all=True, ignore_removed=True)})
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
        if container and state == "running" and cable.is_pulled(container):
            state += ", cut off"
        rows.append((host.name, host.group, host.platform, host.address, state))
    return rows


def _refuse_foreign(client: docker.DockerClient, lab: Lab) -> None:
    """Look at every name before the first thing is made, so that a refusal leaves nothing half done."""
    own_network(client, lab)
    for machine in (*(host.name for host in lab.hosts), lab.registry.name):
        own_container(client, lab, machine)
    for host in lab.hosts:
        for volume in hosts.volume_names(lab, host.name):
            check_volume(client, lab, volume)


def _remove(container: Container) -> None:
    try:
        if container.status == "paused":
            container.unpause()
        container.remove(force=True, v=True)
    except NotFound:
        pass


def _together(tasks: Iterable[Callable[[], None]]) -> None:
    """Run all of them side by side; the first error is raised after the last has ended."""
    with ThreadPoolExecutor(max_workers=16) as pool:
        futures = [pool.submit(task) for task in tasks]
    for future in futures:
        future.result()
