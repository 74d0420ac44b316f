# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host is and has, as far as Docker Engine is concerned: plain data, and how to make it of what tools print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.kernel import Kernel

SERVICE = "docker.service"
# Images, containers and volumes; where the Engine and its service are configured.
DATA = ("/var/lib/docker", "/var/lib/containerd", "/etc/docker", "/etc/systemd/system/docker.service.d")
SERVICE_PROPERTIES = ("LoadState", "ActiveState", "UnitFileState", "ExecMainStartTimestamp", "InvocationID")

# How the base distribution of each family calls itself in os-release (ID, or one of ID_LIKE).
_FAMILIES = {"debian": "debian", "ubuntu": "debian", "fedora": "redhat", "suse": "suse"}


@dataclass(frozen=True)
class Os:
    """From os-release(5). `version` and `codename` are empty where the distribution has none (Debian testing).

    `family` is debian, redhat, suse or empty.
    """

    id: str
    version: str
    codename: str
    name: str
    family: str
    architecture: str


@dataclass(frozen=True)
class Service:
    """The systemd unit of the Engine. `enabled` is systemd's word for it (enabled, disabled, masked, ...).

    `started` is when its process was started (seconds since the epoch), `invocation` systemd's name for that run, `log`
    the last lines of it where it is over.
    """

    present: bool = False
    active: str = "inactive"
    enabled: str = ""
    started: int | None = None
    invocation: str = ""
    log: tuple[str, ...] = ()


@dataclass(frozen=True)
class DaemonFile:
    """daemon.json. `problem` says why it cannot be read; `modified` is in seconds since the epoch."""

    present: bool = False
    content: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    modified: int | None = None


@dataclass(frozen=True)
class Running:
    """The Engine that answers. `swarm` is its LocalNodeState, `managers` are the NodeIDs of the managers that it knows.

    `problem` says why it does not answer though it runs.
    """

    version: str = ""
    swarm: str = ""
    manager: bool = False
    node_id: str = ""
    managers: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Available:
    """What the package sources have of a package: all versions, the newest first, and the one they would install."""

    versions: tuple[str, ...] = ()
    candidate: str = ""


@dataclass(frozen=True)
class Host:
    """`packages` are the installed ones of those that matter, with their versions, `held` those of them that are held,
    `available` what the package lists have, which are `lists_age` seconds old (None: there are none). `sdk` is the
    version of the docker SDK that `interpreter` can import, or None. `sources` are the package source files, `files`
    the other files that the wish speaks of, as far as they are there: path -> text. `key` has the fingerprints of the
    keys that Docker's repository is trusted by. `stale`: the files that changed after the Engine had read them.
    `data`: the directories of the Engine that hold something. `members` are the users of the group docker. `engine` is
    None where none runs. `link_mtu` and `gateway_mtu` are the MTU of the link between nodes and of docker_gwbridge,
    zero where that does not matter or is not there. `apparmor`: the kernel has it enabled. `root`: this is read by
    root.
    """

    os: Os
    packages: Mapping[str, str] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    available: Mapping[str, Available] = field(default_factory=dict)
    lists_age: int | None = None
    sdk: str | None = None
    interpreter: str = "/usr/bin/python3"
    service: Service = Service()
    daemon: DaemonFile = DaemonFile()
    sources: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    kernel: Kernel = field(default_factory=Kernel)
    engine: Running | None = None
    link_mtu: int = 0
    gateway_mtu: int = 0
    apparmor: bool = False
    root: bool = True


def read_os(text: str, machine: str) -> Os:
    """From the text of os-release(5) and the machine's architecture as uname gives it."""
    values = {}
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            values[key] = value.strip("\"'")
    names = [values.get("ID", ""), *values.get("ID_LIKE", "").split()]
    family = next((_FAMILIES[name] for name in names if name in _FAMILIES), "")
    return Os(
        id=values.get("ID", ""),
        version=values.get("VERSION_ID", ""),
        codename=values.get("VERSION_CODENAME", ""),
        name=values.get("PRETTY_NAME", "") or values.get("ID", "") or "an unknown system",
        family=family,
        architecture=machine,
    )


def read_dpkg(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """From `dpkg-query` with '${Package} ${db:Status-Status} ${db:Status-Want} ${Version}': installed, and held."""
    lines = [words for words in (line.split() for line in text.splitlines()) if words[1:2] == ["installed"]]
    held = tuple(words[0] for words in lines if words[2] == "hold")
    return {words[0]: words[3] for words in lines if len(words) == 4}, held


def read_policy(text: str) -> dict[str, Available]:
    """From `apt-cache policy PACKAGE...`. Versions that only the host itself has (priority 100) count as well."""
    found: dict[str, Available] = {}
    versions: list[str] = []
    name, candidate = "", ""
    for line in [*text.splitlines(), "end:"]:
        words = line.split()
        if line and not line[0].isspace():
            if name:
                found[name] = Available(tuple(versions), candidate)
            name, candidate, versions = line.rstrip(":"), "", []
        elif words[:1] == ["Candidate:"]:
            candidate = "" if words[1] == "(none)" else words[1]
        elif words and (line.startswith(" *** ") or (line.startswith("     ") and line[5:6].strip())):
            versions.append(words[-2])
    return found


def read_rpm(text: str) -> dict[str, str]:
    """From `rpm --query --queryformat '%{NAME} %{VERSION}-%{RELEASE}\\n'`; what is not installed is said in words."""
    lines = (line.split() for line in text.splitlines())
    return {words[0]: words[1] for words in lines if len(words) == 2}


def read_service(text: str) -> Service:
    """From `systemctl show --timestamp=unix` with SERVICE_PROPERTIES."""
    values = dict(line.partition("=")[::2] for line in text.splitlines())
    started = values.get("ExecMainStartTimestamp", "").lstrip("@")
    return Service(
        present=values.get("LoadState", "not-found") != "not-found",
        active=values.get("ActiveState", "inactive"),
        enabled=values.get("UnitFileState", ""),
        started=int(started) if started.isdigit() else None,
        invocation=values.get("InvocationID", ""),
    )


def read_running(info: Mapping[str, Any]) -> Running:
    """From the Engine's answer to GET /info."""
    swarm = info.get("Swarm") or {}
    return Running(
        version=info.get("ServerVersion", ""),
        swarm=swarm.get("LocalNodeState", ""),
        manager=bool(swarm.get("ControlAvailable")),
        node_id=swarm.get("NodeID") or "",
        managers=tuple(sorted(manager["NodeID"] for manager in swarm.get("RemoteManagers") or ())),
    )
