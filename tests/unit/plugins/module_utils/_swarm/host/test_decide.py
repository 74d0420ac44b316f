# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done on which host."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import sources
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import Needs, decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import (
    Available,
    DaemonFile,
    Host,
    Os,
    Running,
    Service,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.kernel import Kernel
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.sources import FINGERPRINT
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import Wish, wish_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan

BOOKWORM = Os("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)", "debian", "x86_64")
TRIXIE = Os("debian", "13", "trixie", "Debian GNU/Linux 13 (trixie)", "debian", "x86_64")
FORKY = Os("debian", "", "forky", "Debian GNU/Linux forky/sid", "debian", "x86_64")
NOBLE = Os("ubuntu", "24.04", "noble", "Ubuntu 24.04.2 LTS", "debian", "x86_64")

FROM_DISTRIBUTION = Wish("distribution")
FROM_DOCKER = Wish("docker")

RUNNING = Service(present=True, active="active", enabled="enabled", started=2000)
SOURCES = {sources.PATH: sources.entry(sources.OFFICIAL, "debian", "bookworm")}
HELD = ("docker.io", "docker-cli", "containerd", "runc", "docker-ce", "docker-ce-cli", "containerd.io")


def installed(**changes):
    """A Debian 12 host that has all of FROM_DISTRIBUTION."""
    host = Host(
        os=BOOKWORM,
        packages={"docker.io": "20.10.24+dfsg1-1", "python3-docker": "5.0.3-1", "ca-certificates": "20230311"},
        held=HELD,
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
    running = Running(version.partition(":")[2].partition("-")[0], "inactive")
    host = installed(packages=packages, sources=SOURCES, key=(FINGERPRINT,), engine=running)
    return replace(host, **changes)


def summary(plan):
    return [f"{step.action} {step.name}" for step in plan]


@pytest.mark.parametrize(
    ("host", "wish"),
    [
        (installed(), FROM_DISTRIBUTION),
        (installed_from_docker(), FROM_DOCKER),
        (installed(daemon=DaemonFile(True, {"mtu": 1400, "debug": True})), Wish("distribution", daemon={"mtu": 1400})),
        # A file that the wish does not speak of is not this role's, whenever it was changed.
        (installed(daemon=DaemonFile(True, {"debug": True}), stale=("/etc/docker/daemon.json",)), FROM_DISTRIBUTION),
        # The SDK may come from elsewhere.
        (installed(packages={"docker.io": "20.10.24", "ca-certificates": "1"}, sdk="7.1.0"), FROM_DISTRIBUTION),
        (installed(), Wish("distribution", version="20.10.*")),
        (installed(held=()), Wish("distribution", hold=False)),
        (installed(members=("a", "b")), Wish("distribution", users=("b",))),
    ],
)
def test_a_host_that_is_as_wanted_needs_nothing(host, wish):
    plan, needs = decide(host, wish)
    assert summary(plan) == []
    assert needs == Needs()


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
    assert needs.install == packages
    assert (needs.service, needs.config, needs.in_turn, needs.refresh) == ("start", False, False, False)
    assert needs.repository is (wish is FROM_DOCKER)
    assert set(packages) - {"python3-docker", "ca-certificates"} <= set(needs.hold)
    steps = [f"install {name}" for name in packages] + ["enable docker.service", "start docker.service"]
    added = [f"get {sources.OFFICIAL}/debian/gpg", f"create {sources.PATH}"] if wish is FROM_DOCKER else []
    assert summary(plan) == added + steps


def test_apparmor_is_installed_where_the_kernel_has_it():
    assert "apparmor" in decide(Host(os=BOOKWORM, apparmor=True), FROM_DISTRIBUTION)[1].install
    assert "apparmor" not in decide(Host(os=BOOKWORM), FROM_DISTRIBUTION)[1].install


def test_a_bare_host_gets_daemon_json_without_a_restart():
    plan, needs = decide(Host(os=BOOKWORM), Wish("distribution", daemon={"mtu": 1400}))
    assert needs.config
    assert needs.service == "start"
    assert summary(plan)[0] == "create /etc/docker/daemon.json"
    assert "restart docker.service" not in summary(plan)


@pytest.mark.parametrize(
    ("swarm", "in_turn"),
    [("inactive", False), ("active", True), ("pending", True), ("locked", True), ("error", True), ("", True)],
)
def test_a_changed_daemon_json_needs_a_restart_and_members_of_a_swarm_wait_their_turn(swarm, in_turn):
    host = installed(daemon=DaemonFile(True, {"debug": True}), engine=Running("20.10.24", swarm))
    plan, needs = decide(host, Wish("distribution", daemon={"mtu": 1400}))
    assert summary(plan) == ["update /etc/docker/daemon.json", "restart docker.service"]
    assert needs.config
    assert plan.steps[0].payload.text == '{\n  "debug": true,\n  "mtu": 1400\n}\n'
    assert (needs.service, needs.in_turn) == ("restart", in_turn)


@pytest.mark.parametrize(
    ("stale", "reasons"),
    [
        ((), []),
        (("/etc/docker/daemon.json",), ["/etc/docker/daemon.json was changed after the Engine had started"]),
        (
            ("/etc/systemd/system/docker.service.d/apiary-swarm.conf",),
            ["/etc/systemd/system/docker.service.d/apiary-swarm.conf was changed after the Engine had started"],
        ),
    ],
)
def test_the_restart_that_an_interrupted_run_did_not_reach_is_made_up_for(stale, reasons):
    host = installed(daemon=DaemonFile(True, {"mtu": 1400}), stale=stale)
    plan, needs = decide(host, Wish("distribution", daemon={"mtu": 1400}))
    assert needs.service == ("restart" if reasons else "")
    assert not needs.config
    assert [step.reason for step in plan] == reasons


def test_what_counts_is_the_version_that_runs():
    host = installed(engine=Running("20.10.5", "active"))
    plan, needs = decide(host, FROM_DISTRIBUTION)
    assert (needs.service, needs.in_turn) == ("restart", True)
    assert [step.reason for step in plan] == ["20.10.5 runs, 20.10.24+dfsg1-1 is installed"]


@pytest.mark.parametrize(("swarm", "in_turn"), [("inactive", False), ("active", True)])
def test_a_restart_can_be_wished_for_although_nothing_changed(swarm, in_turn):
    host = installed(engine=Running("20.10.24", swarm))
    plan, needs = decide(host, Wish("distribution", restart="always"))
    assert (needs.service, needs.in_turn) == ("restart", in_turn)
    assert [step.reason for step in plan] == ["docker_engine_restart is always"]
    _plan, needs = decide(Host(os=BOOKWORM), Wish("distribution", restart="always"))
    assert needs.service == "start"


def test_what_an_engine_takes_over_while_it_runs_needs_no_restart_and_no_turn():
    host = installed(engine=Running("20.10.24", "active"))
    plan, needs = decide(host, Wish("distribution", daemon={"debug": True}))
    assert (needs.service, needs.in_turn) == ("reload", False)
    assert summary(plan) == ["create /etc/docker/daemon.json", "reload docker.service"]


@pytest.mark.parametrize(
    ("host", "wish", "reason"),
    [
        (installed(), Wish("distribution", daemon={"mtu": 1}, restart="never"), "/etc/docker/daemon.json changes"),
        (installed(engine=Running("20.9", "")), Wish("distribution", restart="never"), "20.9 runs, 20.10.24"),
        (
            installed(daemon=DaemonFile(True, {"mtu": 1}), stale=("/etc/docker/daemon.json",)),
            Wish("distribution", daemon={"mtu": 1}, restart="never"),
            "/etc/docker/daemon.json was changed after the Engine had started",
        ),
    ],
)
def test_a_restart_that_must_not_be_is_reported_in_every_run(host, wish, reason):
    plan, needs = decide(host, wish)
    assert (needs.service, needs.in_turn) == ("", False)
    assert "restart docker.service" not in summary(plan)
    (warning,) = plan.warnings
    assert reason in warning
    assert "docker_engine_restart is never" in warning
    assert needs.deferred


def test_another_version_is_deferred_too_because_packages_restart_the_engine():
    found = {"docker-ce": Available(("5:29.1.0-1", "5:28.5.2-1~debian.12~bookworm"), "5:29.1.0-1")}
    host = installed_from_docker(available=found, lists_age=10)
    plan, needs = decide(host, Wish("docker", version="29.*", restart="never"))
    assert (needs.install, needs.service, summary(plan)) == ((), "", [])
    assert "docker-ce is to be another version" in plan.warnings[0]


def test_another_version_is_installed_in_turn():
    found = {"docker-ce": Available(("5:29.1.0-1", "5:28.5.2-1~debian.12~bookworm"), "5:29.1.0-1")}
    host = installed_from_docker(available=found, lists_age=10, engine=Running("28.5.2", "active"))
    plan, needs = decide(host, Wish("docker", version="29.*"))
    assert needs.install == ("docker-ce=5:29.1.0-1",)
    assert (needs.service, needs.in_turn) == ("restart", True)
    assert summary(plan) == ["upgrade docker-ce", "restart docker.service"]


def test_a_proxy_is_a_drop_in_that_only_root_reads_and_nothing_shows():
    plan, needs = decide(installed(), Wish("distribution", https_proxy="http://u:pw@proxy:1"))
    assert (needs.config, needs.service) == (True, "restart")
    payload = plan.steps[0].payload
    assert payload.text == '[Service]\nEnvironment="HTTPS_PROXY=http://u:pw@proxy:1"\n'
    assert payload.mode == 0o600
    assert "pw" not in str(plan.as_list()) + str(plan.diff()) + str(needs)


def test_the_host_keeps_the_proxy_of_the_repository():
    wish = Wish("docker", https_proxy="http://u:pw@proxy:1")
    (step, *_others) = decide(installed_from_docker(), wish)[0]
    assert (step.action, step.name) == ("create", sources.PROXY_PATH)
    assert (step.payload.mode, "proxy:1" in step.payload.text) == (0o600, True)
    host = installed_from_docker(files={sources.PROXY_PATH: step.payload.text})
    (step, *_others) = decide(host, FROM_DOCKER)[0]
    assert (step.action, step.name) == ("remove", sources.PROXY_PATH)
    assert not decide(installed_from_docker(), Wish("docker", http_proxy="http://proxy:1"))[1].repository


def test_a_kernel_that_lacks_a_module_is_reported_if_that_can_be_known():
    wish = Wish("distribution", modules=("overlay", "ip-vs"))
    kernel = Kernel("6.1", known=True, present=frozenset({"overlay"}))
    plan, needs = decide(installed(kernel=kernel), wish)
    assert (plan.steps, plan.warnings) == ((), ("The kernel 6.1 does not have ip_vs.",))
    assert decide(installed(kernel=replace(kernel, known=False)), wish)[0].warnings == ()
    plan, needs = decide(installed(kernel=replace(kernel, loadable=frozenset({"ip_vs", "overlay"}))), wish)
    assert summary(plan) == ["create /etc/modules-load.d/apiary-swarm.conf", "load ip_vs"]
    assert needs.config


@pytest.mark.parametrize("remove_data", [False, True])
def test_the_engine_goes_with_its_packages_and_its_data_if_wanted(remove_data):
    packages = {"docker.io": "1", "containerd": "1", "runc": "1", "python3-docker": "1"}
    host = installed(packages=packages, data=("/var/lib/docker",))
    plan, needs = decide(host, Wish("distribution", state="absent", remove_data=remove_data))
    removed = ("docker.io", "containerd", "runc")
    assert needs == Needs(remove=removed, release=removed, data=("/var/lib/docker",) if remove_data else ())
    assert len(plan.steps) == (4 if remove_data else 3)
    assert decide(Host(os=BOOKWORM), Wish("distribution", state="absent")) == (Plan(), Needs())


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
        (Host(os=replace(ALMA, version="8.10")), FROM_DOCKER, ("AlmaLinux 9.4", "Debian from 12, Ubuntu from 22.04")),
        (Host(os=replace(BOOKWORM, version="11")), FROM_DOCKER, ("version 11",)),
        (Host(os=replace(NOBLE, version="20.04")), FROM_DOCKER, ("version 20.04",)),
        (Host(os=Os("", "", "", "an unknown system", "", "")), FROM_DOCKER, ("an unknown system", "ID missing")),
        (Host(os=BOOKWORM, root=False), FROM_DOCKER, ("ordinary user", "become: true")),
        (installed(), FROM_DOCKER, ("docker.io 20.10.24+dfsg1-1", "docker_engine_source to distribution")),
        (installed_from_docker(), FROM_DISTRIBUTION, ("docker-ce 5:28.5.2", "docker_engine_source to docker")),
        (installed(sdk=None, interpreter="/opt/py"), FROM_DISTRIBUTION, ("/opt/py", "ansible_python_interpreter")),
        (installed(daemon=DaemonFile(True, problem="line 1")), FROM_DISTRIBUTION, ("daemon.json", "line 1")),
        (installed(engine=Running("1", "active")), Wish("docker", state="absent"), ("in a swarm (state active)",)),
        (installed(engine=Running(problem="timed out")), FROM_DISTRIBUTION, ("does not answer: timed out",)),
        (installed(), Wish("distribution", daemon={"live-restore": True}), ("live-restore: true",)),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_done(host, wish, words):
    with pytest.raises(SwarmError) as refusal:
        decide(host, wish)
    for word in (*words, "Nothing was changed"):
        assert word in str(refusal.value)


@pytest.mark.parametrize("option", ["repository_url", "repository_key_url"])
def test_an_address_with_a_password_is_refused_without_showing_it(option):
    with pytest.raises(SwarmError) as refusal:
        wish_of({"source": "docker", option: "https://bee:wax@mirror/linux"})
    assert f"docker_engine_{option} has a password" in str(refusal.value)
    assert "docker_engine_repository_password" in str(refusal.value)
    assert "wax" not in str(refusal.value)
