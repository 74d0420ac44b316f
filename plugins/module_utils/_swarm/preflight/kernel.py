# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which features of the kernel a host has: loaded, built in, there as a module, or missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

LOADED, BUILT_IN, MODULE, MISSING, UNKNOWN = "loaded", "built in", "module", "missing", "unknown"

# The module of each feature, and what the kernel's configuration calls it. The first group is what virtual service
# addresses and the routing mesh need, the second what networks of containers need at all, the third is for encrypted
# overlay networks only (moby contrib/check-config.sh, libnetwork drivers/overlay).
IPVS: Mapping[str, str] = {
    "ip_vs": "IP_VS",
    "ip_vs_rr": "IP_VS_RR",
    "xt_ipvs": "NETFILTER_XT_MATCH_IPVS",
}
NETWORKS: Mapping[str, str] = {
    "overlay": "OVERLAY_FS",
    "bridge": "BRIDGE",
    "br_netfilter": "BRIDGE_NETFILTER",
    "veth": "VETH",
    "vxlan": "VXLAN",
    "nf_nat": "NF_NAT",
    "xt_addrtype": "NETFILTER_XT_MATCH_ADDRTYPE",
    "xt_conntrack": "NETFILTER_XT_MATCH_CONNTRACK",
}
ENCRYPTION: Mapping[str, str] = {
    "xfrm_user": "XFRM_USER",
    "esp4": "INET_ESP",
    "xt_bpf": "NETFILTER_XT_MATCH_BPF",
}


@dataclass(frozen=True)
class Sources:
    """What a host tells about its kernel. `config` is its configuration (or empty where it is not published),
    `loaded`, `built_in` and `available` are names of modules; `has_modules`: there is a list of the last two.
    """

    config: str = ""
    loaded: Collection[str] = field(default_factory=frozenset)
    built_in: Collection[str] = field(default_factory=frozenset)
    available: Collection[str] = field(default_factory=frozenset)
    has_modules: bool = False


def features(sources: Sources) -> dict[str, str]:
    """What of each feature is there."""
    settings = dict(re.findall(r"^CONFIG_(\w+)=([ym])$", sources.config, re.MULTILINE))
    return {
        name: _state(name, settings.get(setting), sources)
        for name, setting in {**IPVS, **NETWORKS, **ENCRYPTION}.items()
    }


def _state(name: str, setting: str | None, sources: Sources) -> str:
    if name in sources.loaded:
        return LOADED
    if name in sources.built_in or setting == "y":
        return BUILT_IN
    if name in sources.available:
        return MODULE
    # A configuration that has it as a module is no proof: the module may not be installed (kernel-modules-extra).
    return MISSING if sources.config or sources.has_modules else UNKNOWN


def loaded_names(text: str) -> set[str]:
    """From /proc/modules."""
    return {line.split(" ", 1)[0] for line in text.splitlines() if line}
