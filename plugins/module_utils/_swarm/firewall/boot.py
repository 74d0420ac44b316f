# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of iptables and nftables over a reboot: texts of rules, and a unit of our own that restores them.

Not by netfilter-persistent or its like: these save and restore all rules of the host, Docker's too.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall import nftables
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import Access
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.actions import Action, Command, File
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.iptables import CHAIN, boot_text

UNIT = "apiary-swarm-firewall.service"
UNIT_PATH = f"/etc/systemd/system/{UNIT}"
WANTED_PATH = f"/etc/systemd/system/multi-user.target.wants/{UNIT}"
RULES = {4: "/etc/apiary-swarm/firewall.v4", 6: "/etc/apiary-swarm/firewall.v6"}
TABLE = "/etc/apiary-swarm/firewall.nft"
PATHS = (*RULES.values(), TABLE, UNIT_PATH)

_UNIT_TEXT = """\
[Unit]
Description=Ports of Docker Swarm are for its members
DefaultDependencies=no
After=local-fs.target systemd-modules-load.service netfilter-persistent.service iptables.service ip6tables.service \
nftables.service
Wants=network-pre.target
Before=network-pre.target docker.service shutdown.target
Conflicts=shutdown.target
{unit}
[Service]
Type=oneshot
RemainAfterExit=yes
{service}
[Install]
WantedBy={wanted}
"""
# Later than at boot, the jump would come before Docker's rules for encrypted networks.
_AT_BOOT_ONLY = "RefuseManualStart=yes\n"
# Loading the rules of a host begins with taking all away, as a rule.
_WITH_NFTABLES = "PartOf=nftables.service\nReloadPropagatedFrom=nftables.service\n"


def iptables_files(wish: Access, tools: Mapping[int, str]) -> dict[str, str]:
    """`tools` are the paths of iptables and ip6tables by family. Rules that others saved may hold the jump already."""
    lines = []
    for family, path in tools.items():
        lines.append(f"ExecStartPre=-{path} --wait 10 -D INPUT -j {CHAIN}\n")
        lines.append(f"ExecStart={path}-restore --wait 10 --noflush {RULES[family]}\n")
    unit = _UNIT_TEXT.format(unit=_AT_BOOT_ONLY, service="".join(lines), wanted="multi-user.target")
    return {**{RULES[family]: boot_text(wish, family) for family in tools}, UNIT_PATH: unit}


def nftables_files(wish: Access, tool: str) -> dict[str, str]:
    load = f"ExecStart={tool} --file {TABLE}\nExecReload={tool} --file {TABLE}\n"
    unit = _UNIT_TEXT.format(unit=_WITH_NFTABLES, service=load, wanted="multi-user.target nftables.service")
    return {TABLE: nftables.loaded(wish), UNIT_PATH: unit}


def changes(
    present: Mapping[str, str], enabled: bool, wanted: Mapping[str, str]
) -> list[tuple[str, str, list[Action]]]:
    """As (verb, what, actions). `present` are the texts of those files that are there, `wanted` of those that are to
    be; `enabled`: the unit is."""
    found: list[tuple[str, str, list[Action]]] = []
    if enabled and not wanted:
        found.append(("disable", UNIT, [Command(("systemctl", "disable", "--now", UNIT))]))
    for path in PATHS:
        if present.get(path) != wanted.get(path):
            verb = "remove" if path not in wanted else "update" if path in present else "create"
            actions: list[Action] = [File(path, wanted.get(path))]
            if path == UNIT_PATH:
                actions.append(Command(("systemctl", "daemon-reload")))
            found.append((verb, path, actions))
    changes_unit = present.get(UNIT_PATH) != wanted.get(UNIT_PATH)
    if wanted and (not enabled or changes_unit):
        # With nftables, the unit has to be active to be started anew with the rules of the host.
        enable = [Command(("systemctl", "reenable", UNIT))]
        start = [Command(("systemctl", "restart", UNIT))] if TABLE in wanted else []
        found.append(("enable", UNIT, [*enable, *start]))
    return found
