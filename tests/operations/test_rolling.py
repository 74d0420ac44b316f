# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Upgrades that are refused before anything is changed, and workers that are restarted in batches."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.cluster.conftest import Hosts
from tests.lab.wait import wait_until
from tests.operations.test_nodes import ALL, five, play, spoken, swarm

from .watch import Client

__all__ = ["five", "swarm"]  # fixtures

HTTPD = "registry:5000/busybox:1 httpd -f -p 8080 -h /www"

# A repository that has only a list: what is in it is never installed.
ENTRY = (
    r"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: nobody\nFilename: {name}.deb\nSize: 1\n\n"
)
REPOSITORY = """
rm -rf /var/lib/apt/lists/*srv_odd*
mkdir -p /srv/odd
printf '{entries}' > /srv/odd/Packages
echo 'deb [trusted=yes] file:/srv/odd ./' > /etc/apt/sources.list.d/odd.list
printf 'Package: *\\nPin: release l=odd\\nPin-Priority: 1\\n' > /etc/apt/preferences.d/odd
printf 'Label: odd\\n' > /srv/odd/Release
apt-get -qq update -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/odd.list -o Dir::Etc::sourceparts=- \
    -o APT::Get::List-Cleanup=0
"""


@pytest.fixture
def odd_versions(swarm: Hosts) -> Iterator[None]:
    """Each host could have an older and a newer Engine."""
    names = ("docker.io", "docker-cli")
    entries = "".join(
        ENTRY.format(name=name, version=version) for name in names for version in ("20.10.1-1", "29.1.0-1")
    )
    for host in ALL:
        swarm.console(host, REPOSITORY.format(entries=entries))
    yield
    for host in ALL:
        swarm.console(host, "rm -rf /srv/odd /etc/apt/*/odd* /var/lib/apt/lists/*srv_odd*")


def engines(hosts: Hosts) -> dict[str, str]:
    """Changes when an Engine is started, or its packages are others."""
    look = (
        "systemctl show --property=InvocationID --value docker; dpkg-query -W docker.io docker-cli 2> /dev/null || true"
    )
    return {name: hosts.console(name, look) for name in ALL}


@pytest.mark.usefixtures("odd_versions")
def test_steps_that_are_known_to_break_a_swarm_are_refused(swarm: Hosts) -> None:
    # An Engine that has just made its swarm may say that there is no VNI yet.
    make = "network create --driver overlay --opt encrypted vault"
    wait_until(lambda: "rror" not in swarm.docker("manager1", make, check=False))
    before = (engines(swarm), spoken(swarm))
    wish = {"docker_engine_source": "distribution"}
    for version, allowed, words, rest in (
        ("29.1.*", "false", "There are such networks: vault", "No Engine was touched"),
        ("20.10.1", "false", "this would be a downgrade", "Packages were not changed"),
        ("20.10.1", "true", "would be a downgrade: managers cannot be relied on", "No Engine was touched"),
    ):
        wish["docker_engine_allow_downgrade"] = allowed
        refused = play(swarm, "upgrade", docker_engine_version=version, **wish)
        assert not refused.succeeded
        assert words in refused.words, refused.text
        assert rest in refused.words
        assert (engines(swarm), spoken(swarm)) == before
    swarm.docker("manager1", "network rm vault")
    checked = play(swarm, "upgrade", "--check", docker_engine_version="29.1.*", **wish)
    assert checked.succeeded, checked.text
    assert "older than 1.44" in checked.words
    assert (engines(swarm), spoken(swarm)) == before


@contextmanager
def counted(hosts: Hosts, service: str) -> Iterator[list[int]]:
    """How many tasks run, as the managers say while the block lasts."""
    seen: list[int] = []
    over = threading.Event()
    listing = f"service ps -f desired-state=running --format '{{{{.CurrentState}}}}' {service}"

    def look() -> None:
        while not over.wait(0.2):
            for manager in ("manager1", "manager2"):
                told = hosts.docker(manager, listing, check=False)
                if told and "Error" not in told:
                    seen.append(sum(line.startswith("Running") for line in told.splitlines()))
                    break

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


@pytest.mark.long
def test_workers_are_restarted_together(swarm: Hosts) -> None:
    """Two of four tasks are on the two workers; of the others, no more than one is gone at a time."""
    options = "--detach --replicas 4 --stop-grace-period 1s --publish mode=host,published=8080,target=8080"
    swarm.docker("manager1", "node update --availability drain manager3")
    swarm.docker("manager1", f"service create {options} --name web {HTTPD}")
    wait_until(lambda: "4/4" in swarm.docker("manager1", "service ls"))
    swarm.docker("manager1", "node update --availability active manager3")
    before = engines(swarm)
    client = Client([host.address for host in swarm.lab.hosts], 8080)
    with client, counted(swarm, "web") as running:
        done = play(swarm, "restart", docker_engine_restart_batch="2", docker_engine_source="distribution")
        assert done.succeeded, done.text
    turns = [line.split(" for ")[1] for line in done.text.splitlines() if "member.yml for" in line]
    assert len(turns) == 4, turns
    assert "worker1" in turns[0], turns
    assert "worker2" in turns[0], turns
    assert not set(before.items()) & set(engines(swarm).items())
    assert {said[0] for said in spoken(swarm).values()} == {"active"}
    print(f"measured: of 4 tasks at least {min(running)} ran, in {len(running)} looks; client {client}")
    assert min(running) >= 2
    assert client.failed == []
    assert "4/4" in swarm.docker("manager1", "service ls")
