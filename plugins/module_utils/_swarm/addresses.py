# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses as swarm options take them: an address or the name of an interface, with a port or without."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

PORT = 2377  # the port of managers

# The options for a node's own addresses, and those that may have a port.
LOCAL = ("advertise_addr", "listen_addr", "data_path_addr")
LOCAL_WITH_PORT = ("advertise_addr", "listen_addr")

# The kernel takes any name of up to 15 characters without slash and blank; a name of digits and dots is an address.
_INTERFACE = re.compile(r"(?=.*[A-Za-z])[^\s/:]{1,15}")
_HOST_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")


def split(value: str) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port`, `address6` or `[address6]:port`. A port that is no number is -1."""
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(.*))?", value)
    if bracketed:
        host, port = bracketed.group(1), bracketed.group(2)
    elif value.count(":") == 1:
        host, port = value.split(":")
    else:
        return value, None
    if port is None:
        return host, None
    return host, int(port) if port.isdigit() and 0 < int(port) < 65536 else -1


def join(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def as_ip(host: str) -> Any | None:
    """The address object, or None for what is no IP address."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def remote(value: str) -> str:
    """A manager's address with its port."""
    host, port = split(value)
    return join(host, port or PORT)


def listen_address(listen_addr: str | None, advertise_addr: str | None) -> str:
    """Where to listen if it is not said: everywhere, in the family of the advertised address."""
    if listen_addr:
        return listen_addr
    advertised = as_ip(split(advertise_addr or "")[0])
    return join("::" if advertised is not None and advertised.version == 6 else "0.0.0.0", PORT)


def check_addresses(options: Mapping[str, Any], local: Iterable[str], with_port: Iterable[str]) -> list[str]:
    """What is wrong with the local addresses in `options`; those in `with_port` may have a port."""
    problems = []
    for name in local:
        value = options.get(name)
        if not value:
            continue
        host, port = split(value)
        if port is not None and name not in with_port:
            problems.append(f"{name}: {value!r} must have no port")
        elif port == -1:
            problems.append(f"{name}: {value!r} has no valid port (1 to 65535)")
        elif as_ip(host) is None and not _INTERFACE.fullmatch(host):
            problems.append(f"{name}: {value!r} is neither an IP address nor the name of a network interface")
    return problems


def check_remotes(values: Iterable[str]) -> list[str]:
    """What is wrong with addresses of managers."""
    problems = []
    for value in values:
        host, port = split(value)
        if port == -1:
            problems.append(f"remote_addrs: {value!r} has no valid port (1 to 65535)")
        elif as_ip(host) is None and not _HOST_NAME.fullmatch(host):
            problems.append(f"remote_addrs: {value!r} is neither an IP address nor a host name")
    return problems


def refuse(problems: list[str]) -> None:
    """One error for all that is wrong with the options."""
    if problems:
        raise SwarmError("; ".join(problems) + ". Nothing was changed.", "Correct the options.")
