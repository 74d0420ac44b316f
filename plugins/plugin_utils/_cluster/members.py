# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses of all members of a swarm, for the firewall of each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import as_ip, split

# Host variables that may hold an address of the host; the name of an interface in them says nothing to others.
_VARIABLES = ("swarm_node_advertise_addr", "swarm_node_data_path_addr")


@dataclass(frozen=True)
class Members:
    """`unknown` are the hosts of which not all addresses are known."""

    addresses: tuple[str, ...]
    unknown: tuple[str, ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {name: list(value) for name, value in asdict(self).items()}


def members(hosts: Iterable[str], variables: Mapping[str, Mapping[str, Any]], extra: Sequence[str] = ()) -> Members:
    """`variables` are those of each host, among them `addresses`, what the host itself says (missing: it did not)."""
    addresses = list(extra)
    unknown = []
    for host in hosts:
        known = variables.get(host, {})
        stated = known.get("swarm_firewall_addresses")
        if stated:
            addresses += [stated] if isinstance(stated, str) else stated
            continue
        parts = (split(str(known.get(name) or ""))[0] for name in _VARIABLES)
        addresses += [part for part in parts if as_ip(part) is not None]
        addresses += known.get("addresses") or ()
        if not known.get("addresses"):
            unknown.append(host)
    warnings = []
    if unknown:
        warnings.append(
            f"The addresses of {', '.join(unknown)} are not known in this run, so the firewalls only let more in: "
            "nobody loses access. Run for all hosts, set swarm_firewall_addresses for these, or take them out of the "
            "inventory."
        )
    return Members(tuple(dict.fromkeys(addresses)), tuple(unknown), tuple(warnings))
