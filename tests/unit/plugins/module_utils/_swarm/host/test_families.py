# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done on hosts of the families that the tests cannot start, from recorded facts."""

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
    Running,
    Service,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.kernel import Kernel
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.read import read_host
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import Wish

from . import distributions
from .distributions import ALMA10, FEDORA42, LEAP, RHEL9, ROCKY9, SLES15, STREAM9, STREAM10, TUMBLEWEED, system

DOCKER, DISTRIBUTION = Wish("docker"), Wish("distribution")
CE = ("docker-ce", "docker-ce-cli", "containerd.io")
LOCK = "python3-dnf-plugin-versionlock"
RUNNING = Service(present=True, active="active", enabled="enabled", started=2000)
NEW, OLD = "29.0.0-1.el9", "28.5.2-1.el9"


def summary(plan):
    return [f"{step.action} {step.name}" for step in plan]


@pytest.mark.parametrize(
    ("text", "wish", "install", "hold"),
    [
        (ROCKY9, DOCKER, (*CE, "ca-certificates", LOCK), CE),
        (STREAM10, DOCKER, (*CE, "ca-certificates", LOCK), CE),
        (FEDORA42, DOCKER, (*CE, "python3-docker", "ca-certificates"), CE),
        (
            FEDORA42,
            DISTRIBUTION,
            ("moby-engine", "docker-cli", "python3-docker", "ca-certificates"),
            ("moby-engine", "docker-cli"),
        ),
        (SLES15, DISTRIBUTION, ("docker", "ca-certificates"), ("docker",)),
        (LEAP, DISTRIBUTION, ("docker", "ca-certificates"), ("docker",)),
        (TUMBLEWEED, DISTRIBUTION, ("docker", "ca-certificates"), ("docker",)),
    ],
)
def test_a_bare_host_gets_the_packages_of_its_family(text, wish, install, hold):
    plan, needs = decide(Host(os=system(text)), wish)
    assert (needs.install, needs.hold, needs.release) == (install, hold, ())
    assert needs.service == "start"
    assert needs.repository is (wish is DOCKER)
    assert [step for step in summary(plan) if step.startswith("install")] == [f"install {name}" for name in install]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (ROCKY9, "centos/9"),
        (ALMA10, "centos/10"),
        (STREAM9, "centos/9"),
        (STREAM10, "centos/10"),
        (RHEL9, "rhel/9"),
        (FEDORA42, "fedora/42"),
    ],
)
def test_the_repository_is_by_major_release_and_its_packages_are_verified(text, place):
    plan, _needs = decide(Host(os=system(text)), DOCKER)
    key, entry = plan.steps[:2]
    assert key.name == f"https://download.docker.com/linux/{place.split('/')[0]}/gpg"
    assert key.payload.path == "/etc/pki/rpm-gpg/RPM-GPG-KEY-docker-ce"
    assert entry.name == "/etc/yum.repos.d/docker-ce.repo"
    assert entry.payload.text == (
        "[docker-ce-stable]\n"
        "name=Docker CE Stable\n"
        f"baseurl=https://download.docker.com/linux/{place}/$basearch/stable\n"
        "enabled=1\n"
        "gpgcheck=1\n"
        "gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-docker-ce\n"
    )
    assert entry.payload.mode == 0o644


def test_a_mirror_has_its_key_and_credentials_that_only_root_reads():
    wish = Wish("docker", repository_url="https://m/d", repository_username="u", repository_password="pw")
    plan, _needs = decide(Host(os=system(ROCKY9)), wish)
    assert plan.steps[0].name == "https://m/d/centos/gpg"
    assert plan.steps[1].payload.text.endswith("username=u\npassword=pw\n")
    assert plan.steps[1].payload.mode == 0o600
    assert "pw" not in str(plan.as_list()) + str(plan.diff())


@pytest.mark.parametrize(
    ("key", "gets"),
    [((sources.RPM_FINGERPRINT,), False), ((sources.FINGERPRINT,), True), ((), True)],
)
def test_a_key_that_is_not_the_one_for_rpm_packages_is_replaced(key, gets):
    plan, _needs = decide(Host(os=system(ROCKY9), key=key), DOCKER)
    assert any(step.action == "get" for step in plan) is gets


def test_other_entries_for_the_repository_are_taken_out_of_the_files_of_dnf():
    mirror = "[mine]\nbaseurl=https://mine\n\n[docker]\nbaseurl=https://download.docker.com/linux/centos/$releasever/\n"
    found = {"/etc/yum.repos.d/mixed.repo": mirror, "/etc/yum.repos.d/base.repo": "[base]\nbaseurl=https://b\n"}
    plan, _needs = decide(Host(os=system(ROCKY9), sources=found), DOCKER)
    (other,) = [step for step in plan if step.name.endswith("mixed.repo")]
    assert (other.action, other.payload.text) == ("update", "[mine]\nbaseurl=https://mine\n")
    assert not [step for step in plan if step.name.endswith("base.repo")]


def rocky(version=OLD, **changes):
    """A Rocky Linux 9 that has all of DOCKER."""
    packages = {**dict.fromkeys(CE, version), "ca-certificates": "2024.2.69-91.4.el9", LOCK: "4.3.0-20.el9"}
    host = Host(
        os=system(ROCKY9),
        packages=packages,
        held=CE,
        available={name: Available((NEW, OLD), NEW) for name in CE[:2]},
        lists_age=60,
        service=RUNNING,
        engine=Running(version.partition("-")[0], "inactive"),
        sources={sources.RPM_PATH: sources.rpm_entry(sources.OFFICIAL, system(ROCKY9))},
        key=(sources.RPM_FINGERPRINT,),
    )
    return replace(host, **changes)


def test_a_host_that_is_as_wanted_needs_nothing():
    for wish in (DOCKER, Wish("docker", version="28.*"), Wish("docker", version="28.5.2")):
        assert decide(rocky(), wish)[1] == Needs()


@pytest.mark.parametrize("wish", ["29.*", "29.0.0", "latest"])
def test_what_is_held_is_let_go_of_replaced_and_held_again(wish):
    plan, needs = decide(rocky(), Wish("docker", version=wish))
    assert needs.install == (f"docker-ce-{NEW}", f"docker-ce-cli-{NEW}")
    assert (needs.release, needs.hold, needs.service) == (CE, CE, "restart")
    assert summary(plan) == ["upgrade docker-ce", "upgrade docker-ce-cli", "restart docker.service"]


def test_nothing_is_held_where_what_holds_may_not_be_installed_yet():
    wish = Wish("docker", version="29.*", restart="never")
    assert decide(rocky(held=()), wish)[1].hold == CE
    without = {name: version for name, version in rocky().packages.items() if name != LOCK}
    needs = decide(rocky(held=(), packages=without), wish)[1]
    assert (needs.install, needs.hold, needs.release) == ((), (), ())


def test_what_counts_is_the_version_that_runs():
    _plan, needs = decide(rocky(engine=Running("28.0.4", "active")), DOCKER)
    assert (needs.service, needs.in_turn) == ("restart", True)


def test_a_downgrade_is_refused_unless_it_is_allowed():
    with pytest.raises(SwarmError, match="downgrade"):
        decide(rocky(NEW), Wish("docker", version="28.*"))
    _plan, needs = decide(rocky(NEW), Wish("docker", version="28.*", allow_downgrade=True))
    assert (needs.install, needs.downgrade) == ((f"docker-ce-{OLD}", f"docker-ce-cli-{OLD}"), True)


def test_zypper_takes_a_version_after_an_equals_sign():
    found = "28.5.1_ce-150000.235.1"
    host = Host(os=system(LEAP), available={"docker": Available((found,), found)}, lists_age=10)
    assert decide(host, Wish("distribution", version="28.*"))[1].install[0] == f"docker={found}"


def test_packages_are_no_longer_held():
    plan, needs = decide(rocky(), Wish("docker", hold=False))
    assert (needs.release, needs.hold, needs.install) == (CE, (), ())
    assert summary(plan) == [f"release {name}" for name in CE]


def test_package_files():
    names = (f"docker-ce-{NEW}.x86_64.rpm", f"docker-ce-cli-{NEW}.x86_64.rpm")
    plan, needs = decide(rocky(), Wish("docker", package_files=names))
    assert (needs.files, needs.install, needs.release, needs.repository) == (names, (), CE, False)
    assert summary(plan)[:2] == ["upgrade docker-ce", "upgrade docker-ce-cli"]
    assert decide(rocky(NEW), Wish("docker", package_files=names))[1] == Needs()
    with pytest.raises(SwarmError, match="no name of a rpm package"):
        decide(rocky(), Wish("docker", package_files=("docker-ce_29.0.0-1_amd64.deb",)))


def test_the_engine_is_removed_with_what_holds_it():
    _plan, needs = decide(rocky(), Wish("docker", state="absent"))
    assert (needs.remove, needs.release) == (CE, CE)


EXTRA = "kernel-modules-extra"
KERNEL = Kernel("6.12.0-124.8.1.el10_1.x86_64", known=True, present=frozenset({"overlay"}))
MODULES = Wish("docker", modules=("overlay", "xt_addrtype"))


def test_an_engine_of_enterprise_linux_10_gets_the_module_that_it_does_not_start_without():
    plan, needs = decide(Host(os=system(ALMA10), kernel=KERNEL), MODULES)
    assert f"{EXTRA}-{KERNEL.release}" in needs.first
    assert needs.refresh
    assert summary(plan)[0] == f"install {EXTRA}-{KERNEL.release}"


@pytest.mark.parametrize(
    ("text", "kernel", "packages"),
    [
        (ALMA10, replace(KERNEL, loadable=frozenset({"xt_addrtype"})), {}),
        (ALMA10, replace(KERNEL, known=False), {}),
        (ALMA10, KERNEL, {EXTRA: "6.12.0-124.8.1.el10_1"}),  # it is there and does not help: a warning says what lacks
        (FEDORA42, KERNEL, {}),
    ],
)
def test_the_module_is_not_asked_for_where_that_would_not_help(text, kernel, packages):
    needs = decide(Host(os=system(text), kernel=kernel, packages=packages), MODULES)[1]
    assert not [name for name in needs.first if name.startswith(EXTRA)]


@pytest.mark.parametrize(
    ("text", "wish", "packages", "words"),
    [
        (ROCKY9, DISTRIBUTION, {}, ("the distribution has no packages", "Rocky Linux 9.6", "source to docker")),
        (SLES15, DOCKER, {}, ("Docker's repository has no packages", "15 SP6", "source to distribution")),
        (TUMBLEWEED, DOCKER, {}, ("source to distribution",)),
        (ROCKY9, DOCKER, {"podman-docker": "5.4-1", "runc": "1.2-1"}, ("podman-docker 5.4-1 and runc 1.2-1", "Remove")),
        (LEAP, DISTRIBUTION, {"podman-docker": "4.9-1"}, ("podman-docker 4.9-1", "beside docker")),
        (
            FEDORA42,
            DOCKER,
            {"moby-engine": "28.3.3-1.fc42", "runc": "2:1.3.0-1.fc42"},
            ("moby-engine 28.3.3", "source to distribution"),
        ),
        (ROCKY9.replace("9.6", "8.10"), DOCKER, {}, ("version 8.10", "Rocky Linux and AlmaLinux from 9")),
        (FEDORA42.replace("42", "40"), DOCKER, {}, ("Fedora from 42",)),
        (LEAP.replace("15.6", "15.5"), DISTRIBUTION, {}, ("openSUSE Leap from 15.6",)),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_choose(text, wish, packages, words):
    with pytest.raises(SwarmError) as refusal:
        decide(Host(os=system(text), packages=packages), wish)
    for word in (*words, "Nothing was changed"):
        assert word in str(refusal.value)


LIST = "Available Packages\ndocker-ce.x86_64  3:29.0.0-1.el9  docker-ce-stable\n"
SEARCH = "v | docker | package | 28.5.1_ce-150000.235.1 | x86_64 | Main\n"
LOCKED = "docker-ce-3:28.5.2-1.el9.*\n"


@pytest.mark.parametrize(
    ("text", "installed", "locks", "held"),
    [
        (ROCKY9, f"docker-ce {OLD}\n{LOCK} 4.3.0-20.el9\n", {"dnf/plugins/versionlock.list": LOCKED}, ("docker-ce",)),
        # Without the plugin, nobody heeds the list.
        (ROCKY9, f"docker-ce {OLD}\n", {"dnf/plugins/versionlock.list": LOCKED}, ()),
        (FEDORA42, f"docker-ce {OLD}\n", {"dnf/versionlock.toml": 'name = "docker-ce"\n'}, ("docker-ce",)),
        (LEAP, "docker 28.3.3_ce-1\n", {"zypp/locks": "type: package\nsolvable_name: docker\n"}, ("docker",)),
    ],
)
def test_a_host_is_read(tmp_path, text, installed, locks, held):
    lists = "var/cache/zypp/raw/x" if text is LEAP else "var/cache/dnf/x" if text is ROCKY9 else "var/cache/libdnf5/x"
    files = {
        "etc/os-release": text,
        "usr/bin/rpm": "",
        lists: "",
        **{f"etc/{path}": content for path, content in locks.items()},
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    asked = []

    def run(command):
        asked.append(command)
        return 0, {"rpm": installed, "dnf": LIST, "zypper": SEARCH}.get(command[0], ""), ""

    source = "distribution" if text is LEAP else "docker"
    host = read_host(run, Wish(source, version="latest"), str(tmp_path))
    assert host.held == held
    assert host.lists_age is not None
    assert {name: found.candidate for name, found in host.available.items()} == (
        {"docker": "28.5.1_ce-150000.235.1"} if text is LEAP else {"docker-ce": NEW}
    )
    # Nothing is fetched, and nothing is asked twice.
    assert [command[0] for command in asked] == ["rpm", "zypper" if text is LEAP else "dnf"]
    assert {"--cacheonly", "--no-refresh"} & set(asked[1])


@pytest.mark.parametrize("text", distributions.ALL.values(), ids=distributions.ALL)
def test_a_second_look_finds_nothing_to_do(text):
    """A host that has all that was planned for it when it was bare."""
    wish = Wish("distribution" if "suse" in text.lower() else "docker")
    plan, needs = decide(Host(os=system(text)), wish)
    written = {step.name: step.payload.text for step in plan if step.kind == "package source"}
    host = Host(
        os=system(text),
        packages=dict.fromkeys(needs.install, "28.5.2-1"),
        held=needs.hold,
        sdk="7.1.0" if "python3-docker" in needs.install else None,
        sources=written,
        key=(sources.RPM_FINGERPRINT,),
        service=RUNNING,
        daemon=DaemonFile(),
        engine=Running("28.5.2", "inactive"),
    )
    assert decide(host, wish)[1] == Needs()
