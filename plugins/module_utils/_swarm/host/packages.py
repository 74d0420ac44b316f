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
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Host
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.families import (
    SAME_VERSION,
    daemon_package,
    engine_packages,
    family_of,
    spec,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import DISTRIBUTION, SOURCES, Wish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import ABSENT, Change, Step

_FILES = (
    re.compile(r"([a-z0-9.+-]+)_([^_/ ]+)_[a-z0-9-]+\.deb"),
    re.compile(r"([A-Za-z0-9._+-]+)-([^-/ ]+-[^-/ ]+)\.[a-z0-9_]+\.rpm"),
)

# Seconds. Lists that were renewed just now do not get better by doing it again.
JUST_NOW = 60
DAY = 24 * 3600


@dataclass(frozen=True)
class Packages:
    """`install` is for the package manager, as names with or without a version. `refresh`: the package lists are too
    old to decide by. `files` are names of package files to install. `release` is let go of before, `hold` held after.
    `daemon` is the version of the Engine that there will be; empty where that is not known.
    """

    install: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    refresh: bool = False
    moves: bool = False
    daemon: str = ""
    steps: tuple[Step, ...] = ()


def all_of_engine(host: Host) -> tuple[str, ...]:
    """What is removed with the Engine: all of it that is installed, wherever it came from."""
    family = family_of(host.os)
    names = (*(name for source in SOURCES for name in family.engine.get(source, ())), *family.extra, *family.runtime)
    return tuple(name for name in names if name in host.packages)


def decide_packages(host: Host, wish: Wish, lists_change: bool) -> Packages:
    """`lists_change`: a repository is added or replaced, so what the lists say now does not count.

    Raises SwarmError for a version that is not available, or older than the one that is installed.
    """
    family, engine = family_of(host.os), engine_packages(wish.source, host.os)
    wanted = [*engine]
    if host.sdk is None and family.sdk:
        wanted.append(family.sdk)
    wanted.append("ca-certificates")  # without it no image can be pulled over TLS
    if host.apparmor and family.apparmor:
        # Containers do not start where the kernel has AppArmor and its parser is missing.
        wanted.append(family.apparmor)
    if wish.hold and family.holder:
        wanted.append(family.holder)
    local = files_by_package(wish.package_files, family.file)
    wanted = [name for name in wanted if name not in local]
    absent = [name for name in wanted if name not in host.packages]
    files, file_steps = _from_files(host, wish, local)
    target, refresh = _target(host, wish, lists_change)
    daemon = daemon_package(wish.source, host.os)
    moves = daemon in host.packages and (bool(target) or local.get(daemon, ("", ""))[0] in files)

    install: list[str] = []
    steps = [*file_steps]
    for name in wanted:
        version = ""
        if target and name in SAME_VERSION:
            version = versions.best(versions.upstream(target), *_available(host, name))
        if name in absent:
            install.append(spec(host.os, name, version) if version else name)
            steps.append(Step("install", "package", name, _wished(wish) if name in SAME_VERSION else ""))
        elif version and host.packages[name] != version:
            install.append(spec(host.os, name, version))
            newer = versions.numbers(version) >= versions.numbers(host.packages[name])
            changes = (Change("version", host.packages[name], version),)
            steps.append(Step("upgrade" if newer else "downgrade", "package", name, changes=changes))
    held = (*engine, *(family.runtime if wish.source == DISTRIBUTION else ()))
    not_held = [name for name in held if name not in host.held]
    hold = tuple(held if install or files else not_held) if wish.hold else ()  # apt lets go of what it replaces
    # What is held, apt replaces when told so; other package managers have to be told to let go first.
    lets_go = not wish.hold or (host.os.family != "debian" and bool(install or files))
    release = tuple(name for name in held if lets_go and name in host.held)
    # That what is installed anew is held goes without saying.
    steps += [Step("hold", "package", name) for name in not_held if wish.hold and name in host.packages]
    steps += [Step("release", "package", name) for name in release if not wish.hold]
    coming = target or local.get(daemon, ("", ""))[1] or host.packages.get(daemon, "") or _available(host, daemon)[1]
    if wish.mtu and not coming and (lists_change or host.lists_age is None or host.lists_age > JUST_NOW):
        refresh = True  # which keys daemon.json can have depends on the version
    return Packages(tuple(install), files, hold, release, refresh, moves, coming, tuple(steps))


def files_by_package(names: tuple[str, ...], form: str) -> dict[str, tuple[str, str]]:
    """Package -> file and version, without its epoch, which names of files lack.

    The names are like docker-ce_28.5.2-1~debian.13~trixie_amd64.deb or docker-ce-28.5.2-1.el9.x86_64.rpm; raises
    SwarmError for others, and for those that are not of the host's form.
    """
    found = {}
    kind = form.rpartition(".")[2]
    for file in names:
        parts = next(filter(None, (pattern.fullmatch(file) for pattern in _FILES)), None)
        if not parts or not file.endswith(f".{kind}"):
            raise SwarmError(
                f"docker_engine_package_files has {file}, which is no name of a {kind} package.",
                f"Nothing was changed. Name the files {form}, as they are published.",
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
    name = daemon_package(wish.source, host.os)
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
