# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How distributions package Docker Engine: what the packages are called, and which releases have what is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Os
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import DISTRIBUTION, DOCKER

_DOCKER_CE = ("docker-ce", "docker-ce-cli", "containerd.io")
# Packages that have the daemon's version, in one family or another.
SAME_VERSION = ("docker-ce", "docker-ce-cli", "docker.io", "docker-cli", "moby-engine", "docker")


@dataclass(frozen=True)
class Family:
    """`engine`: the packages of each source, the daemon's first; a source that is missing has none.

    `extra` comes with the distribution's daemon and has its version, `runtime` is held and removed with it. `sdk` is
    the package of the docker SDK, empty where none fits. `holder` is the package that can hold others, empty where the
    package manager itself can. `apparmor` has the parser of AppArmor. `conflicts`: for each source, what cannot be
    beside it. `extra_modules` has kernel modules that its Engine does not start without, and that not every kernel
    package brings. `file` is the form of the names of package files.
    """

    engine: Mapping[str, tuple[str, ...]]
    file: str
    extra: tuple[str, ...] = ()
    runtime: tuple[str, ...] = ()
    sdk: str = ""
    holder: str = ""
    apparmor: str = ""
    conflicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extra_modules: str = ""


_DEB = "package_version_architecture.deb"
_RPM = "package-version-release.architecture.rpm"

DEBIAN = Family(
    engine={DOCKER: _DOCKER_CE, DISTRIBUTION: ("docker.io",)},
    file=_DEB,
    extra=("docker-cli",),
    runtime=("containerd", "runc"),
    sdk="python3-docker",
    apparmor="apparmor",
)
# containerd.io has a runc of its own, and takes the place of both of the distribution's. Podman may need them, so they
# are not taken away unasked.
_BESIDE_CONTAINERD_IO = ("podman-docker", "containerd", "runc")
FEDORA = Family(
    engine={DOCKER: _DOCKER_CE, DISTRIBUTION: ("moby-engine", "docker-cli")},
    file=_RPM,
    sdk="python3-docker",
    conflicts={DOCKER: _BESIDE_CONTAINERD_IO, DISTRIBUTION: ("podman-docker",)},
)
# The SDK is in EPEL alone, and modules on the node need none.
ENTERPRISE = Family(
    engine={DOCKER: _DOCKER_CE},
    file=_RPM,
    holder="python3-dnf-plugin-versionlock",
    conflicts={DOCKER: _BESIDE_CONTAINERD_IO},
    extra_modules="kernel-modules-extra",
)
# Docker's repository has had packages for SLES on s390x alone, and gets no new ones (docker/docs pull request 24863).
# The SDK of the Pythons that Ansible needs there has other names in each release, and modules on the node need none.
SUSE = Family(
    engine={DISTRIBUTION: ("docker",)},
    file=_RPM,
    apparmor="apparmor-parser",
    conflicts={DISTRIBUTION: ("podman-docker",)},
)
_ALL = (DEBIAN, FEDORA, ENTERPRISE, SUSE)

# Each with the oldest release that is supported: for Debian and Ubuntu, the oldest whose SDK knows what the modules
# need; elsewhere, the oldest whose Python runs Ansible's modules and that is still maintained.
_SUPPORTED: Mapping[str, tuple[Family, tuple[int, ...]]] = {
    "debian": (DEBIAN, (12,)),
    "ubuntu": (DEBIAN, (22, 4)),
    "fedora": (FEDORA, (42,)),
    "rhel": (ENTERPRISE, (9,)),
    "centos": (ENTERPRISE, (9,)),
    "rocky": (ENTERPRISE, (9,)),
    "almalinux": (ENTERPRISE, (9,)),
    "sles": (SUSE, (15, 6)),
    "opensuse-leap": (SUSE, (15, 6)),
    "opensuse-tumbleweed": (SUSE, ()),
}
SUPPORTED = (
    "Debian from 12, Ubuntu from 22.04, Fedora from 42, RHEL, CentOS Stream, Rocky Linux and AlmaLinux from 9, "
    "SLES and openSUSE Leap from 15.6, and openSUSE Tumbleweed"
)

# All packages whose presence matters to a decision, on one host or another.
RELEVANT = tuple(
    dict.fromkeys(
        name
        for family in _ALL
        for name in (
            *(name for names in family.engine.values() for name in names),
            *family.extra,
            *family.runtime,
            *(name for names in family.conflicts.values() for name in names),
            family.sdk,
            family.holder,
            "ca-certificates",
            family.apparmor,
        )
        if name
    )
)


def is_supported(system: Os) -> bool:
    if system.id not in _SUPPORTED:
        return False
    if not system.version:  # Debian testing and unstable are newer than every release
        return True
    return tuple(int(part) for part in system.version.split(".") if part.isdigit()) >= _SUPPORTED[system.id][1]


def family_of(system: Os) -> Family:
    """Debian's for a distribution that is not supported, and where nothing is installed."""
    return _SUPPORTED[system.id][0] if system.id in _SUPPORTED else DEBIAN


def daemon_package(source: str, system: Os) -> str:
    """Empty where the distribution has no such package."""
    return family_of(system).engine.get(source, ("",))[0]


def versioned(source: str, system: Os) -> tuple[str, ...]:
    """The packages whose available versions matter."""
    family = family_of(system)
    return tuple(name for name in (*family.engine.get(source, ()), *family.extra) if name in SAME_VERSION)


def engine_packages(source: str, system: Os) -> tuple[str, ...]:
    family = family_of(system)
    names = family.engine.get(source, ())
    if source == DISTRIBUTION and system.id == "debian" and not system.version.startswith("12"):
        return (*names, *family.extra)  # a package of its own since Debian 13
    return names


def spec(system: Os, name: str, version: str) -> str:
    """A package in a version, as the package manager takes it."""
    return f"{name}-{version}" if system.family == "redhat" else f"{name}={version}"
