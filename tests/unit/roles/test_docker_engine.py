# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands that docker_engine runs on hosts of each family, as Ansible renders them of what was decided."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from inspect import signature

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import Needs

from tests.unit.meta.project import CHECKOUT

ROLE = CHECKOUT / "roles" / "docker_engine"
APT = (
    "apt-get --quiet --assume-yes --no-install-recommends --option DPkg::Lock::Timeout=300 "
    "--option Acquire::Languages=none "
    "--option Dpkg::Options::=--force-confdef --option Dpkg::Options::=--force-confold"
)
ZYPPER = "env ZYPP_LOCK_TIMEOUT=300 zypper --non-interactive"
DONE = " || case $? in 102 | 103) ;; *) exit 1 ;; esac"
DNF = "dnf --assumeyes --setopt=install_weak_deps=False install"


# From ansible-core 2.19 on, a template has to be trusted.
IS_NEW = "trusted_as_template" in signature(DataLoader.load_from_file).parameters
TRUST = {"trusted_as_template": True} if IS_NEW else {}


def load(file):
    return DataLoader().load_from_file(str(ROLE / file), **TRUST)


def shell(tasks):
    (task,) = [task for task in tasks if "apiary.swarm.host_script" in task]
    return task["apiary.swarm.host_script"]["script"]


def render(file, family, needs, **variables):
    """The text of the one shell task of a file."""
    decided = json.loads(json.dumps(asdict(needs)))  # as it comes from a module
    facts = {
        **load("defaults/main.yml"),
        **load("vars/main.yml"),
        "__docker_engine": {"os": {"family": family}, "needs": decided, "lists_age": None},
        **variables,
    }
    return Templar(loader=DataLoader(), variables=facts).template(shell(load(f"tasks/{file}.yml")))


def packages(family, needs, update=True):
    """What packages.yml runs between its beginning and its end."""
    (block,) = [task["block"] for task in load("tasks/change.yml") if "block" in task]
    (include,) = [task for task in block if task.get("ansible.builtin.include_tasks") == "packages.yml"]
    text = render("packages", family, needs, **{**include["vars"], "__docker_engine_update": update})
    well_formed(text)
    lines = text.splitlines()
    return lines[lines.index("before=$(run)") + 1 : next(i for i, line in enumerate(lines) if line.startswith("if ["))]


def well_formed(text):
    """No shell runs it: dash reads the whole text and says what is wrong with it."""
    checked = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


BARE = Needs(install=("a", "b"), hold=("a",))
CHANGE = Needs(install=("a-1.el9",), files=("c.rpm",), release=("a",), hold=("a", "c"), downgrade=True)


@pytest.mark.parametrize(
    ("family", "needs", "lines"),
    [
        (
            "debian",
            BARE,
            [
                f"{APT} update",
                "touch -c /var/lib/apt/lists",
                f"{APT} --allow-change-held-packages install a b",
                "rm -rf /var/cache/apiary-swarm",
                "apt-mark hold a",
            ],
        ),
        (
            "redhat",
            BARE,
            [
                "dnf --quiet --assumeyes --refresh makecache",
                "touch -c /var/cache/dnf /var/cache/libdnf5",
                f"{DNF} a b",
                "rm -rf /var/cache/apiary-swarm",
                "dnf --assumeyes --quiet versionlock add a",
            ],
        ),
        (
            "suse",
            BARE,
            [
                f"{ZYPPER} --quiet refresh",
                "touch -c /var/cache/zypp/raw",
                f"{ZYPPER} install --no-recommends a b{DONE}",
                "rm -rf /var/cache/apiary-swarm",
                "zypper --non-interactive addlock a",
            ],
        ),
    ],
)
def test_packages_are_installed_and_then_held(family, needs, lines):
    assert packages(family, needs) == lines


@pytest.mark.parametrize(
    ("family", "lines"),
    [
        (
            "debian",
            [
                "apt-mark unhold a",
                f"{APT} --allow-change-held-packages --allow-downgrades install /var/cache/apiary-swarm/c.rpm a-1.el9",
                "rm -rf /var/cache/apiary-swarm",
                "apt-mark hold a c",
            ],
        ),
        (
            "redhat",
            [
                "dnf --assumeyes --quiet versionlock delete a",
                f"{DNF} /var/cache/apiary-swarm/c.rpm a-1.el9",
                "rm -rf /var/cache/apiary-swarm",
                "dnf --assumeyes --quiet versionlock add a c",
            ],
        ),
        (
            "suse",
            [
                "zypper --non-interactive removelock a",
                f"{ZYPPER} install --no-recommends --oldpackage /var/cache/apiary-swarm/c.rpm a-1.el9{DONE}",
                "rm -rf /var/cache/apiary-swarm",
                "zypper --non-interactive addlock a c",
            ],
        ),
    ],
)
def test_what_is_held_is_let_go_of_before_it_is_replaced(family, lines):
    assert packages(family, CHANGE, update=False) == lines


@pytest.mark.parametrize(
    ("family", "lines"),
    [
        ("debian", ["apt-mark unhold a", f"{APT} --allow-change-held-packages remove a b"]),
        ("redhat", ["dnf --assumeyes --quiet versionlock delete a", "dnf --assumeyes remove a b"]),
        ("suse", ["zypper --non-interactive removelock a", f"{ZYPPER} remove --clean-deps a b{DONE}"]),
    ],
)
def test_packages_are_removed(family, lines):
    text = render("remove", family, Needs(remove=("a", "b"), release=("a",)))
    well_formed(text)
    assert text.splitlines() == ["set -e", "systemctl disable --now docker.service docker.socket || true", *lines]


@pytest.mark.parametrize("family", ["debian", "redhat", "suse"])
def test_the_package_lists_are_renewed(family):
    text = render("refresh", family, Needs())
    well_formed(text)
    start, update, touch = text.split(" && ")
    assert start == ". /dev/stdin"
    assert update == packages(family, BARE)[0]
    assert touch == packages(family, BARE)[1]


@pytest.mark.parametrize(("status", "fails"), [(0, False), (102, False), (103, False), (104, True), (4, True)])
def test_zypper_may_say_that_the_host_is_to_be_rebooted(status, fails):
    text = f"set -e\n(exit {status}){DONE}\necho on"
    ran = subprocess.run(["sh"], input=text, capture_output=True, text=True, check=False)
    assert (ran.returncode != 0, ran.stdout) == (fails, "" if fails else "on\n")
