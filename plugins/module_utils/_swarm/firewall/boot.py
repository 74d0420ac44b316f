# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of iptables over a reboot: a text for each family, and a unit of our own that restores them.

Not by netfilter-persistent or its like: these save and restore all rules of the host, Docker's too.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import Access
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.actions import Action, Command, File
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.iptables import CHAIN, boot_text

UNIT = "apiary-swarm-firewall.service"
UNIT_PATH = f"/etc/systemd/system/{UNIT}"
WANTED_PATH = f"/etc/systemd/system/multi-user.target.wants/{UNIT}"
RULES = {4: "/etc/apiary-swarm/firewall.v4", 6: "/etc/apiary-swarm/firewall.v6"}

# Started at boot only. Later, the jump would come before Docker's rules for encrypted networks.
_UNIT_TEXT = """\
[Unit]
Description=Ports of Docker Swarm are for its members
DefaultDependencies=no
After=local-fs.target systemd-modules-load.service netfilter-persistent.service iptables.service ip6tables.service \
nftables.service
Wants=network-pre.target
Before=network-pre.target docker.service shutdown.target
Conflicts=shutdown.target
RefuseManualStart=yes

[Service]
Type=oneshot
RemainAfterExit=yes
{commands}
[Install]
WantedBy=multi-user.target
"""


def unit_text(tools: Mapping[int, str]) -> str:
    """`tools` are the paths of iptables and ip6tables by family. Rules that others saved may hold the jump already."""
    lines = []
    for family, path in tools.items():
        lines.append(f"ExecStartPre=-{path} --wait 10 -D INPUT -j {CHAIN}\n")
        lines.append(f"ExecStart={path}-restore --wait 10 --noflush {RULES[family]}\n")
    return _UNIT_TEXT.format(commands="".join(lines))


def changes(
    present: Mapping[str, str], enabled: bool, wish: Access | None, tools: Mapping[int, str]
) -> list[tuple[str, str, list[Action]]]:
    """As (verb, what, actions). `present` are the texts of those files that are there; `enabled`: the unit is."""
    wanted: dict[str, str] = {}
    if wish is not None:
        wanted = {RULES[family]: boot_text(wish, family) for family in tools}
        wanted[UNIT_PATH] = unit_text(tools)
    found: list[tuple[str, str, list[Action]]] = []
    if enabled and wish is None:
        found.append(("disable", UNIT, [Command(("systemctl", "disable", UNIT))]))
    for path in (*RULES.values(), UNIT_PATH):
        if present.get(path) != wanted.get(path):
            verb = "remove" if path not in wanted else "update" if path in present else "create"
            actions: list[Action] = [File(path, wanted.get(path))]
            if path == UNIT_PATH:
                actions.append(Command(("systemctl", "daemon-reload")))
            found.append((verb, path, actions))
    if wish is not None and not enabled:
        found.append(("enable", UNIT, [Command(("systemctl", "enable", UNIT))]))
    return found
