# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tools of a host print, and what is made of it."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import (
    Available,
    Running,
    Service,
    read_dpkg,
    read_os,
    read_policy,
    read_rpm,
    read_running,
    read_service,
)

DEBIAN = """PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION="13 (trixie)"
VERSION_CODENAME=trixie
ID=debian
HOME_URL="https://www.debian.org/"
"""
UBUNTU = 'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n'
ROCKY = (
    'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4"\n'
)
LEAP = 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\n# VERSION_CODENAME=none\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DEBIAN, ("debian", "13", "trixie", "Debian GNU/Linux 13 (trixie)", "debian")),
        (UBUNTU, ("ubuntu", "24.04", "noble", "Ubuntu 24.04.2 LTS", "debian")),
        (ROCKY, ("rocky", "9.4", "", "Rocky Linux 9.4", "redhat")),
        (LEAP, ("opensuse-leap", "15.6", "", "opensuse-leap", "suse")),
        ("ID=arch\n", ("arch", "", "", "arch", "")),
        ("", ("", "", "", "an unknown system", "")),
    ],
)
def test_the_operating_system(text, expected):
    system = read_os(text, "x86_64")
    assert (system.id, system.version, system.codename, system.name, system.family) == expected
    assert system.architecture == "x86_64"


def test_only_installed_packages_count_for_dpkg():
    text = (
        "docker.io installed hold 20.10.24+dfsg1-1\n"
        "docker-ce config-files deinstall 5:28.5.2-1\n"
        "python3-docker not-installed unknown \n"
        "runc installed install 1.1.5\n"
    )
    assert read_dpkg(text) == ({"docker.io": "20.10.24+dfsg1-1", "runc": "1.1.5"}, ("docker.io",))


POLICY = """docker.io:
  Installed: 26.1.5+dfsg1-9+b9
  Candidate: 26.1.5+dfsg1-9+b9
  Version table:
     28.5.2+dfsg4-1 100
        100 http://deb.debian.org/debian forky/main amd64 Packages
 *** 26.1.5+dfsg1-9+b9 500
        500 http://deb.debian.org/debian trixie/main amd64 Packages
        100 /var/lib/dpkg/status
docker-cli:
  Installed: (none)
  Candidate: (none)
  Version table:
"""


def test_the_versions_that_the_package_sources_have():
    assert read_policy(POLICY) == {
        "docker.io": Available(("28.5.2+dfsg4-1", "26.1.5+dfsg1-9+b9"), "26.1.5+dfsg1-9+b9"),
        "docker-cli": Available(),
    }
    assert read_policy("N: Unable to locate package docker-ce\n").get("docker-ce") is None
    assert read_policy("") == {}


def test_only_installed_packages_count_for_rpm():
    text = "package docker.io is not installed\ndocker-ce 28.5.2-1.el9\n"
    assert read_rpm(text) == {"docker-ce": "28.5.2-1.el9"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nExecMainStartTimestamp=@17\nInvocationID=5d\n",
            Service(present=True, active="active", enabled="enabled", started=17, invocation="5d"),
        ),
        (
            "LoadState=not-found\nActiveState=inactive\nUnitFileState=\nExecMainStartTimestamp=\nInvocationID=\n",
            Service(),
        ),
        ("LoadState=masked\nActiveState=inactive\nUnitFileState=masked\n", Service(present=True, enabled="masked")),
        ("", Service()),
    ],
)
def test_the_service(text, expected):
    assert read_service(text) == expected


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (
            {
                "ServerVersion": "26.1.5",
                "Swarm": {
                    "LocalNodeState": "active",
                    "ControlAvailable": True,
                    "NodeID": "n1",
                    "RemoteManagers": [{"NodeID": "n2"}, {"NodeID": "n1"}],
                },
            },
            Running(version="26.1.5", swarm="active", manager=True, node_id="n1", managers=("n1", "n2")),
        ),
        ({"ServerVersion": "20.10.24", "Swarm": {"LocalNodeState": "inactive"}}, Running("20.10.24", "inactive")),
        ({"ServerVersion": "20.10.24", "Swarm": None}, Running("20.10.24")),
    ],
)
def test_the_running_engine(info, expected):
    assert read_running(info) == expected
