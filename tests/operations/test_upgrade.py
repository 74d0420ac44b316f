# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Engines are upgraded and restarted while services go on, on three managers and two workers: from 26.1 to what is in
Debian's next release.

The kernel of test hosts has no IPVS, so the client asks for ports in host mode, where a load balancer would be.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.integration.cluster.conftest import BIN, Hosts, Outcome
from tests.lab import faults, lab
from tests.lab.wait import again, wait_until

from .watch import Client, observed

MANAGERS = ("manager1", "manager2", "manager3")
LABEL = "apiary.swarm.availability"
HTTPD = "registry:5000/busybox:1 httpd -f -p 8080 -h /www"
PURPOSE = {"worker2": "drain", "manager2": "pause"}

# Debian's next release has the newer Engine; it is installed only when it is asked for.
FORKY = r"""
set -e
mirror=$(sed -n 's/^deb \([^ ]*\) trixie main$/\1/p' /etc/apt/sources.list | head -n 1)
echo "deb $mirror forky main" > /etc/apt/sources.list.d/forky.list
printf 'Package: *\nPin: release n=forky\nPin-Priority: 100\n' > /etc/apt/preferences.d/forky
[ -e /var/lib/apt/lists/*forky_main*Packages* ] || apt-get -qq update
docker swarm leave --force > /dev/null 2>&1 || true
docker version --format '{{.Server.Version}}' | grep -q '^26' && exit
old=$(apt-cache madison docker.io | awk '$3 ~ /^26/ {print $3; exit}')
export DEBIAN_FRONTEND=noninteractive
apt-get -qq --assume-yes --allow-downgrades --allow-change-held-packages install \
    "docker.io=$old" "docker-cli=$old" > /dev/null
systemctl restart docker
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Hosts]:
    with lab.for_tests("operations-upgrade", managers=3, workers=2, platforms=["debian13-engine"] * 5) as state:
        yield Hosts(state)


@pytest.fixture
def hosts(made: Hosts) -> Hosts:
    """A swarm with autolock on Engines 26.1, with services, and two nodes that are not to get tasks."""
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda name: again(lambda: made.console(name, FORKY)), made.names))
    made.docker("manager1", "swarm init --autolock --task-history-limit 1")
    for name in made.names[1:]:
        made.join(name, name.rstrip("123"))
    for name, availability in PURPOSE.items():
        made.docker("manager1", f"node update --availability {availability} {name}")
    options = "--detach --stop-grace-period 1s"
    made.docker(
        "manager1",
        f"service create {options} --name web --replicas 2 --publish mode=host,published=8080,target=8080 {HTTPD}",
    )
    made.docker("manager1", f"service create {options} --name api --replicas 3 {HTTPD}")
    made.docker("manager1", f"service create {options} --name everywhere --mode global {HTTPD}")
    made.docker("manager1", f"service create {options} --name bound --constraint node.hostname==worker1 {HTTPD}")
    wait_until(lambda: services(made) == {"web": "2/2", "api": "3/3", "everywhere": "3/3", "bound": "1/1"})
    return made


def services(hosts: Hosts) -> dict[str, str]:
    listed = hosts.docker("manager1", "service ls --format '{{.Name}} {{.Replicas}}'")
    return dict(line.split(" ", 1) for line in listed.splitlines())


def newer(hosts: Hosts) -> str:
    """What they are upgraded to: 28.5, or what has come after it."""
    offered = "apt-cache madison docker.io | awk '{ print $3 }' | sort --version-sort | tail -n 1"
    return ".".join(hosts.console("manager1", offered).split(".")[:2])


def versions(hosts: Hosts) -> dict[str, str]:
    return {name: hosts.docker(name, "version --format '{{.Server.Version}}'")[:4] for name in hosts.names}


def availabilities(hosts: Hosts) -> dict[str, tuple[str, str | None]]:
    """Of each node, with what a maintenance keeps. When another manager has become the leader, a session that a manager
    passes on to it may be registered as that manager's own, which has the description of another node then
    (moby/moby#46462; in one of four upgrades that were watched, for two seconds). NodeIDs and what is wished of them
    stay right.
    """
    found: dict[str, tuple[str, str | None]] = {}

    def are_told_apart() -> bool:
        found.clear()
        for node in hosts.nodes("manager1").values():
            wished = node["Spec"]
            found[node["Description"]["Hostname"]] = (wished["Availability"], wished["Labels"].get(LABEL))
        assert sorted(found) == sorted(hosts.names)
        return True

    wait_until(are_told_apart)
    return found


def as_found(hosts: Hosts) -> dict[str, tuple[str, str | None]]:
    return {name: (PURPOSE.get(name, "active"), None) for name in hosts.names}


def command(hosts: Hosts, playbook: str, *arguments: str, key: str = "") -> list[str]:
    variables = {
        "docker_engine_source": "distribution",
        "docker_engine_version": f"{newer(hosts)}.*" if playbook == "upgrade" else "",
        "swarm_manager_unlock_key": key or hosts.docker("manager1", "swarm unlock-key -q"),
    }
    inventory = str(hosts.lab.inventory_file)
    return [f"apiary.swarm.{playbook}", "-i", inventory, "-e", json.dumps(variables), *arguments]


def play(hosts: Hosts, playbook: str, *arguments: str, key: str = "") -> Outcome:
    began = time.monotonic()
    outcome = Outcome(hosts.ansible("ansible-playbook", *command(hosts, playbook, *arguments, key=key)))
    print(f"\n{playbook} {' '.join(arguments)}: {time.monotonic() - began:.0f} s, changed={outcome.changed}")
    print("\n".join(line for line in outcome.text.splitlines() if "   " in line and '"' in line))
    return outcome


def client(hosts: Hosts) -> Client:
    return Client([host.address for host in hosts.lab.hosts], 8080)


def runs(hosts: Hosts) -> dict[str, str]:
    return {name: hosts.console(name, "systemctl show --property=InvocationID docker") for name in hosts.names}


def started(hosts: Hosts, playbook: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(BIN / "ansible-playbook"), *command(hosts, playbook)],
        env=hosts.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(process: subprocess.Popen[str], text: str, times: int) -> None:
    """Read what a run says until it has said this so many times."""
    assert process.stdout
    seen = 0
    for line in process.stdout:
        seen += text in line
        if seen == times:
            return
    raise AssertionError(f"{text} was said {seen} times")


def report(watching: list, asking: Client) -> None:
    print(f"measured: client {asking}")
    managers = watching[0]
    print(
        f"measured: managers up {managers.counts}, at most {managers.most_down} down at once, no answer for at most "
        f"{managers.longest_silence:.1f} s"
    )
    assert asking.requests > 100
    assert asking.failed == []
    assert managers.most_down == 1


def test_upgrade_without_a_failed_request(hosts: Hosts) -> None:
    before, running = availabilities(hosts), runs(hosts)
    assert before == as_found(hosts)
    checked = play(hosts, "upgrade", "--check")
    assert checked.succeeded, checked.text
    assert "UPGRADE" in checked.text.upper()
    assert (availabilities(hosts), runs(hosts), set(versions(hosts).values())) == (before, running, {"26.1"})
    (leader,) = (
        node["Description"]["Hostname"]
        for node in hosts.nodes("manager1").values()
        if node.get("ManagerStatus", {}).get("Leader")
    )

    with observed(hosts, *MANAGERS) as watching, client(hosts) as asking:
        done = play(hosts, "upgrade")
        assert done.succeeded, done.text
    assert set(versions(hosts).values()) == {newer(hosts)}
    assert availabilities(hosts) == before
    assert services(hosts) == {"web": "2/2", "api": "3/3", "everywhere": "3/3", "bound": "1/1"}
    report(watching, asking)
    turns = [
        line.split(" for ")[1].split()[0].rstrip(",") for line in done.text.splitlines() if "member.yml for" in line
    ]
    assert [name[:-1] for name in turns] == ["worker"] * 2 + ["manager"] * 3
    assert turns[-1] == leader

    running = runs(hosts)
    for arguments in ((), ("--check",)):
        again = play(hosts, "upgrade", *arguments)
        assert again.succeeded, again.text
        assert again.changed == 0, again.text
    assert (availabilities(hosts), runs(hosts)) == (before, running)


@pytest.mark.long
def test_a_killed_upgrade_is_resumed(hosts: Hosts) -> None:
    before = availabilities(hosts)
    with observed(hosts, *MANAGERS) as watching, client(hosts) as asking:
        process = started(hosts, "upgrade")
        read_until(process, "TASK [apiary.swarm.docker_engine : Member | See what runs now]", times=3)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        left = availabilities(hosts)
        print(f"\nleft behind: {left}, {versions(hosts)}")
        assert [kept for _availability, kept in left.values() if kept] in (["active"], ["pause"])
        done = play(hosts, "upgrade")
        assert done.succeeded, done.text
    assert set(versions(hosts).values()) == {newer(hosts)}
    assert availabilities(hosts) == before
    report(watching, asking)
    assert play(hosts, "upgrade").changed == 0


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_an_upgrade_that_is_killed_at_any_moment_is_resumed(hosts: Hosts, seed: int) -> None:
    """As above, and the moment may be a bad one: packages are half installed, or a manager is locked."""
    before = availabilities(hosts)
    key = hosts.docker("manager1", "swarm unlock-key -q")
    seconds = random.Random(seed).uniform(5, 60)
    with client(hosts) as asking:
        process = started(hosts, "upgrade")
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=seconds)
        ended = process.poll() is not None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        print(f"measured: upgrade {'ended before' if ended else 'killed after'} {seconds:.0f} s")
        done = play(hosts, "upgrade", key=key)
        assert done.succeeded, done.text
    assert set(versions(hosts).values()) == {newer(hosts)}
    assert availabilities(hosts) == before
    wait_until(lambda: services(hosts) == {"web": "2/2", "api": "3/3", "everywhere": "3/3", "bound": "1/1"})
    print(f"measured: client {asking}")
    assert asking.failed == []
    assert play(hosts, "upgrade", key=key).changed == 0


@pytest.mark.long
def test_restart_although_nothing_changed(hosts: Hosts) -> None:
    before, running = availabilities(hosts), runs(hosts)
    checked = play(hosts, "restart", "--check")
    assert checked.succeeded, checked.text
    assert runs(hosts) == running
    with observed(hosts, *MANAGERS) as watching, client(hosts) as asking:
        done = play(hosts, "restart")
        assert done.succeeded, done.text
    assert not set(running.items()) & set(runs(hosts).items())
    assert availabilities(hosts) == before
    report(watching, asking)


@pytest.mark.long
def test_the_leader_loses_its_power_in_the_middle(hosts: Hosts) -> None:
    """Its Engine comes back locked, which the next run makes up for."""
    before = availabilities(hosts)
    with client(hosts) as asking:
        process = started(hosts, "upgrade")
        read_until(process, "TASK [apiary.swarm.docker_engine : Member | Have its tasks run elsewhere]", times=2)
        faults.kill(hosts.lab, "manager1")
        try:
            said, _nothing = process.communicate(timeout=600)
        finally:
            faults.start(hosts.lab, "manager1")
        print(said[-3000:])
        assert process.returncode != 0
        wait_until(lambda: hosts.swarm("manager1")["LocalNodeState"] == "locked")
        key = hosts.docker("manager2", "swarm unlock-key -q")
        done = play(hosts, "upgrade", key=key)
        assert done.succeeded, done.text
    print(f"measured: client {asking}")
    assert set(versions(hosts).values()) == {newer(hosts)}
    assert availabilities(hosts) == before
    assert asking.failed == []


@pytest.mark.long
def test_a_failure_stops_the_run_and_is_told(hosts: Hosts) -> None:
    """Tasks of jobs do not leave a node that is drained."""
    running = runs(hosts)
    job = "registry:5000/busybox:1 sleep 3600"
    hosts.docker(
        "manager1",
        f"service create --detach --name job --mode replicated-job --constraint node.hostname==worker1 {job}",
    )
    wait_until(lambda: "1/1" in services(hosts)["job"])
    done = play(hosts, "restart", "-e", "docker_engine_restart_timeout=10")
    assert not done.succeeded
    assert "still running: job on worker1" in done.words
    assert "still drained, run again" in done.words
    assert runs(hosts)["worker1"] == running["worker1"]
    assert all(runs(hosts)[name] == running[name] for name in MANAGERS)
    assert [name for name, (_now, kept) in availabilities(hosts).items() if kept] == ["worker1"]
