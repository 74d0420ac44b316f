# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a host: files, the package manager, systemd, and one question to the Engine. Nothing is written."""

from __future__ import annotations

import glob
import http.client
import importlib.metadata
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Callable

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import daemon
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import RELEVANT_PACKAGES
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import (
    SERVICE,
    SERVICE_PROPERTIES,
    DaemonFile,
    Host,
    Running,
    Service,
    names_repository,
    read_dpkg,
    read_os,
    read_rpm,
    read_running,
    read_service,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import exchange

# Runs a command and returns its exit status, output and errors (AnsibleModule.run_command).
Run = Callable[[Sequence[str]], tuple[int, str, str]]

SOCKET = "/var/run/docker.sock"
SOCKET_TIMEOUT = 10.0  # seconds; an Engine that works answers within milliseconds

_PACKAGE_SOURCES = (
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/*.list",
    "/etc/apt/sources.list.d/*.sources",
    "/etc/yum.repos.d/*.repo",
    "/etc/zypp/repos.d/*.repo",
)
_LOG_LINES = 5


def read_host(run: Run, repository_url: str, root: str = "") -> Host:
    """Everything that decisions about the Engine of this host need. `root` is put before the paths of files."""
    service = _service(run, root)
    return Host(
        os=read_os(_text(f"{root}/etc/os-release"), platform.machine()),
        packages=_packages(run, root),
        sdk=_sdk(),
        interpreter=sys.executable,
        service=service,
        daemon=_daemon_file(root + daemon.PATH),
        repositories=_repositories(root, repository_url),
        # Only a running service is asked: a connection to the socket alone would make systemd start the Engine.
        engine=ask_engine(root + SOCKET) if service.active == "active" else None,
        apparmor=_text(f"{root}/sys/module/apparmor/parameters/enabled").strip() == "Y",
        root=os.geteuid() == 0,
    )


def ask_engine(path: str, timeout: float = SOCKET_TIMEOUT) -> Running:
    """Which version runs, and its place in a swarm: whatever goes wrong is part of the answer."""
    try:
        status, _kind, content = exchange(path, timeout, "GET", "/info")
        if status != 200:
            return Running(problem=f"{path} answered with status {status}")
        return read_running(json.loads(content))
    except (OSError, ValueError, http.client.HTTPException) as problem:
        return Running(problem=f"{path}: {problem or type(problem).__name__}")


def _packages(run: Run, root: str) -> dict[str, str]:
    """The exit status only says that some are not installed, which is no error."""
    if os.path.exists(f"{root}/usr/bin/dpkg-query"):
        form = "${Package} ${db:Status-Status} ${Version}\n"
        return read_dpkg(run(["dpkg-query", "--show", "--showformat", form, *RELEVANT_PACKAGES])[1])
    if os.path.exists(f"{root}/usr/bin/rpm"):
        form = "%{NAME} %{VERSION}-%{RELEASE}\n"
        return read_rpm(run(["rpm", "--query", "--queryformat", form, *RELEVANT_PACKAGES])[1])
    return {}


def _service(run: Run, root: str) -> Service:
    if not os.path.isdir(f"{root}/run/systemd/system"):
        return Service()
    properties = ",".join(SERVICE_PROPERTIES)
    service = read_service(run(["systemctl", "show", SERVICE, "--timestamp=unix", f"--property={properties}"])[1])
    # An Engine that does not start is not "failed" at once: systemd tries again, and it is "activating" meanwhile.
    if service.active == "active" or not service.invocation:
        return service
    selection = [f"_SYSTEMD_INVOCATION_ID={service.invocation}", f"--lines={_LOG_LINES}"]
    return replace(service, log=tuple(run(["journalctl", "--output=cat", "--no-pager", *selection])[1].splitlines()))


def _sdk() -> str | None:
    """The version of the docker SDK, found without importing it."""
    try:
        return importlib.metadata.version("docker")
    except importlib.metadata.PackageNotFoundError:
        return None


def _daemon_file(path: str) -> DaemonFile:
    try:
        with open(path, encoding="utf-8") as file:
            modified = int(os.fstat(file.fileno()).st_mtime)
            content: Any = json.load(file)
    except FileNotFoundError:
        return DaemonFile()
    except (OSError, ValueError) as problem:
        return DaemonFile(present=True, problem=str(problem))
    if not isinstance(content, dict):
        return DaemonFile(present=True, problem=f"it holds {type(content).__name__} where an object is expected")
    return DaemonFile(present=True, content=content, modified=modified)


def _repositories(root: str, url: str) -> tuple[str, ...]:
    paths = (path for pattern in _PACKAGE_SOURCES for path in sorted(glob.glob(root + pattern)))
    return tuple(path for path in paths if names_repository(_text(path), url))


def _text(path: str) -> str:
    """The text of a file, empty when there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
