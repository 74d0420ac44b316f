# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which packages in which version."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Available, Host, Os
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.packages import decide_packages, files_by_package
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import Wish

TRIXIE = Os("debian", "13", "trixie", "Debian GNU/Linux 13 (trixie)", "debian", "x86_64")
OLD, NEW = "26.1.5+dfsg1-9+b9", "28.5.2+dfsg4-1"
BOTH = {name: Available((NEW, OLD), NEW) for name in ("docker.io", "docker-cli")}
HELD = ("docker.io", "docker-cli", "containerd", "runc")


def host(version=OLD, available=BOTH, lists_age=60, held=HELD):
    packages = {"docker.io": version, "docker-cli": version, "ca-certificates": "1"} if version else {}
    return Host(os=TRIXIE, packages=packages, held=held, available=available, lists_age=lists_age, sdk="7.1.0")


def decide(found, lists_change=False, **wish):
    return decide_packages(found, Wish("distribution", **wish), lists_change)


@pytest.mark.parametrize(
    ("version", "wish", "install"),
    [
        (OLD, "", ()),
        (OLD, "26.*", ()),
        (OLD, "26.1.5", ()),
        (OLD, "28.*", (f"docker.io={NEW}", f"docker-cli={NEW}")),
        (OLD, "28.5.2", (f"docker.io={NEW}", f"docker-cli={NEW}")),
        (OLD, "latest", (f"docker.io={NEW}", f"docker-cli={NEW}")),
        (NEW, "latest", ()),
        ("29.0.0-1", "latest", ()),
        ("", "26.*", (f"docker.io={OLD}", f"docker-cli={OLD}", "ca-certificates")),
        ("", "", ("docker.io", "docker-cli", "ca-certificates")),
    ],
)
def test_the_version_that_is_installed(version, wish, install):
    found = decide(host(version), version=wish)
    assert (found.install, found.refresh) == (install, False)
    assert found.moves is bool(version and install)


@pytest.mark.parametrize(
    ("wish", "lists_age", "lists_change", "refresh"),
    [
        ("28.*", None, False, False),  # what the lists have is good enough
        ("latest", None, False, True),
        ("latest", 90_000, False, True),
        ("latest", 60, False, False),
        ("latest", 60, True, True),
        ("27.*", 61, False, True),
        ("28.*", 60, True, True),
        ("26.*", None, True, False),
        ("", None, True, False),
    ],
)
def test_when_the_package_lists_are_too_old_to_decide_by(wish, lists_age, lists_change, refresh):
    assert decide(host(lists_age=lists_age), lists_change, version=wish).refresh is refresh


def test_a_version_that_is_not_available_is_refused_with_those_that_are():
    with pytest.raises(SwarmError) as refusal:
        decide(host(), version="27.*")
    assert f"have no such docker.io; they have {NEW}, {OLD}." in refusal.value.message
    with pytest.raises(SwarmError, match="none at all"):
        decide(host(available={}), version="27.*")


def test_a_downgrade_is_refused_unless_it_is_allowed():
    with pytest.raises(SwarmError, match="downgrade"):
        decide(host(NEW), version="26.*")
    found = decide(host(NEW), version="26.*", allow_downgrade=True)
    assert found.install == (f"docker.io={OLD}", f"docker-cli={OLD}")
    assert [step.action for step in found.steps] == ["downgrade", "downgrade"]


FILES = ("docker.io_28.5.2+dfsg4-1_amd64.deb", "docker-cli_28.5.2+dfsg4-1_amd64.deb", "tini_0.19-1_amd64.deb")


def test_package_files_say_which_version_there_is():
    found = decide(host(), package_files=FILES)
    assert (found.files, found.install, found.moves, found.refresh) == (FILES, (), True, False)
    assert [f"{step.action} {step.name}" for step in found.steps] == [
        "upgrade docker.io",
        "upgrade docker-cli",
        "install tini",
    ]
    assert decide(host(NEW), package_files=FILES[:2]) == decide(host(NEW))
    bare = decide(host(""), package_files=FILES)
    assert (bare.files, bare.install, bare.moves) == (FILES, ("ca-certificates",), False)


def test_epochs_do_not_count_because_names_of_files_may_lack_them():
    names = ("docker-ce_28.5.2-1~debian.13~trixie_amd64.deb", "docker-ce-cli_5%3a28.5.2-1_amd64.deb")
    assert [version for _file, version in files_by_package(names, "x.deb").values()] == [
        "28.5.2-1~debian.13~trixie",
        "28.5.2-1",
    ]


@pytest.mark.parametrize("name", ["docker-ce.deb", "docker-ce-28.5.2-1.el9.x86_64.rpm", "docker_1_.deb"])
def test_a_file_whose_name_does_not_say_what_it_holds_is_refused(name):
    with pytest.raises(SwarmError, match="which is no name of a deb package"):
        decide(host(), package_files=(name,))


def test_package_files_that_are_older_are_refused_unless_that_is_allowed():
    older = ("docker.io_26.1.5+dfsg1-9+b9_amd64.deb",)
    with pytest.raises(SwarmError, match="downgrade"):
        decide(host(NEW), package_files=older)
    assert decide(host(NEW), package_files=older, allow_downgrade=True).files == older


def test_what_is_held_is_replaced_and_held_again():
    """apt lets go of what it replaces."""
    found = decide(host(), version="28.*")
    assert found.hold == HELD
    assert {step.action for step in found.steps} == {"upgrade"}


def test_packages_are_held_and_let_go():
    found = decide(host(held=("runc",)))
    assert found.hold == ("docker.io", "docker-cli", "containerd")
    # What is not seen among the installed packages is held all the same, and not spoken of.
    assert [f"{step.action} {step.name}" for step in found.steps] == ["hold docker.io", "hold docker-cli"]
    assert decide(host(), hold=False).release == HELD
    assert decide(host(held=()), hold=False).steps == ()
