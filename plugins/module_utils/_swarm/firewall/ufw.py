# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules in ufw: for each member one rule a protocol, and below them what closes the ports to everybody else.

They come before the rules of the host, which may open a port to the world, and have a comment by which they are known.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import (
    Access,
    access,
    address,
    numbers,
    version,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.actions import Command

COMMENT = "apiary.swarm"


@dataclass(frozen=True)
class Rule:
    """`source` is empty in a rule that closes ports to everybody. `ports` are sorted."""

    source: str
    protocol: str
    ports: tuple[int, ...] = ()

    def words(self) -> list[str]:
        listed = ",".join(map(str, self.ports))
        if not self.source:
            return ["deny", f"{listed}/{self.protocol}"]
        to = ["to", "any", "port", listed] if listed else []
        return ["allow", "from", self.source, *to, "proto", self.protocol]


def read_rules(added: str) -> list[Rule]:
    """From `ufw show added`: the rules with our comment, in their order."""
    return [rule for rule in map(_read, added.splitlines()) if rule is not None]


def read(added: str) -> Access:
    found = read_rules(added)
    ports = {
        closed: [f"{port}/{rule.protocol}" for rule in found if bool(not rule.source) == closed for port in rule.ports]
        for closed in (False, True)
    }
    return access((rule.source for rule in found if rule.source), ports[False], ports[True])


def rules(wish: Access, ipv6: bool) -> list[Rule]:
    found = []
    for member in wish.members:
        if ipv6 or version(member) == 4:
            found += [Rule(member, protocol, ports) for protocol, ports in _by_protocol(wish.opened)]
            found.append(Rule(member, "esp"))
    return [*found, *(Rule("", protocol, ports) for protocol, ports in _by_protocol(wish.closed))]


def changes(added: str, wish: Access | None, ipv6: bool) -> list[Command]:
    """What turns what is there into the wish (None: nothing of ours). `ipv6`: ufw looks after IPv6 too.

    A rule can be put first, but not after a certain other one; so when the closing rules change, they are put first
    and all others before them again. Connections that exist are not cut by that. What goes, goes last.
    """
    present = read_rules(added)
    wanted = rules(wish, ipv6) if wish is not None else []
    closing = [rule for rule in wanted if not rule.source]
    relaid = {rule for rule in present if not rule.source} != set(closing)
    found = [_prepend(rule) for rule in closing] if relaid else []
    for rule in wanted:
        if rule.source and (relaid or rule not in present):
            found += [_delete(rule)] if rule in present else []
            found.append(_prepend(rule))
    return [*found, *(_delete(rule) for rule in present if rule not in wanted)]


def _by_protocol(ports: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
    found = ((protocol, tuple(numbers(ports, protocol))) for protocol in ("tcp", "udp"))
    return [(protocol, listed) for protocol, listed in found if listed]


def _prepend(rule: Rule) -> Command:
    return Command(("ufw", "prepend", *rule.words(), "comment", COMMENT))


def _delete(rule: Rule) -> Command:
    return Command(("ufw", "delete", *rule.words()))


def _read(line: str) -> Rule | None:
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    if words[:1] != ["ufw"] or words[-2:] != ["comment", COMMENT]:
        return None
    options = dict(zip(words[2:-2:2], words[3:-2:2]))
    if words[1] == "deny" and len(words) == 5:
        listed, _slash, protocol = words[2].partition("/")
        return Rule("", protocol, _numbers(listed))
    if words[1] == "allow" and "from" in options and "proto" in options:
        listed = words[words.index("port") + 1] if "port" in words else ""
        return Rule(address(options["from"]), words[words.index("proto") + 1], _numbers(listed))
    return None


def _numbers(listed: str) -> tuple[int, ...]:
    return tuple(sorted(int(port) for port in listed.split(",") if port))
