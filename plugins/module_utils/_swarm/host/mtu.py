# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The MTU of the networks of containers: that of the link between the nodes, as the Engine is to be told it.

The Engine makes all networks for links of 1500 bytes, whatever the host has. What it is told is the MTU of the link:
from that of an overlay network it takes off what VXLAN needs by itself, 50 bytes, and 26 more with encryption
(libnetwork, drivers/overlay, maxMTU).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import split
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import versions
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.network import Address

AUTO = "auto"
USUAL = 1500
OPTION = "com.docker.network.driver.mtu"
# The bridge by which containers in overlay networks leave their host. The Engine makes it when it is to be in a swarm,
# without regard to daemon.json, and takes one that is there.
GATEWAY = "docker_gwbridge"

# Engine 24.0 brought default-network-opts. They hold for each network without the option when a node makes its part of
# it, which is at every start of the Engine, and for the ingress network, too.
_FIRST_WITH_DEFAULTS = (24,)
_DEFAULTS = "default-network-opts"
_RANGE = range(576, 65536)


def check_wish(wish: str, daemon: Mapping[str, Any]) -> None:
    """Raises SwarmError for what can be right on no host."""
    if wish and wish != AUTO and not (wish.isdigit() and int(wish) in _RANGE):
        raise SwarmError(
            f"docker_engine_mtu is {wish}, which is neither auto nor a number from {_RANGE[0]} to {_RANGE[-1]}.",
            "Nothing was changed. Correct it.",
        )
    if wish and "mtu" in daemon:
        raise SwarmError(
            f"docker_engine_mtu is {wish}, and docker_engine_daemon has mtu: {daemon['mtu']}.",
            "Nothing was changed. Leave one of them out.",
        )


def wished(wish: str, link: int) -> int:
    """Zero where none is wished. `link` is what the host has; zero where that is not known."""
    if wish == AUTO and not link:
        raise SwarmError(
            "docker_engine_mtu is auto, but the host has no interface with the address or name that "
            "swarm_node_data_path_addr or swarm_node_advertise_addr states, or no default route.",
            "Nothing was changed. Correct that, or set docker_engine_mtu to a number.",
        )
    return link if wish == AUTO else int(wish or 0)


def of_link(addresses: Iterable[Address], default: str, stated: str) -> int:
    """That of the interface that is stated, by its name or an address, else of the one with the default route."""
    host = split(stated)[0] or default
    return next((item.mtu for item in addresses if host in (item.interface, item.address)), 0)


def has_defaults(version: str) -> bool:
    """Whether an Engine knows the key for overlay networks. One whose version is not known yet counts as a new one."""
    return not version or versions.numbers(version) >= _FIRST_WITH_DEFAULTS


def with_mtu(content: Mapping[str, Any], mtu: int, version: str) -> dict[str, Any]:
    """daemon.json with the MTU for the bridge docker0 and, where the Engine knows the key, for overlay networks."""
    result = {**content, "mtu": mtu}
    if has_defaults(version):
        defaults = content.get(_DEFAULTS) or {}
        result[_DEFAULTS] = {**defaults, "overlay": {**(defaults.get("overlay") or {}), OPTION: str(mtu)}}
    return result


def of_overlay(content: Mapping[str, Any]) -> int:
    """What daemon.json says about overlay networks; zero where it says nothing."""
    defaults = content.get(_DEFAULTS)
    overlay = defaults.get("overlay") if isinstance(defaults, Mapping) else None
    stated = str(overlay.get(OPTION, "")) if isinstance(overlay, Mapping) else ""
    return int(stated) if stated.isdigit() else 0


def of_network(network: Mapping[str, Any]) -> int:
    """From GET /networks/(name)."""
    stated = str((network.get("Options") or {}).get(OPTION, ""))
    return int(stated) if stated.isdigit() else USUAL
