# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the benchmarks ran on."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path

from ansible.release import __version__ as ansible_version

from tests.benchmarks import peer
from tests.benchmarks.hosts import Hosts


def description(engines: dict[str, str], load: float) -> dict[str, str]:
    """One line for each thing that the numbers depend on; `engines` are the versions by host, `load` is from before."""
    kib = int(_first("/proc/meminfo", "MemTotal").split()[0])
    hosts: dict[str, list[str]] = {}
    for host, version in engines.items():
        hosts.setdefault(version, []).append(host)
    shown = "; ".join(f"{version} on {', '.join(names)}" for version, names in sorted(hosts.items()))
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores ({_first('/proc/cpuinfo', 'model name')}), {kib / 2**20:.0f} GiB, for the "
        "controller and all hosts together",
        "kernel": platform.release(),
        "Docker Engine": shown or "(no host was needed)",
        "ansible-core": f"{ansible_version}, Python {platform.python_version()}",
        "peer": f"community.docker {peer.version()}",
        "load before": f"{load:.1f}",
    }


def engines(hosts: Hosts) -> dict[str, str]:
    return {name: hosts.console(name, "docker version --format '{{.Server.Version}}'") for name in hosts.names}


def _first(file: str, key: str) -> str:
    """The value of the first line with this key."""
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        name, _colon, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "unknown"
