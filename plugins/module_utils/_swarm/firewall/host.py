# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the firewall of a host, and carrying out what was decided."""

from __future__ import annotations

import glob
import os
import re
import shutil
from typing import Callable

from ansible_collections.apiary.swarm.plugins.module_utils._swarm import local_files
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall import boot, nftables
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import Access
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.actions import Action, File
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.decide import decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.found import (
    Firewalld,
    Found,
    Ufw,
    addresses,
    choose,
    foreign_tables,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step, telling

# Runs a command with `data` as its standard input; exit status, output and errors (AnsibleModule.run_command).
Run = Callable[..., "tuple[int, str, str]"]

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_TOOLS = {4: "iptables", 6: "ip6tables"}
# Where distributions have it started from.
_NFTABLES_WANTED = "/etc/systemd/system/*.wants/nftables.service"


def read(run: Run) -> Found:
    """SwarmError when a firewall is there and does not say what it has."""
    if os.geteuid() != 0:
        raise SwarmError("Only root can see the rules of a host.", "Run the module as root (become: true).")
    ipv6 = os.path.exists("/proc/net/if_inet6")
    tools = {family: _which(name) for family, name in _TOOLS.items() if _which(name) and (family == 4 or ipv6)}
    tables = _tables(run) if _which("nft") else {}
    return Found(
        addresses=addresses(_output(run, "ip", "-json", "address", "show")) if _which("ip") else (),
        ufw=_ufw(run),
        firewalld=_firewalld(run),
        saved={family: _output(run, f"{path}-save", "-t", "filter") for family, path in tools.items()},
        tools=tools,
        files={
            path: text for path, text in ((path, local_files.read(path)) for path in boot.PATHS) if text is not None
        },
        unit_enabled=os.path.lexists(boot.WANTED_PATH),
        nft=_which("nft"),
        nftables_enabled=bool(glob.glob(_NFTABLES_WANTED)),
        table=tables.get(nftables.TABLE, ""),
        foreign={name: text for name, text in tables.items() if name != nftables.TABLE},
        ipv6=ipv6,
        systemd=os.path.isdir("/run/systemd/system"),
    )


def carry_out(run: Run, asked: str, wish: Access | None, purge: bool, check_mode: bool) -> tuple[Plan, Found, str]:
    """Read, decide, do, and look whether it holds. The steps, what was found after them, and the backend.

    A failure carries, as the facts `changed`, `plan` and `diff`, the steps that had been done before it.
    """
    try:
        found = read(run)
    except SwarmError as error:
        raise SwarmError(f"{error.message} Nothing was changed.", error.hint) from error
    backend = choose(found, asked) if wish is not None else ""
    plan = decide(found, backend, wish, purge)
    if check_mode or not plan:
        return plan, found, backend
    done: list[Step] = []
    with telling(done):
        for step in plan:
            for action in step.payload:
                _perform(run, action)
            done.append(step)
        found = read(run)
        rest = decide(found, backend, wish, purge)
        if rest:
            raise SwarmError(
                f"The rules do not hold: {rest.diff()['prepared'].strip()}.",
                "Look for another program that writes the rules of this host, and run again.",
            )
    return plan, found, backend


def _perform(run: Run, action: Action) -> None:
    if isinstance(action, File):
        local_files.replace(action.path, None if action.text is None else action.text.encode())
        return
    status, output, errors = run(list(action.arguments), data=action.data or None)
    if status != 0:
        words = " ".join(action.arguments[:4])
        raise SwarmError(f"{words} failed: {(errors or output).strip()}", "Correct that, and run again.")


def _ufw(run: Run) -> Ufw | None:
    if not _which("ufw"):
        return None
    active = bool(re.search(r"^Status: active$", _output(run, "ufw", "status"), re.MULTILINE))
    ipv6 = not re.search(r"^IPV6=[\"']?no", local_files.text_of("/etc/default/ufw"), re.MULTILINE)
    return Ufw(active, _output(run, "ufw", "show", "added"), ipv6)


def _firewalld(run: Run) -> Firewalld | None:
    if not _which("firewall-cmd") or run(["firewall-cmd", "--state"])[0] != 0:
        return None
    return Firewalld(
        default_zone=_output(run, "firewall-cmd", "--get-default-zone").strip(),
        running=_output(run, "firewall-cmd", "--list-all-zones"),
        permanent=_output(run, "firewall-cmd", "--permanent", "--list-all-zones"),
    )


def _tables(run: Run) -> dict[str, str]:
    """Our table, and those of the host's own that see what comes in."""
    chains = _output(run, "nft", "list", "chains")
    names = foreign_tables(chains)
    if re.search(rf"^table {nftables.TABLE} ", chains, re.MULTILINE):
        names.append(nftables.TABLE)
    return {name: _output(run, "nft", "--stateless", "list", "table", *name.split()) for name in names}


def _output(run: Run, *arguments: str) -> str:
    status, output, errors = run(list(arguments))
    if status != 0:
        raise SwarmError(
            f"{' '.join(arguments)} failed: {(errors or output).strip().rstrip('.')}.", "See that this command works."
        )
    return output


def _which(name: str) -> str:
    return shutil.which(name, path=_PATH) or ""
