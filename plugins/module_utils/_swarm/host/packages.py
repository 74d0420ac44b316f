# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which packages a host needs, in which version, and which are held against the host's own upgrades."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import versions
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Host, Os
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import DISTRIBUTION, DOCKER, SOURCES, Wish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import ABSENT, Change, Step

SDK = "python3-docker"

# The first package of each source is the daemon's.
_ENGINE: Mapping[str, tuple[str, ...]] = {
    DOCKER: ("docker-ce", "docker-ce-cli", "containerd.io"),
    DISTRIBUTION: ("docker.io",),
}
# Packages that have the daemon's version.
_SAME_VERSION = ("docker-ce", "docker-ce-cli", "docker.io", "docker-cli")
# What the distribution's daemon brings with it.
_RUNTIME = ("containerd", "runc")

# All packages whose presence matters to a decision.
RELEVANT = (
    *(name for names in _ENGINE.values() for name in names),
    "docker-cli",
    *_RUNTIME,
    SDK,
    "ca-certificates",
    "apparmor",
)

_FILE = re.compile(r"([a-z0-9.+-]+)_([^_/ ]+)_[a-z0-9-]+\.deb")

# Seconds. Lists that were renewed just now do not get better by doing it again.
JUST_NOW = 60
DAY = 24 * 3600


@dataclass(frozen=True)
class Packages:
    """`install` is for apt-get, as name or name=version. `refresh`: the package lists are too old to decide by.

    `files` are names of package files to install. `hold` and `release` are names for apt-mark.
    """

    install: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    refresh: bool = False
    moves: bool = False
    steps: tuple[Step, ...] = ()


def daemon_package(source: str) -> str:
    return _ENGINE[source][0]


def versioned(source: str) -> tuple[str, ...]:
    """The packages whose available versions matter."""
    return tuple(name for name in ((*_ENGINE[source], "docker-cli")) if name in _SAME_VERSION)


def engine_packages(source: str, system: Os) -> tuple[str, ...]:
    if source == DISTRIBUTION and system.id == "debian" and not system.version.startswith("12"):
        return (*_ENGINE[source], "docker-cli")  # a package of its own since Debian 13
    return _ENGINE[source]


def all_of_engine(host: Host) -> tuple[str, ...]:
    """What is removed with the Engine: all of it that is installed, wherever it came from."""
    names = (*(name for source in SOURCES for name in _ENGINE[source]), "docker-cli", *_RUNTIME)
    return tuple(name for name in names if name in host.packages)


def decide_packages(host: Host, wish: Wish, lists_change: bool) -> Packages:
    """`lists_change`: a repository is added or replaced, so what the lists say now does not count.

    Raises SwarmError for a version that is not available, or older than the one that is installed.
    """
    engine = engine_packages(wish.source, host.os)
    wanted = [*engine]
    if host.sdk is None:
        wanted.append(SDK)
    wanted.append("ca-certificates")  # without it no image can be pulled over TLS
    if host.apparmor:
        wanted.append("apparmor")  # containers do not start where the kernel has AppArmor and its parser is missing
    local = files_by_package(wish.package_files)
    wanted = [name for name in wanted if name not in local]
    absent = [name for name in wanted if name not in host.packages]
    files, file_steps = _from_files(host, wish, local)
    target, refresh = _target(host, wish, lists_change)
    daemon = daemon_package(wish.source)
    moves = daemon in host.packages and (bool(target) or local.get(daemon, ("", ""))[0] in files)

    install: list[str] = []
    steps = [*file_steps]
    for name in wanted:
        version = ""
        if target and name in _SAME_VERSION:
            version = versions.best(versions.upstream(target), *_available(host, name))
        if name in absent:
            install.append(f"{name}={version}" if version else name)
            steps.append(Step("install", "package", name, _wished(wish) if name in _SAME_VERSION else ""))
        elif version and host.packages[name] != version:
            install.append(f"{name}={version}")
            newer = versions.numbers(version) >= versions.numbers(host.packages[name])
            changes = (Change("version", host.packages[name], version),)
            steps.append(Step("upgrade" if newer else "downgrade", "package", name, changes=changes))
    held = (*engine, *(_RUNTIME if wish.source == DISTRIBUTION else ()))
    not_held = [name for name in held if name not in host.held]
    hold = tuple(held if install or files else not_held) if wish.hold else ()  # apt lets go of what it replaces
    release = tuple(name for name in held if not wish.hold and name in host.held)
    # That what is installed anew is held goes without saying.
    steps += [Step("hold", "package", name) for name in not_held if wish.hold and name in host.packages]
    steps += [Step("release", "package", name) for name in release]
    return Packages(tuple(install), files, hold, release, refresh, moves, tuple(steps))


def files_by_package(names: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Package -> file and version, from names like docker-ce_28.5.2-1~debian.13~trixie_amd64.deb."""
    found = {}
    for file in names:
        parts = _FILE.fullmatch(file)
        if not parts:
            raise SwarmError(
                f"docker_engine_package_files has {file}, which is no name of a Debian package.",
                "Nothing was changed. Name the files package_version_architecture.deb, as they are published.",
            )
        found[parts.group(1)] = (file, versions.without_epoch(parts.group(2).replace("%3a", ":")))
    return found


def _from_files(host: Host, wish: Wish, local: Mapping[str, tuple[str, str]]) -> tuple[tuple[str, ...], list[Step]]:
    files, steps = [], []
    for name, (file, version) in local.items():
        installed = versions.without_epoch(host.packages.get(name, ""))
        if installed == version:
            continue
        files.append(file)
        is_older = bool(installed) and versions.numbers(version) < versions.numbers(installed)
        if is_older and not wish.allow_downgrade:
            _refuse_downgrade(f"docker_engine_package_files has {file}", name, installed)
        action = "downgrade" if is_older else "upgrade" if installed else "install"
        steps.append(Step(action, "package", name, changes=(Change("version", installed or ABSENT, version),)))
    return tuple(files), steps


def _refuse_downgrade(wish: str, name: str, installed: str) -> None:
    raise SwarmError(
        f"{wish}, but {name} {installed} is installed: this would be a downgrade, which Docker does not support, and "
        "which can make data unreadable.",
        "Packages were not changed. Correct the wish, or set docker_engine_allow_downgrade.",
    )


def _wished(wish: Wish) -> str:
    return f"version {wish.version}" if wish.version else ""


def _available(host: Host, name: str) -> tuple[tuple[str, ...], str]:
    found = host.available.get(name)
    return (found.versions, found.candidate) if found else ((), "")


def _target(host: Host, wish: Wish, lists_change: bool) -> tuple[str, bool]:
    """The version of the daemon's package to install, empty for no particular one, and whether to refresh the lists."""
    name = daemon_package(wish.source)
    installed = host.packages.get(name, "")
    is_latest = wish.version == versions.LATEST
    if not wish.version or (installed and not is_latest and versions.fits(wish.version, installed)):
        return "", False
    if lists_change or (is_latest and (host.lists_age is None or host.lists_age > DAY)):
        return "", True
    available, candidate = _available(host, name)
    target = versions.best(wish.version, available, candidate)
    if not target:
        if host.lists_age is None or host.lists_age > JUST_NOW:
            return "", True
        raise SwarmError(
            f"docker_engine_version is {wish.version}, but the package sources of the host have no such {name}; they "
            f"have {', '.join(available) or 'none at all'}.",
            "Packages were not changed. Correct docker_engine_version, or choose another docker_engine_source.",
        )
    if target == installed:
        return "", False
    if installed and versions.numbers(target) < versions.numbers(installed):
        if is_latest:
            return "", False
        if not wish.allow_downgrade:
            _refuse_downgrade(f"docker_engine_version is {wish.version}", name, installed)
    return target, False
