# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules in iptables: two chains of our own, and one jump to them from INPUT.

SWARM-FIREWALL sees every packet that is for the host, so it is short; SWARM-MEMBERS, with a rule for each member, sees
only those for the ports of the swarm. Both are loaded in one transaction, which takes place wholly or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import (
    Access,
    access,
    address,
    numbers,
    version,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.actions import Command

CHAIN = "SWARM-FIREWALL"
MEMBERS = "SWARM-MEMBERS"

_JUMP = f"-A INPUT -j {CHAIN}"


def rules(wish: Access, family: int) -> list[str]:
    """As iptables-save prints them, so that they can be compared with what is there."""
    found = [f"-A {CHAIN} -i lo -j RETURN"]
    found += [f"-A {CHAIN} {match} -j {MEMBERS}" for match in (*_matches(wish.opened), "-p esp")]
    # Not ESP: it may belong to a VPN of the host, and without the keys of the swarm it means nothing.
    found += [f"-A {CHAIN} {match} -j DROP" for match in _matches(wish.closed)]
    members = (member for member in wish.members if version(member) == family)
    return [*found, *(f"-A {MEMBERS} -s {_source(member)} -j ACCEPT" for member in members)]


def read(*saved: str) -> Access:
    """From what iptables-save and ip6tables-save print: what the rules of ours say."""
    members: list[str] = []
    opened: list[str] = []
    closed: list[str] = []
    for line in "\n".join(saved).splitlines():
        words = line.split()
        if line.startswith(f"-A {MEMBERS} -s "):
            members.append(address(words[3]))
        elif line.startswith(f"-A {CHAIN} -p ") and words[3] in ("tcp", "udp"):
            ports = [f"{port}/{words[3]}" for port in words[-3].split(",")]
            (opened if words[-1] == MEMBERS else closed).extend(ports)
    return access(members, opened, closed)


def changes(saved: str, wish: Access | None, family: int, tool: str) -> list[Command]:
    """What turns what is there into the wish (None: nothing of ours), in one transaction. `tool` is iptables-restore
    or ip6tables-restore."""
    lines = saved.splitlines()
    ours = [line for line in lines if line.startswith((f"-A {CHAIN} ", f"-A {MEMBERS} "))]
    chains = [line.split()[0] for line in lines if line.startswith((f":{CHAIN} ", f":{MEMBERS} "))]
    inputs = [line for line in lines if line.startswith("-A INPUT ")]
    if wish is None:
        if not chains:
            return []
        drops = [f"-X {chain[1:]}" for chain in sorted(chains)]
        return [_restore(tool, chains, [*_without_jumps(inputs), *drops])]
    wanted = rules(wish, family)
    # The chains are printed in the order of their making; the rules of each in their own.
    same = sorted(ours, key=_chain) == sorted(wanted, key=_chain)
    position = jump_position(inputs)
    if same and position is None:
        return []
    moves = [] if position is None else [*_without_jumps(inputs), f"-I INPUT {position} -j {CHAIN}"]
    return [_restore(tool, (f":{CHAIN}", f":{MEMBERS}"), [*wanted, *moves])]


def boot_text(wish: Access, family: int) -> str:
    """What is restored at boot, when Docker has no rules yet."""
    return _transaction((f":{CHAIN}", f":{MEMBERS}"), [*rules(wish, family), f"-I INPUT 1 -j {CHAIN}"])


def jump_position(inputs: Sequence[str]) -> int | None:
    """Where in INPUT the jump has to be put (from 1, jumps to us not counted), None where there is one that is right.

    Docker drops what reaches an encrypted overlay network without encryption by rules at the top of INPUT (moby
    libnetwork/drivers/overlay/encryption.go, programInput; they match by `policy`). An accepting rule before them would
    undo that, so the jump comes after the last of them; and before rules that accept, as far as that goes.
    """
    others = [rule for rule in inputs if rule != _JUMP]
    first = _after_dockers(others)
    accepting = (at for at, rule in enumerate(others) if at >= first and rule.endswith("-j ACCEPT"))
    last = next(accepting, len(others))
    jumps = [at for at, rule in enumerate(inputs) if rule == _JUMP]
    return None if len(jumps) == 1 and first <= jumps[0] <= last else first + 1


def let_in_before(saved: str) -> list[str]:
    """Rules of the host that let in before ours can close, because they come before Docker's."""
    inputs = [line for line in saved.splitlines() if line.startswith("-A INPUT ") and line != _JUMP]
    harmless = ("-i lo ", "--ctstate ", "-m policy ")
    accepting = (rule for rule in inputs[: _after_dockers(inputs)] if rule.endswith("-j ACCEPT"))
    return [rule for rule in accepting if not any(part in rule for part in harmless)]


def _after_dockers(inputs: Sequence[str]) -> int:
    """How many rules there are up to the last one of Docker's."""
    return max((at for at, rule in enumerate(inputs, 1) if _is_dockers(rule)), default=0)


def _is_dockers(rule: str) -> bool:
    return " -m policy " in rule and " -p udp " in rule and rule.endswith(" -j DROP")


def _without_jumps(inputs: Sequence[str]) -> list[str]:
    return [f"-D INPUT -j {CHAIN}" for rule in inputs if rule == _JUMP]


def _restore(tool: str, chains: Sequence[str], lines: Sequence[str]) -> Command:
    return Command((tool, "--wait", "10", "--noflush"), _transaction(chains, lines))


def _transaction(chains: Sequence[str], lines: Sequence[str]) -> str:
    """Naming a chain of ours makes it, or empties it."""
    return "\n".join(["*filter", *(f"{chain} - [0:0]" for chain in chains), *lines, "COMMIT", ""])


def _matches(ports: Sequence[str]) -> list[str]:
    found = []
    for protocol in ("tcp", "udp"):
        listed = ",".join(map(str, numbers(ports, protocol)))
        if listed:
            options = f"-m multiport --dports {listed}" if "," in listed else f"-m {protocol} --dport {listed}"
            found.append(f"-p {protocol} {options}")
    return found


def _source(member: str) -> str:
    return member if "/" in member else f"{member}/{32 if version(member) == 4 else 128}"


def _chain(rule: str) -> str:
    return rule.split()[1]
