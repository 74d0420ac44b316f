# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host's firewall is, as plain data, and which one is to be used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall import nftables
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import GOSSIP
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.iptables import let_in_before
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight import network

UFW, FIREWALLD, NFTABLES, IPTABLES = "ufw", "firewalld", "nftables", "iptables"
BACKENDS = (UFW, FIREWALLD, NFTABLES, IPTABLES)

GOSSIP_PORT = GOSSIP[0].partition("/")[0]

# Bridges of the Engine and what hangs on them: they have the same addresses on every host.
_DOCKERS = re.compile(r"docker0|docker_gwbridge|br-[0-9a-f]{12}|veth.*")


@dataclass(frozen=True)
class Ufw:
    """`added` is what `ufw show added` prints; `ipv6`: it looks after IPv6."""

    active: bool
    added: str
    ipv6: bool = True


@dataclass(frozen=True)
class Firewalld:
    """What `firewall-cmd --list-all-zones` prints of a firewalld that runs, now and with --permanent."""

    default_zone: str
    running: str
    permanent: str


@dataclass(frozen=True)
class Found:
    """Everything that decisions need. `saved` is what iptables-save and ip6tables-save print, by family; `tools` are
    the paths of iptables and ip6tables; `files` the texts of our files that are there; `systemd`: it is
    what the host was booted with.

    `nft` is the path of nft, `nftables_enabled`: the service that loads rules of the host's own at boot is enabled;
    `table` is what nft prints of our table, `foreign` of those tables that see what comes in and are the host's own.
    """

    addresses: tuple[str, ...] = ()
    ufw: Ufw | None = None
    firewalld: Firewalld | None = None
    saved: Mapping[int, str] = field(default_factory=dict)
    tools: Mapping[int, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    unit_enabled: bool = False
    nft: str = ""
    nftables_enabled: bool = False
    table: str = ""
    foreign: Mapping[str, str] = field(default_factory=dict)
    ipv6: bool = True
    systemd: bool = True


def addresses(text: str) -> tuple[str, ...]:
    """From `ip -json address show`: those that other hosts see."""
    found = (entry for entry in network.addresses(text) if not _DOCKERS.fullmatch(entry.interface))
    return tuple(entry.address for entry in found)


def detect(found: Found) -> str:
    """The firewall that is in charge; empty where there is none that is known."""
    if found.ufw and found.ufw.active:
        return UFW
    if found.firewalld:
        return FIREWALLD
    if found.nft and (found.nftables_enabled or 4 not in found.tools):
        return NFTABLES
    return IPTABLES if 4 in found.tools else ""


def choose(found: Found, asked: str) -> str:
    """The backend for this option of the module; a SwarmError where it cannot be used."""
    backend = detect(found) if asked == "auto" else asked
    usable = {
        UFW: bool(found.ufw and found.ufw.active),
        FIREWALLD: bool(found.firewalld),
        NFTABLES: bool(found.nft),
        IPTABLES: 4 in found.tools,
    }
    if not backend:
        raise SwarmError(
            "No firewall was found: ufw is not active, firewalld does not run, and there is neither nft nor "
            "iptables. Nothing was changed.",
            "Install iptables, which Docker Engine needs too.",
        )
    if not usable[backend]:
        lacks = {
            UFW: "ufw is not active",
            FIREWALLD: "firewalld does not run",
            NFTABLES: "There is no nft",
            IPTABLES: "There is no iptables",
        }
        raise SwarmError(
            f"{lacks[backend]} on this host. Nothing was changed.",
            "Start it, with a rule that lets ssh in, or choose another backend.",
        )
    if backend in (NFTABLES, IPTABLES) and detect(found) not in (NFTABLES, IPTABLES):
        raise SwarmError(
            f"{detect(found)} is in charge of this host's rules, and would not know of rules in {backend}. "
            "Nothing was changed.",
            f"Choose the backend {detect(found)}, or auto.",
        )
    return backend


def warnings(found: Found, backend: str) -> list[str]:
    """What the rules cannot do on this host."""
    texts = []
    if backend in (NFTABLES, IPTABLES):
        tables = [name for name, text in found.foreign.items() if _shuts_out(text)]
        if tables:
            texts.append(
                f"This host has nftables rules of its own for what comes in ({', '.join(tables)}). What these drop "
                "stays dropped: let the members in there too."
            )
        if not found.systemd:
            texts.append("The host does not run systemd: the rules are gone after a reboot.")
    if backend == IPTABLES:
        early = [rule for saved in found.saved.values() for rule in let_in_before(saved)]
        if early:
            texts.append(
                f"Before Docker's rules for encrypted networks, and so before the rules of the swarm, INPUT has "
                f"{', '.join(map(repr, early))}. Whom these let in is in: move them to the end of INPUT."
            )
        if found.ipv6 and 6 not in found.tools:
            texts.append("There is no ip6tables: the ports of the swarm are not closed to strangers over IPv6.")
    if backend == UFW and found.ufw and not found.ufw.ipv6 and found.ipv6:
        texts.append("ufw does not look after IPv6 here (IPV6=no in /etc/default/ufw): nothing is closed over IPv6.")
    return texts


def _shuts_out(text: str) -> bool:
    """Whether a table drops anything, and does not speak of the ports of a swarm."""
    return bool(re.search(r"\b(drop|reject)\b", text)) and not re.search(rf"\b{GOSSIP_PORT}\b", text)


def foreign_tables(text: str) -> list[str]:
    """From `nft list chains`: tables that see what comes in, apart from those of iptables, firewalld and ours."""
    found = []
    table = ""
    for line in text.splitlines():
        heading = re.match(r"table (\S+) (\S+) \{", line)
        if heading:
            table = " ".join(heading.groups())
        elif " hook input " in line and table not in found:
            found.append(table)
    ours = re.compile(r"ip6? (filter|mangle|nat|raw|security)|(ip|ip6|inet) firewalld|" + nftables.TABLE)
    return [table for table in found if not ours.fullmatch(table)]
