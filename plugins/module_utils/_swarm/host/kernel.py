# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kernel modules and settings that a swarm needs: what is missing, and the files that keep them over a reboot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MODULES_PATH = "/etc/modules-load.d/apiary-swarm.conf"
SYSCTL_PATH = "/etc/sysctl.d/90-apiary-swarm.conf"


@dataclass(frozen=True)
class Kernel:
    """`known`: the lists of what this kernel has are on the disk. `present`: the modules that are loaded or built in.
    `loadable`: those that are on the disk. What is built in and has no parameters, only the lists can tell.

    `settings` are the current values of the sysctls that matter; one that the kernel does not have is missing.
    """

    release: str = ""
    known: bool = False
    present: frozenset[str] = frozenset()
    loadable: frozenset[str] = frozenset()
    settings: Mapping[str, str] = field(default_factory=dict)


def module_name(name: str) -> str:
    """The kernel takes - and _ for the same."""
    return name.replace("-", "_")


def read_built_in(text: str) -> frozenset[str]:
    """The names in modules.builtin or modules.dep: kernel/fs/overlayfs/overlay.ko.xz: ... -> overlay."""
    paths = (line.partition(":")[0] for line in text.splitlines())
    return frozenset(module_name(path.rpartition("/")[2].partition(".ko")[0]) for path in paths if ".ko" in path)


def missing(kernel: Kernel, wanted: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of the wanted modules: those to load, and those that this kernel does not have at all."""
    absent = [module_name(name) for name in wanted if module_name(name) not in kernel.present]
    return (
        tuple(name for name in absent if name in kernel.loadable),
        tuple(name for name in absent if name not in kernel.loadable),
    )


def settings_to_write(kernel: Kernel, wanted: Mapping[str, str]) -> dict[str, str]:
    """The settings that have another value now. Values of several numbers are spaced in more than one way."""
    return {
        name: value
        for name, value in wanted.items()
        if " ".join(kernel.settings.get(name, "").split()) != " ".join(str(value).split())
    }


def modules_file(kernel: Kernel, wanted: Iterable[str]) -> str:
    """The modules to load when the host boots: all that this kernel has as modules."""
    names = [module_name(name) for name in wanted]
    return "".join(f"{name}\n" for name in names if name in kernel.loadable)


def settings_file(wanted: Mapping[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in wanted.items())


def unknown_settings(kernel: Kernel, wanted: Mapping[str, str], loads: Iterable[str]) -> tuple[str, ...]:
    """Settings that this kernel does not have. Those of bridges come with br_netfilter."""
    soon = ("net.bridge.",) if "br_netfilter" in loads else ()
    return tuple(name for name in wanted if name not in kernel.settings and not name.startswith(soon or ("\0",)))
