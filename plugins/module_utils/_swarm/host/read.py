# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a host: files, the package manager, systemd, and one question to the Engine. Nothing is written."""

from __future__ import annotations

import datetime
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

from ansible_collections.apiary.swarm.plugins.module_utils._swarm import local_files
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import (
    daemon,
    files,
    mtu,
    openpgp,
    rpm,
    sources,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import (
    DATA,
    SERVICE,
    SERVICE_PROPERTIES,
    Available,
    DaemonFile,
    Host,
    Os,
    Running,
    Service,
    read_dpkg,
    read_os,
    read_policy,
    read_rpm,
    read_running,
    read_service,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.families import (
    RELEVANT,
    family_of,
    is_supported,
    versioned,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.kernel import Kernel, module_name, read_built_in
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.packages import files_by_package
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import Wish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.local_files import text_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight import network
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import exchange

# Runs a command and returns its exit status, output and errors (AnsibleModule.run_command).
Run = Callable[[Sequence[str]], tuple[int, str, str]]

SOCKET = "/var/run/docker.sock"
SOCKET_TIMEOUT = 10.0  # seconds; an Engine that works answers within milliseconds

# Which run of the Engine took over which daemon.json without being restarted; gone after a reboot, as that run is.
RELOADED = "/run/apiary-swarm.reloaded"

_PACKAGE_SOURCES = (
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/*.list",
    "/etc/apt/sources.list.d/*.sources",
    "/etc/yum.repos.d/*.repo",
    "/etc/zypp/repos.d/*.repo",
)
_APT_LISTS = ("/var/lib/apt/lists",)
_LOG_LINES = 5


def read_host(run: Run, wish: Wish, root: str = "") -> Host:
    """Everything that decisions about the Engine of this host need. `root` is put before the paths of files."""
    service = _service(run, root)
    system = read_os(text_of(f"{root}/etc/os-release"), platform.machine())
    packages, held = _packages(run, root, wish, system)
    present = {path: local_files.read(root + path) for path in files.paths(wish)}
    return Host(
        os=system,
        packages=packages,
        held=held,
        available=_available(run, root, wish, system),
        lists_age=_age(root, _APT_LISTS if system.family == "debian" else rpm.LISTS),
        sdk=_sdk(),
        interpreter=sys.executable,
        service=service,
        daemon=_daemon_file(root + daemon.PATH),
        sources=_sources(root),
        files={path: text for path, text in present.items() if text is not None},
        key=_key(root + sources.place(system).key),
        stale=_stale(root, service),
        data=tuple(path for path in DATA if os.path.isdir(root + path) and os.listdir(root + path)),
        members=_members(text_of(f"{root}/etc/group")),
        kernel=_kernel(root, wish),
        # Only a running service is asked: a connection to the socket alone would make systemd start the Engine.
        engine=ask_engine(root + SOCKET) if service.active == "active" else None,
        link_mtu=_link_mtu(run, wish.link) if wish.mtu == mtu.AUTO else 0,
        gateway_mtu=gateway_mtu(root + SOCKET) if wish.mtu and service.active == "active" else 0,
        apparmor=text_of(f"{root}/sys/module/apparmor/parameters/enabled").strip() == "Y",
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


def gateway_mtu(path: str, timeout: float = SOCKET_TIMEOUT) -> int:
    """That of docker_gwbridge; zero where there is none. Why an Engine does not answer, ask_engine tells."""
    try:
        status, _kind, content = exchange(path, timeout, "GET", f"/networks/{mtu.GATEWAY}")
        return mtu.of_network(json.loads(content)) if status == 200 else 0
    except (OSError, ValueError, http.client.HTTPException):
        return 0


def _link_mtu(run: Run, stated: str) -> int:
    routes = network.routes(run(["ip", "-json", "route", "show", "default"])[1])
    default = next((route.interface for route in routes), "")
    return mtu.of_link(network.addresses(run(["ip", "-json", "address", "show"])[1]), default, stated)


def _packages(run: Run, root: str, wish: Wish, system: Os) -> tuple[dict[str, str], tuple[str, ...]]:
    """What is installed, and what of it is held. The exit status only says that some are not installed."""
    family = family_of(system)
    others = [name for name in files_by_package(wish.package_files, family.file) if name not in RELEVANT]
    if os.path.exists(f"{root}/usr/bin/dpkg-query"):
        form = "${Package} ${db:Status-Status} ${db:Status-Want} ${Version}\n"
        return read_dpkg(run(["dpkg-query", "--show", "--showformat", form, *RELEVANT, *others])[1])
    if not os.path.exists(f"{root}/usr/bin/rpm"):
        return {}, ()
    form = "%{NAME} %{VERSION}-%{RELEASE}\n"
    if family.extra_modules:  # those of other kernels do not count
        others.append(f"{family.extra_modules}-{platform.release()}")
    installed = read_rpm(run(["rpm", "--query", "--queryformat", form, *RELEVANT, *others])[1])
    locks = rpm.read_locks(*(text_of(root + path) for path in (rpm.LOCKS_DNF4, rpm.LOCKS_DNF5, rpm.LOCKS_ZYPP)))
    if family.holder and family.holder not in installed:  # nobody heeds the list
        return installed, ()
    return installed, tuple(name for name in installed if name in locks)


def _available(run: Run, root: str, wish: Wish, system: Os) -> dict[str, Available]:
    """Only where they matter: the tools read all package lists. They fetch none."""
    names = versioned(wish.source, system)
    if not (wish.version or wish.mtu) or not names or not is_supported(system):
        return {}
    if system.family == "debian":
        return read_policy(run(["apt-cache", "policy", *names])[1])
    if system.family == "redhat":
        return rpm.read_dnf_list(run(["dnf", "--quiet", "--cacheonly", "list", "--showduplicates", *names])[1], names)
    search = ["zypper", "--non-interactive", "--no-refresh", "search", "--details", "--match-exact", *names]
    return rpm.read_zypper_search(run(search)[1], names)


def _age(root: str, paths: Sequence[str]) -> int | None:
    """How long ago one of the directories changed, in seconds; None where all are empty or missing."""
    changed = []
    for path in paths:
        try:
            if any(name for name in os.listdir(root + path) if name not in ("lock", "partial", "auxfiles")):
                changed.append(os.stat(root + path).st_mtime)
        except OSError:
            continue
    return int(datetime.datetime.now().timestamp() - max(changed)) if changed else None


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


def _sources(root: str) -> dict[str, str]:
    paths = (path for pattern in _PACKAGE_SOURCES for path in sorted(glob.glob(root + pattern)))
    return {path[len(root) :]: text_of(path) for path in paths}


def _key(path: str) -> tuple[str, ...]:
    try:
        with open(path, "rb") as file:
            return openpgp.fingerprints(file.read())
    except (OSError, ValueError):
        return ()


def _stale(root: str, service: Service) -> tuple[str, ...]:
    """The Engine's files that changed after it had read them, to the second."""
    if service.started is None:
        return ()
    found = []
    for path in (daemon.PATH, files.UNIT_PATH):
        try:
            changed = os.stat(root + path).st_mtime_ns
        except OSError:
            continue
        if changed // 10**9 > service.started and text_of(root + RELOADED) != reload_mark(service, changed):
            found.append(path)
    return tuple(found)


def reload_mark(service: Service, changed: int) -> str:
    """For a file that was changed at that time (nanoseconds since the epoch)."""
    return f"{service.invocation} {changed}"


def _members(text: str) -> tuple[str, ...]:
    """From group(5)."""
    groups = (line.split(":") for line in text.splitlines())
    return next(
        (tuple(filter(None, group[3].split(","))) for group in groups if group[0] == "docker" and group[3:]), ()
    )


def _kernel(root: str, wish: Wish) -> Kernel:
    release = platform.release()
    modules = f"{root}/lib/modules/{release}"
    built_in = read_built_in(text_of(f"{modules}/modules.builtin"))
    loaded = {name for name in map(module_name, wish.modules) if os.path.isdir(f"{root}/sys/module/{name}")}
    values = {name: local_files.read(f"{root}/proc/sys/{name.replace('.', '/')}") for name in wish.sysctls}
    return Kernel(
        release=release,
        known=os.path.isdir(modules),
        present=built_in | loaded,
        loadable=read_built_in(text_of(f"{modules}/modules.dep")),
        settings={name: value.strip() for name, value in values.items() if value is not None},
    )
