# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package source files: one entry for Docker's repository."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import sources
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Os
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.sources import (
    OFFICIAL,
    PATH,
    entry,
    login,
    others,
    without_repository,
)

ONE_LINE = f"deb [signed-by=/k.asc] {OFFICIAL}/debian trixie stable\n"
DEBIAN = "deb http://deb.debian.org/debian trixie main\n"
DEB822 = f"Types: deb\nURIs: {OFFICIAL}/debian\nSuites: trixie\nComponents: stable\n"
DEBIAN822 = "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: trixie\nComponents: main\n"


def test_the_entry():
    assert "URIs: https://mirror/docker/ubuntu\nSuites: noble\n" in entry("https://mirror/docker", "ubuntu", "noble")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ONE_LINE, ""),
        (f"# Docker\n\n{ONE_LINE}", ""),
        (DEBIAN + ONE_LINE, DEBIAN),
        (f"{DEBIAN}# {ONE_LINE}", f"{DEBIAN}# {ONE_LINE}"),
        (DEBIAN, DEBIAN),
        (DEB822, ""),
        (f"{DEBIAN822}\n{DEB822}", DEBIAN822),
        (f"{DEB822}\n\n{DEBIAN822}", DEBIAN822),
        ("", ""),
    ],
)
def test_entries_of_the_repository_are_taken_out(text, expected):
    assert without_repository(text, (OFFICIAL,)) == expected


def test_another_entry_goes_wherever_it_is_and_a_mirror_replaces_the_original():
    files = {PATH: DEB822, "/etc/apt/sources.list": DEBIAN + ONE_LINE, "/etc/apt/sources.list.d/old.list": ONE_LINE}
    assert others(files, "https://mirror/docker") == {
        "/etc/apt/sources.list": DEBIAN,
        "/etc/apt/sources.list.d/old.list": "",
    }
    assert others({"/etc/apt/sources.list": DEBIAN}, OFFICIAL) == {}


def test_credentials_are_for_the_repository_alone():
    assert login("https://m.example.com/docker", "u", "p") == "machine m.example.com/docker\nlogin u\npassword p\n"
    assert login("http://m:80", "u", "p").startswith("machine http://m:80\n")


@pytest.mark.parametrize(
    ("url", "no_proxy", "expected"),
    [
        ("https://download.docker.com/linux", "", "https-proxy"),
        ("http://mirror.example.com:8080/linux", "", "http-proxy"),
        ("http://mirror.example.com:8080/linux", "localhost, mirror.example.com", ""),
        ("http://mirror.example.com:8080/linux", ".example.com", ""),
        ("http://mirror.example.com:8080/linux", "ample.com,mirror.example.co", "http-proxy"),
        ("http://mirror.example.com:8080/linux", "*", ""),
    ],
)
def test_the_proxy_of_the_repository(url, no_proxy, expected):
    assert sources.proxy(url, "http-proxy", "https-proxy", no_proxy) == expected


def test_apt_uses_the_proxy_for_this_repository_alone():
    assert sources.apt_proxy("https://download.docker.com/linux", "http://bee:nectar@proxy:3128") == (
        'Acquire::https::Proxy::download.docker.com "http://bee:nectar@proxy:3128";\n'
    )


def test_dnf_has_the_proxy_in_the_entry():
    rocky = Os("rocky", "9.4", "", "Rocky Linux 9.4", "redhat", "x86_64")
    entry = sources.rpm_entry(sources.OFFICIAL, rocky, proxy="http://bee:nec%40tar@proxy:3128/")
    assert entry.endswith("proxy=http://proxy:3128/\nproxy_username=bee\nproxy_password=nec@tar\n")
    assert sources.rpm_entry(sources.OFFICIAL, rocky, proxy="http://proxy:3128").endswith("proxy=http://proxy:3128\n")
