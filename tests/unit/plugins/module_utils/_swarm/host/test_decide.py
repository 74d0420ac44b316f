# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done on which host."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import Needs, Wish, decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import (
    DaemonFile,
    Host,
    Os,
    Running,
    Service,
)

BOOKWORM = Os("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)", "debian", "x86_64")
TRIXIE = Os("debian", "13", "trixie", "Debian GNU/Linux 13 (trixie)", "debian", "x86_64")
FORKY = Os("debian", "", "forky", "Debian GNU/Linux forky/sid", "debian", "x86_64")
NOBLE = Os("ubuntu", "24.04", "noble", "Ubuntu 24.04.2 LTS", "debian", "x86_64")

FROM_DISTRIBUTION = Wish("distribution")
FROM_DOCKER = Wish("docker")

RUNNING = Service(present=True, active="active", enabled="enabled", started=2000)
SOURCES = ("/etc/apt/sources.list.d/docker.sources",)


def installed(**changes):
    """A Debian 12 host that has all of FROM_DISTRIBUTION."""
    host = Host(
        os=BOOKWORM,
        packages={"docker.io": "20.10.24+dfsg1-1", "python3-docker": "5.0.3-1", "ca-certificates": "20230311"},
        sdk="5.0.3",
        service=RUNNING,
        engine=Running("20.10.24", "inactive"),
    )
    return replace(host, **changes)


def installed_from_docker(version="5:28.5.2-1~debian.12~bookworm", **changes):
    """A Debian 12 host that has all of FROM_DOCKER."""
    packages = {
        "docker-ce": version,
        "docker-ce-cli": version,
        "containerd.io": "1.7.28-1",
        "python3-docker": "5.0.3-1",
        "ca-certificates": "20230311",
    }
    host = installed(packages=packages, repositories=SOURCES, engine=Running("28.5.2", "inactive"))
    return replace(host, **changes)


def summary(plan):
    return [f"{step.action} {step.name}" for step in plan]


@pytest.mark.parametrize(
    ("host", "wish"),
    [
        (installed(), FROM_DISTRIBUTION),
        (installed_from_docker(), FROM_DOCKER),
        (installed(daemon=DaemonFile(True, {"mtu": 1400, "debug": True})), Wish("distribution", {"mtu": 1400})),
        # A file that the wish does not speak of is not this role's, whenever it was changed.
        (installed(daemon=DaemonFile(True, {"debug": True}, modified=3000)), FROM_DISTRIBUTION),
        # The SDK may come from elsewhere.
        (installed(packages={"docker.io": "20.10", "ca-certificates": "1"}, sdk="7.1.0"), FROM_DISTRIBUTION),
    ],
)
def test_a_host_that_is_as_wanted_needs_nothing(host, wish):
    plan, needs = decide(host, wish)
    assert summary(plan) == []
    assert replace(needs, validate=False) == Needs()


@pytest.mark.parametrize(
    ("system", "wish", "packages"),
    [
        (BOOKWORM, FROM_DISTRIBUTION, ("docker.io", "python3-docker", "ca-certificates")),
        (TRIXIE, FROM_DISTRIBUTION, ("docker.io", "docker-cli", "python3-docker", "ca-certificates")),
        (FORKY, FROM_DISTRIBUTION, ("docker.io", "docker-cli", "python3-docker", "ca-certificates")),
        (NOBLE, FROM_DISTRIBUTION, ("docker.io", "python3-docker", "ca-certificates")),
        (
            BOOKWORM,
            FROM_DOCKER,
            ("docker-ce", "docker-ce-cli", "containerd.io", "python3-docker", "ca-certificates"),
        ),
    ],
)
def test_a_bare_host_gets_the_packages_of_its_distribution(system, wish, packages):
    plan, needs = decide(Host(os=system), wish)
    assert needs.packages == packages
    assert (needs.service, needs.daemon_json, needs.validate, needs.in_turn) == ("start", "", False, False)
    steps = [f"install {name}" for name in packages] + ["enable docker.service", "start docker.service"]
    added = ["add https://download.docker.com/linux"] if wish is FROM_DOCKER else []
    assert summary(plan) == added + steps


def test_apparmor_is_installed_where_the_kernel_has_it():
    assert "apparmor" in decide(Host(os=BOOKWORM, apparmor=True), FROM_DISTRIBUTION)[1].packages
    assert "apparmor" not in decide(Host(os=BOOKWORM), FROM_DISTRIBUTION)[1].packages


@pytest.mark.parametrize(("system", "path"), [(TRIXIE, "debian"), (NOBLE, "ubuntu")])
def test_the_repository_is_added_for_the_release(system, path):
    text = decide(Host(os=system), Wish("docker", repository_url="https://mirror/docker"))[1].repository
    assert f"URIs: https://mirror/docker/{path}\nSuites: {system.codename}\n" in text
    assert "Signed-By: /etc/apt/keyrings/docker.asc\n" in text


def test_a_repository_that_is_there_is_not_added_again():
    assert decide(Host(os=TRIXIE, repositories=SOURCES), FROM_DOCKER)[1].repository == ""


def test_a_bare_host_gets_daemon_json_without_a_restart():
    plan, needs = decide(Host(os=BOOKWORM), Wish("distribution", {"mtu": 1400}))
    assert needs.daemon_json == '{\n  "mtu": 1400\n}\n'
    assert needs.service == "start"
    assert summary(plan)[0] == "create /etc/docker/daemon.json"
    assert "restart docker.service" not in summary(plan)


@pytest.mark.parametrize(
    ("swarm", "in_turn"),
    [("inactive", False), ("active", True), ("pending", True), ("locked", True), ("error", True), ("", True)],
)
def test_a_changed_daemon_json_needs_a_restart_and_members_of_a_swarm_wait_their_turn(swarm, in_turn):
    host = installed(daemon=DaemonFile(True, {"debug": True}), engine=Running("20.10.24", swarm))
    plan, needs = decide(host, Wish("distribution", {"mtu": 1400}))
    assert summary(plan) == ["update /etc/docker/daemon.json", "restart docker.service"]
    assert needs.daemon_json == '{\n  "debug": true,\n  "mtu": 1400\n}\n'
    assert (needs.service, needs.in_turn) == ("restart", in_turn)


@pytest.mark.parametrize(("modified", "service"), [(1999, ""), (2000, ""), (2001, "restart")])
def test_the_restart_that_an_interrupted_run_did_not_reach_is_made_up_for(modified, service):
    host = installed(daemon=DaemonFile(True, {"mtu": 1400}, modified=modified))
    plan, needs = decide(host, Wish("distribution", {"mtu": 1400}))
    assert needs.service == service
    assert needs.daemon_json == ""
    assert [step.reason for step in plan] == (
        ["/etc/docker/daemon.json was changed after the Engine had started"] if service else []
    )


@pytest.mark.parametrize(
    ("version", "validate"),
    [("5:28.5.2-1~debian.12~bookworm", True), ("5:23.0.0-1~debian", True), ("5:20.10.24~3-0~debian", False)],
)
def test_only_engines_that_can_are_asked_to_validate(version, validate):
    assert decide(installed_from_docker(version), Wish("docker", {"mtu": 1}))[1].validate is validate


@pytest.mark.parametrize(
    ("service", "expected", "steps"),
    [
        (replace(RUNNING, active="inactive"), "start", ["start docker.service"]),
        (replace(RUNNING, active="failed"), "start", ["start docker.service"]),
        (replace(RUNNING, enabled="disabled"), "start", ["enable docker.service"]),
        (
            replace(RUNNING, active="inactive", enabled="disabled"),
            "start",
            ["enable docker.service", "start docker.service"],
        ),
    ],
)
def test_a_service_that_does_not_run_or_is_not_enabled_is_started(service, expected, steps):
    plan, needs = decide(installed(service=service, engine=None), FROM_DISTRIBUTION)
    assert (needs.service, summary(plan)) == (expected, steps)


ALMA = Os("almalinux", "9.4", "", "AlmaLinux 9.4", "redhat", "x86_64")


@pytest.mark.parametrize(
    ("host", "wish", "words"),
    [
        (Host(os=ALMA), FROM_DOCKER, ("AlmaLinux 9.4", "Debian from 12 and Ubuntu from 22.04")),
        (Host(os=replace(BOOKWORM, version="11")), FROM_DOCKER, ("version 11",)),
        (Host(os=replace(NOBLE, version="20.04")), FROM_DOCKER, ("version 20.04",)),
        (Host(os=Os("", "", "", "an unknown system", "", "")), FROM_DOCKER, ("an unknown system", "ID missing")),
        (Host(os=BOOKWORM, root=False), FROM_DOCKER, ("ordinary user", "become: true")),
        (installed(), FROM_DOCKER, ("docker.io 20.10.24+dfsg1-1", "docker_engine_source to distribution")),
        (installed_from_docker(), FROM_DISTRIBUTION, ("docker-ce 5:28.5.2", "docker_engine_source to docker")),
        (installed(sdk=None, interpreter="/opt/py"), FROM_DISTRIBUTION, ("/opt/py", "ansible_python_interpreter")),
        (installed(daemon=DaemonFile(True, problem="line 1")), FROM_DISTRIBUTION, ("daemon.json", "line 1")),
        (installed(engine=Running(problem="timed out")), FROM_DISTRIBUTION, ("does not answer: timed out",)),
        (installed(), Wish("distribution", {"live-restore": True}), ("live-restore: true",)),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_done(host, wish, words):
    with pytest.raises(SwarmError) as refusal:
        decide(host, wish)
    for word in (*words, "Nothing was changed"):
        assert word in str(refusal.value)
