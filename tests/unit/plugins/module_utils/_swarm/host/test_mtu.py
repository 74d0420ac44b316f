# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The MTU of the networks of containers."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import mtu, sources
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import (
    Available,
    DaemonFile,
    Host,
    Os,
    Running,
    Service,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import Wish, wish_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.network import Address

BOOKWORM = Os("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)", "debian", "x86_64")
RUNS = Service(present=True, active="active", enabled="enabled", started=2000)
OVERLAY = {"default-network-opts": {"overlay": {mtu.OPTION: "1400"}}}
LINKS = [
    Address("eth0", "192.0.2.1", 24, 1500),
    Address("eth1", "198.51.100.1", 24, 1400),
    Address("eth1", "2001:db8::1", 64, 1400),
]


def has(version, **changes):
    packages = {"docker.io": version, "python3-docker": "7", "ca-certificates": "1"}
    values = {
        "packages": packages,
        "held": ("docker.io", "containerd", "runc"),
        "sdk": "7",
        "service": RUNS,
        "engine": Running(version, "inactive"),
        **changes,
    }
    return Host(BOOKWORM, **values)


def steps(host, wish="1400"):
    plan, needs = decide(host, Wish("distribution", mtu=wish))
    return [f"{step.action} {step.name}" for step in plan], needs, plan


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("", 1500),
        ("eth1", 1400),
        ("198.51.100.1", 1400),
        ("198.51.100.1:2377", 1400),
        ("[2001:db8::1]:2377", 1400),
        ("203.0.113.1", 0),
    ],
)
def test_the_mtu_of_the_link_between_nodes(stated, expected):
    assert mtu.of_link(LINKS, "eth0", stated) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("20.10.24+dfsg1-1", {"mtu": 1400}),
        ("5:23.0.6-1", {"mtu": 1400}),
        ("5:24.0.0-1", {"mtu": 1400, **OVERLAY}),
        ("", {"mtu": 1400, **OVERLAY}),
    ],
)
def test_an_engine_is_told_what_it_understands(version, expected):
    assert mtu.with_mtu({}, 1400, version) == expected


def test_what_else_the_file_says_stays():
    content = {"mtu": 1, "default-network-opts": {"bridge": {"a": "b"}, "overlay": {"c": "d", mtu.OPTION: "1"}}}
    overlay = {"c": "d", mtu.OPTION: "1400"}
    expected = {"mtu": 1400, "default-network-opts": {"bridge": {"a": "b"}, "overlay": overlay}}
    assert mtu.with_mtu(content, 1400, "28.5.2") == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mtu": "much"}, "docker_engine_mtu is much, which is neither auto nor a number"),
        ({"mtu": "80"}, "docker_engine_mtu is 80"),
        ({"mtu": "1400", "daemon": {"mtu": 1300}}, "docker_engine_daemon has mtu: 1300"),
    ],
)
def test_what_cannot_be_right(options, words):
    with pytest.raises(SwarmError) as caught:
        wish_of({"source": "docker", **options})
    assert words in str(caught.value)
    assert "Nothing was changed." in str(caught.value)


def test_an_interface_that_is_not_there_is_an_error():
    with pytest.raises(SwarmError, match="has no interface with the address or name"):
        decide(has("26.1.5"), Wish("distribution", mtu="auto"))


def test_the_interface_decides():
    plan, _needs = decide(has("26.1.5", link_mtu=1400), Wish("distribution", mtu="auto"))
    assert '"mtu": 1400' in plan.steps[0].payload.text


def test_the_engine_is_restarted_and_the_bridge_made_anew():
    found, needs, _plan = steps(has("26.1.5", gateway_mtu=1500))
    assert found == ["create /etc/docker/daemon.json", "restart docker.service", "update docker_gwbridge"]
    assert needs.gateway_mtu == 1400


@pytest.mark.parametrize("version", ["20.10.24", "26.1.5"])
def test_the_second_time_nothing_is_done(version):
    content = DaemonFile(True, mtu.with_mtu({}, 1400, version))
    found, needs, _plan = steps(has(version, daemon=content, gateway_mtu=1400))
    assert (found, needs.gateway_mtu) == ([], 0)


def test_a_bridge_in_use_is_left_alone_and_told_of():
    member = Running("26.1.5", "active")
    content = DaemonFile(True, mtu.with_mtu({}, 1400, "26.1.5"))
    found, needs, plan = steps(has("26.1.5", daemon=content, engine=member, gateway_mtu=1500))
    assert (found, needs.gateway_mtu) == ([], 0)
    assert "docker_gwbridge has the MTU 1500 and not 1400" in plan.warnings[0]


def test_an_engine_without_defaults_is_told_of():
    assert "Docker Engine 20.10.24 has no default for overlay networks" in steps(has("20.10.24"))[2].warnings[0]
    assert not steps(has("26.1.5"))[2].warnings


@pytest.mark.parametrize(
    ("host", "refresh", "overlay"),
    [
        (Host(BOOKWORM), True, True),
        (Host(BOOKWORM, available={"docker.io": Available(("20.10.24",), "20.10.24")}), False, False),
        (Host(BOOKWORM, available={"docker.io": Available(("26.1.5",), "26.1.5")}), False, True),
        (Host(BOOKWORM, lists_age=3600), True, True),
        (Host(BOOKWORM, lists_age=1), False, True),
    ],
)
def test_a_bare_host_has_to_tell_which_version_there_will_be(host, refresh, overlay):
    _found, needs, plan = steps(host)
    assert needs.refresh is refresh
    assert ("default-network-opts" in plan.steps[0].payload.text) is overlay
    assert needs.gateway_mtu == 1400


def test_a_repository_that_is_not_known_yet_is_asked_first():
    assert decide(Host(BOOKWORM, lists_age=1), Wish("docker", mtu="1400"))[1].refresh
    known = Host(
        BOOKWORM,
        sources={sources.PATH: sources.entry(sources.OFFICIAL, "debian", "bookworm")},
        key=(sources.FINGERPRINT,),
        available={"docker-ce": Available(("5:29.6.1-1",), "5:29.6.1-1")},
    )
    assert not decide(known, Wish("docker", mtu="1400"))[1].refresh


@pytest.mark.parametrize(
    ("content", "expected"),
    [({}, 0), (OVERLAY, 1400), ({"default-network-opts": {"overlay": {}}}, 0), ({"default-network-opts": 1}, 0)],
)
def test_what_daemon_json_says(content, expected):
    assert mtu.of_overlay(content) == expected


@pytest.mark.parametrize(
    ("network", "expected"), [({}, 1500), ({"Options": {}}, 1500), ({"Options": {mtu.OPTION: "1400"}}, 1400)]
)
def test_what_a_network_has(network, expected):
    assert mtu.of_network(network) == expected
