# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a host for the checks before a run: files, two or three small tools, and the Engine if one runs.

Nothing is written, nothing is loaded, and an Engine that does not run is not started.
"""

from __future__ import annotations

import ctypes
import gzip
import json
import os
import platform
import re
import socket
from collections.abc import Collection, Sequence
from datetime import datetime, timezone
from typing import Any, Callable

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import identity
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import daemon, mtu, rpm
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.kernel import read_built_in
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.local_files import text_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight import engine, kernel, network, updates

# Runs a command and returns its exit status, output and errors (AnsibleModule.run_command).
Run = Callable[[Sequence[str]], tuple[int, str, str]]

SOCKET = "/var/run/docker.sock"
DATA_ROOT = "/var/lib/docker"

_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)


def read_host(run: Run, ports: Collection[int], root: str = "") -> dict[str, Any]:
    """Everything that the checks want to know of this host. `root` is put before the paths of files."""
    config, problem = _daemon(root)
    answers = _engine(root)
    data_root = str(answers["data_root"] or config.get("data-root") or DATA_ROOT)
    return {
        "hostname": socket.gethostname(),
        "machine_id": text_of(f"{root}/etc/machine-id").strip(),
        "root": os.geteuid() == 0,
        "clock": {"now": datetime.now(timezone.utc).timestamp(), "synchronised": _synchronised()},
        **_network(run),
        "kernel": {"release": platform.release(), "features": kernel.features(_kernel(root, platform.release()))},
        "cgroup": 2 if os.path.exists(f"{root}/sys/fs/cgroup/cgroup.controllers") else 1,
        "storage": _storage(root + data_root),
        "engine": answers,
        # Other keys may hold what is nobody's business (passwords of proxies).
        "daemon_json": {
            "problem": problem,
            "overlay_mtu": mtu.of_overlay(config),
            **{key: config[key] for key in daemon.WEIGHED if key in config},
        },
        "certificate": _certificate(f"{root}{data_root}/swarm/certificates/swarm-node.crt"),
        "updates": _updates(run, root),
        "ports": _ports(root, ports),
    }


def _daemon(root: str) -> tuple[dict[str, Any], str]:
    text = text_of(root + daemon.PATH)
    if not text:
        return {}, ""
    try:
        content = json.loads(text)
    except ValueError as problem:
        return {}, str(problem)
    return (content, "") if isinstance(content, dict) else ({}, "it holds no object")


def _engine(root: str) -> dict[str, Any]:
    """Only a process that runs is asked: a connection to the socket alone would make systemd start the Engine."""
    number = text_of(f"{root}/var/run/docker.pid").strip()
    if not number.isdigit() or not os.path.exists(f"{root}/proc/{number}"):
        return dict(engine.NONE)
    return engine.ask(root + SOCKET)


def _synchronised() -> bool | None:
    """Whether something keeps the kernel's clock right (adjtimex(2), asked only); None where that cannot be told."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else bool(state != _UNSYNCHRONISED)


def _network(run: Run) -> dict[str, Any]:
    """`routes` is None where ip(8) is missing."""
    try:
        addresses = network.addresses(run(["ip", "-json", "address", "show"])[1])
        routes = [
            *network.routes(run(["ip", "-json", "-4", "route", "show"])[1]),
            *network.routes(run(["ip", "-json", "-6", "route", "show"])[1]),
        ]
    except OSError:
        return {"addresses": [], "routes": None, "default_interface": ""}
    default = next((route.interface for route in routes if route.destination == "default"), "")
    return {
        "addresses": [vars(address) for address in addresses],
        "routes": [vars(route) for route in routes if route.destination != "default"],
        "default_interface": default,
    }


def _kernel(root: str, release: str) -> kernel.Sources:
    modules = f"{root}/lib/modules/{release}"
    built_in, available = text_of(f"{modules}/modules.builtin"), text_of(f"{modules}/modules.dep")
    return kernel.Sources(
        config=_config(root, release),
        loaded=kernel.loaded_names(text_of(f"{root}/proc/modules"))
        | ({"ip_vs"} if os.path.exists(f"{root}/proc/net/ip_vs") else set()),
        built_in=read_built_in(built_in),
        available=read_built_in(available),
        has_modules=bool(built_in),
    )


def _config(root: str, release: str) -> str:
    try:
        with gzip.open(f"{root}/proc/config.gz", "rt", encoding="utf-8") as file:
            return file.read()
    except (OSError, EOFError):
        return text_of(f"{root}/boot/config-{release}")


def _storage(path: str) -> dict[str, Any]:
    """Of the file system that holds a path, or will hold it."""
    while not os.path.exists(path) and path not in ("", "/"):
        path = os.path.dirname(path)
    found = os.statvfs(path or "/")
    return {
        "path": path or "/",
        "size": found.f_blocks * found.f_frsize,
        "free": found.f_bavail * found.f_frsize,
        "inodes": found.f_files,
        "free_inodes": found.f_favail,
    }


def _certificate(path: str) -> dict[str, int] | None:
    validity = identity.read_validity(text_of(path))
    return {"not_before": validity[0], "not_after": validity[1]} if validity else None


def _updates(run: Run, root: str) -> dict[str, Any]:
    """`tool` upgrades packages by itself, and `touches` names those whose upgrade would restart the Engine."""
    if os.path.exists(f"{root}/usr/bin/unattended-upgrade"):
        form = "${Package} ${db:Status-Want} ${db:Status-Status}\n"
        lines = run(["dpkg-query", "--show", "--showformat", form, *updates.PACKAGES])[1].splitlines()
        words = (line.split() for line in lines)
        installed = {word[0]: word[1] for word in words if len(word) == 3 and word[2] == "installed"}
        touches = updates.apt_touches(run(["apt-config", "dump"])[1], installed)
        return _by("unattended-upgrades", touches)
    if re.search("dnf-?automatic", " ".join(_names(f"{root}/etc/systemd/system/timers.target.wants"))):
        lines = run(["rpm", "--query", "--queryformat", "%{NAME}\n", *updates.PACKAGES])[1].splitlines()
        installed_names = [line for line in lines if line in updates.PACKAGES]
        locks = rpm.read_locks(text_of(root + rpm.LOCKS_DNF4), text_of(root + rpm.LOCKS_DNF5), "")
        return _by(
            "dnf-automatic", updates.dnf_touches(text_of(f"{root}/etc/dnf/automatic.conf"), locks, installed_names)
        )
    return _by("", None)


def _by(tool: str, touches: list[str] | None) -> dict[str, Any]:
    return {"tool": "" if touches is None else tool, "touches": touches or []}


def _ports(root: str, ports: Collection[int]) -> list[dict[str, Any]]:
    """Which of the ports are taken, and by which program; "kernel" where no process has the socket (VXLAN)."""
    found: dict[tuple[str, int], str] = {}
    for protocol in ("tcp", "udp"):
        for table in (protocol, f"{protocol}6"):
            for bound in network.bound(text_of(f"{root}/proc/net/{table}"), protocol, ports):
                found[(protocol, bound.port)] = bound.inode
    owners = _owners(root, set(found.values())) if found else {}
    return [
        {"protocol": protocol, "port": port, "owner": owners.get(inode, "kernel")}
        for (protocol, port), inode in sorted(found.items())
    ]


def _owners(root: str, inodes: Collection[str]) -> dict[str, str]:
    """The names of the processes that have sockets open."""
    wanted = {f"socket:[{inode}]": inode for inode in inodes}
    owners: dict[str, str] = {}
    for process in filter(str.isdigit, _names(f"{root}/proc")):
        for number in _names(f"{root}/proc/{process}/fd"):
            try:
                target = os.readlink(f"{root}/proc/{process}/fd/{number}")
            except OSError:
                continue
            if target in wanted:
                owners[wanted[target]] = text_of(f"{root}/proc/{process}/comm").strip()
        if len(owners) == len(wanted):
            break
    return owners


def _names(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
