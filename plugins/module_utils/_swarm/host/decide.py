# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done so that a host has the Docker Engine that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import daemon
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import SERVICE, Host, Os
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step, changes_between

DOCKER = "docker"
DISTRIBUTION = "distribution"
SOURCES = (DOCKER, DISTRIBUTION)

SDK_PACKAGE = "python3-docker"
SYSTEM_PYTHON = "/usr/bin/python3"

# The oldest releases whose python3-docker knows what the modules need.
_OLDEST: Mapping[str, tuple[int, ...]] = {"debian": (12,), "ubuntu": (22, 4)}
_SUPPORTED = "Debian from 12 and Ubuntu from 22.04"

# The first package of each source is the daemon's.
_ENGINE_PACKAGES: Mapping[str, tuple[str, ...]] = {
    DOCKER: ("docker-ce", "docker-ce-cli", "containerd.io"),
    DISTRIBUTION: ("docker.io",),
}

# All packages whose presence matters to a decision.
RELEVANT_PACKAGES = (
    *(name for names in _ENGINE_PACKAGES.values() for name in names),
    "docker-cli",
    SDK_PACKAGE,
    "ca-certificates",
    "apparmor",
)

# `dockerd --validate` came with 23.0 (moby cmd/dockerd/options.go).
_FIRST_TO_VALIDATE = 23


@dataclass(frozen=True)
class Wish:
    """`source` is one of SOURCES. `daemon` holds keys for daemon.json. `repository_url` is Docker's own or a mirror."""

    source: str
    daemon: Mapping[str, Any] = field(default_factory=dict)
    repository_url: str = "https://download.docker.com/linux"


@dataclass(frozen=True)
class Needs:
    """What is to be done, in the order in which it is to be done; empty where nothing is.

    `repository`: the package source file to write. `daemon_json`: the whole new daemon.json. `validate`: the
    installed Engine can judge it before it is put in place. `packages`: what to install. `service`: empty, start (which
    includes to enable) or restart. `in_turn`: this host is a member of a swarm that restarts, so it must wait its turn.
    """

    repository: str = ""
    daemon_json: str = ""
    validate: bool = False
    packages: tuple[str, ...] = ()
    service: str = ""
    in_turn: bool = False


def decide(host: Host, wish: Wish) -> tuple[Plan, Needs]:
    """The plan, and the same in the form in which it is carried out.

    Raises SwarmError where the wish cannot be fulfilled on this host; nothing has been changed then.
    """
    _check(host, wish)
    content = _daemon_content(host, wish)
    packages = _missing_packages(host, wish)
    has_engine = _ENGINE_PACKAGES[wish.source][0] in host.packages
    writes_daemon = dict(host.daemon.content) != content
    repository = _repository(host, wish)
    service, service_steps = _service(host, wish, writes_daemon)

    steps = []
    if repository:
        steps.append(Step("add", "repository", wish.repository_url))
    if writes_daemon:
        action = "update" if host.daemon.present else "create"
        changes = changes_between(dict(host.daemon.content), content)
        steps.append(Step(action, "file", daemon.PATH, changes=changes))
    steps += [Step("install", "package", name) for name in packages]
    needs = Needs(
        repository=repository,
        daemon_json=daemon.text_of(content) if writes_daemon else "",
        validate=has_engine and _major(host.packages[_ENGINE_PACKAGES[wish.source][0]]) >= _FIRST_TO_VALIDATE,
        packages=packages,
        service=service,
        in_turn=service == "restart" and host.engine is not None and host.engine.swarm != "inactive",
    )
    return Plan((*steps, *service_steps)), needs


def _check(host: Host, wish: Wish) -> None:
    if not host.root:
        raise SwarmError(
            "Docker Engine cannot be set up by an ordinary user.",
            "Nothing was changed. Run the role with become: true.",
        )
    if not _is_supported(host.os):
        raise SwarmError(
            f"Docker Engine cannot be installed on {host.os.name} (ID {host.os.id or 'missing'}, version "
            f"{host.os.version or 'missing'}): supported are {_SUPPORTED}.",
            "Nothing was changed. Install the Engine and python3-docker by other means and leave this role out.",
        )
    for source in SOURCES:
        package = _ENGINE_PACKAGES[source][0]
        if source != wish.source and package in host.packages:
            raise SwarmError(
                f"docker_engine_source is {wish.source}, but {package} {host.packages[package]} of the source {source} "
                "is installed, and replacing it would stop all containers of the host.",
                f"Nothing was changed. Set docker_engine_source to {source}, or drain the host and remove {package}.",
            )
    if host.sdk is None and SDK_PACKAGE in host.packages:
        raise SwarmError(
            f"{SDK_PACKAGE} is installed, but modules run with {host.interpreter}, which cannot import docker.",
            f"Nothing was changed. Set ansible_python_interpreter to {SYSTEM_PYTHON}, or install docker for "
            f"{host.interpreter} with pip.",
        )
    if host.engine and host.engine.problem:
        raise SwarmError(
            f"{SERVICE} is active, but the Engine does not answer: {host.engine.problem}.",
            f"Nothing was changed. Look at `journalctl -u {SERVICE}`.",
        )


def _is_supported(system: Os) -> bool:
    if system.id not in _OLDEST:
        return False
    if not system.version:  # Debian testing and unstable are newer than every release
        return True
    return tuple(int(part) for part in system.version.split(".") if part.isdigit()) >= _OLDEST[system.id]


def _daemon_content(host: Host, wish: Wish) -> dict[str, Any]:
    if host.daemon.problem:
        raise SwarmError(
            f"{daemon.PATH} cannot be read: {host.daemon.problem}.",
            "Nothing was changed. Correct the file or remove it; an Engine would not start with it.",
        )
    return daemon.merged(host.daemon.content, wish.daemon)


def _missing_packages(host: Host, wish: Wish) -> tuple[str, ...]:
    wanted = [*_ENGINE_PACKAGES[wish.source]]
    if wish.source == DISTRIBUTION and host.os.id == "debian" and not host.os.version.startswith("12"):
        wanted.append("docker-cli")  # a package of its own since Debian 13
    if host.sdk is None:
        wanted.append(SDK_PACKAGE)
    wanted.append("ca-certificates")  # without it no image can be pulled over TLS
    if host.apparmor:
        wanted.append("apparmor")  # containers do not start where the kernel has AppArmor and its parser is missing
    return tuple(name for name in wanted if name not in host.packages)


def _repository(host: Host, wish: Wish) -> str:
    """The source file, unless the host names the repository already: two entries with different keys stop apt."""
    if wish.source != DOCKER or host.repositories:
        return ""
    return (
        "Types: deb\n"
        f"URIs: {wish.repository_url}/{host.os.id}\n"
        f"Suites: {host.os.codename}\n"
        "Components: stable\n"
        "Signed-By: /etc/apt/keyrings/docker.asc\n"
    )


def _service(host: Host, wish: Wish, writes_daemon: bool) -> tuple[str, list[Step]]:
    steps = []
    if host.service.enabled != "enabled":
        steps.append(Step("enable", "service", SERVICE))
    if host.service.active != "active":
        return "start", [*steps, Step("start", "service", SERVICE)]
    if writes_daemon:
        return "restart", [*steps, Step("restart", "service", SERVICE, f"{daemon.PATH} changes")]
    if wish.daemon and _is_newer(host):
        # A run that was interrupted before its restart leaves this behind.
        reason = f"{daemon.PATH} was changed after the Engine had started"
        return "restart", [*steps, Step("restart", "service", SERVICE, reason)]
    return ("start" if steps else ""), steps


def _is_newer(host: Host) -> bool:
    modified, started = host.daemon.modified, host.service.started
    return modified is not None and started is not None and modified > started


def _major(package_version: str) -> int:
    """5:28.5.2-1~debian.13 -> 28"""
    leading = package_version.rpartition(":")[2].partition(".")[0]
    return int(leading) if leading.isdigit() else 0
