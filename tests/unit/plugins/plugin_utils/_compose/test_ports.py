# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports in the short syntax."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.ports import parse_ports


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("80", [(80, 0, "tcp")]),
        ("8080:80", [(80, 8080, "tcp")]),
        ("53:53/UDP", [(53, 53, "udp")]),
        ("80/", [(80, 0, "tcp")]),
        ("100-102:80", [(80, 100, "tcp"), (80, 101, "tcp"), (80, 102, "tcp")]),
        # sorted as text
        ("19-20:9-10", [(10, 20, "tcp"), (9, 19, "tcp")]),
        ("9-10/sctp", [(10, 0, "sctp"), (9, 0, "sctp")]),
        (":1:2", [(2, 1, "tcp")]),
        ("1-3-9:1-3", [(1, 1, "tcp"), (2, 2, "tcp"), (3, 3, "tcp")]),
    ],
)
def test_ports(text: str, ports: list[tuple[int, int, str]]) -> None:
    found, warnings = parse_ports(text)
    assert [(port.target, port.published, port.protocol) for port in found] == ports
    assert warnings == []


@pytest.mark.parametrize(
    ("text", "ignored"),
    [
        ("127.0.0.1:1:2", "127.0.0.1:1:2/tcp"),
        ("[::1]:1:2/udp", "[::1]:1:2/udp"),
        ("::1:1:2", "[::1]:1:2/tcp"),
        ("127.0.0.1::2", "127.0.0.1::2/tcp"),
        ("127.0.0.1:5-6:2", "127.0.0.1:5-6:2/tcp"),
        ("0.0.0.0:1:2", None),
        ("[::]:1:2", None),
    ],
)
def test_addresses_of_ports_are_ignored(text: str, ignored: str | None) -> None:
    expected = [f"ignoring IP-address ({ignored}) service will listen on '0.0.0.0'"] if ignored else []
    assert parse_ports(text)[1] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "-1",
        "70000",
        "80/foo",
        "1-2:3-5",
        "2-1:3",
        "300.0.0.1:1:2",
        "1:2:3",
        " 80",
        "+80",
        "0x50",
        "1:",
        "٣:80",
    ],
)
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid|no port"):
        parse_ports(text)
