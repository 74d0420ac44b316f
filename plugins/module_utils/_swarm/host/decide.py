# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done so that a host has the Docker Engine that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import (
    daemon,
    families,
    files,
    kernel,
    mtu,
    packages,
    versions,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import SERVICE, Host
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.packages import Packages
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import (
    ABSENT,
    ALWAYS,
    DOCKER,
    NEVER,
    SOURCES,
    Wish,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import ABSENT as NOTHING
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Plan, Step

SYSTEM_PYTHON = "/usr/bin/python3"

# Published ports are told from others by it (moby/moby, daemon/libnetwork/drivers/bridge).
_NEEDED_TO_START = "xt_addrtype"

START = "start"
RELOAD = "reload"
RESTART = "restart"


@dataclass(frozen=True)
class Needs:
    """What is to be done, in the order in which it is to be done; empty where nothing is.

    `first`: packages without which the repository cannot be reached, or the kernel cannot be set up. `repository`: its
    files are to be written. `refresh`: the package lists must be renewed, and all be decided anew. `config`: files are
    to be written, or the kernel is to be changed. `install`, `hold`, `release`: arguments for the package manager,
    which lets go before it installs, and holds after it. `files`: package files to install. `downgrade`: older
    packages may be installed. `users`: for the group docker. `service`: empty, start (that is also to enable), reload
    or restart. `gateway_mtu`: what docker_gwbridge is to be made with, once the Engine runs. `in_turn`: the host is a
    member of a swarm that restarts, so it must wait its turn. `deferred`: why the Engine would have to be restarted,
    where that must not be. `remove`: packages to remove. `data`: directories to empty.
    """

    first: tuple[str, ...] = ()
    repository: bool = False
    refresh: bool = False
    config: bool = False
    install: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    downgrade: bool = False
    users: tuple[str, ...] = ()
    service: str = ""
    gateway_mtu: int = 0
    in_turn: bool = False
    deferred: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


def decide(host: Host, wish: Wish) -> tuple[Plan, Needs]:
    """The plan, and the same in the form in which it is carried out.

    Raises SwarmError where the wish cannot be fulfilled on this host; nothing has been changed then.
    """
    if wish.state == ABSENT:
        return _decide_removal(host, wish)
    _check(host, wish)
    repository = files.repository_steps(host, wish)
    chosen = packages.decide_packages(host, wish, lists_change=bool(repository))
    if chosen.moves and wish.restart == NEVER:
        can_hold = families.family_of(host.os).holder in ("", *host.packages)
        installed = host.packages.get(families.daemon_package(wish.source, host.os), "")
        only = Packages(daemon=installed)
        only = replace(only, hold=chosen.hold, release=chosen.release) if can_hold else only
        chosen, held_back = only, chosen.steps
    else:
        held_back = ()
    size = mtu.wished(wish.mtu, host.link_mtu)
    content = _daemon_content(host, wish, size, chosen.daemon)
    daemon_file = files.daemon_steps(host, content)
    unit = files.unit_steps(host, wish)
    beside = [*files.certificate_steps(host, wish), *files.login_steps(host, wish), *files.kernel_steps(host, wish)]
    modules = _package_of_modules(host, wish)
    users = tuple(user for user in wish.users if user not in host.members)

    reasons = [*_reasons(host, wish, chosen, content, bool(daemon_file), bool(unit))]
    service, steps = _service(host, reasons, bool(daemon_file), wish.restart)
    deferred = () if wish.restart != NEVER or host.service.active != "active" else tuple(reasons)
    deferred += tuple(f"{step.name} is to be another version" for step in held_back if step.changes)
    gateway = _gateway_steps(host, size)
    needs = Needs(
        first=(*(name for name in ("ca-certificates",) if repository and name not in host.packages), *modules),
        repository=bool(repository),
        refresh=chosen.refresh or bool(modules),
        config=bool(daemon_file or unit or beside),
        install=chosen.install,
        files=chosen.files,
        hold=chosen.hold,
        release=chosen.release,
        downgrade=wish.allow_downgrade,
        users=users,
        service=service,
        gateway_mtu=size if gateway else 0,
        in_turn=_is_member(host) and (service == RESTART or chosen.moves),
        deferred=deferred,
    )
    joins = [Step("add", "user", user, "to the group docker") for user in users]
    kernels = [Step("install", "package", name, f"the kernel lacks {_NEEDED_TO_START}") for name in modules]
    plan = (*kernels, *repository, *daemon_file, *unit, *beside, *chosen.steps, *joins, *steps, *gateway)
    return Plan(plan, (*_warnings(host, wish, deferred), *_mtu_warnings(host, size, chosen.daemon))), needs


def _decide_removal(host: Host, wish: Wish) -> tuple[Plan, Needs]:
    """A member of a swarm would be missed by the others: a manager counts in the quorum after it is gone."""
    _check_root(host)
    if _is_member(host):
        raise SwarmError(
            f"Docker Engine cannot be removed: it is in a swarm (state {host.engine.swarm if host.engine else ''}).",
            "Nothing was changed. Have the node leave its swarm first.",
        )
    names = packages.all_of_engine(host)
    data = host.data if wish.remove_data else ()
    steps = [Step("remove", "package", name) for name in names] + [Step("remove", "directory", path) for path in data]
    held = tuple(name for name in names if name in host.held)
    return Plan(tuple(steps)), Needs(remove=names, release=held, data=data)


def _is_member(host: Host) -> bool:
    return host.engine is not None and host.engine.swarm != "inactive"


def _package_of_modules(host: Host, wish: Wish) -> tuple[str, ...]:
    """What brings the module that an Engine does not start without, for the kernel that runs (Enterprise Linux 10).

    It is installed before all else is decided anew, so that the module is loaded and named like the others.
    """
    name = families.family_of(host.os).extra_modules
    absent = kernel.missing(host.kernel, wish.modules)[1]
    if not name or not host.kernel.known or _NEEDED_TO_START not in absent or name in host.packages:
        return ()
    return (f"{name}-{host.kernel.release}",)


def _warnings(host: Host, wish: Wish, deferred: tuple[str, ...]) -> tuple[str, ...]:
    warnings = []
    if deferred:
        warnings.append(
            f"Docker Engine has to be restarted and is not, because docker_engine_restart is {NEVER}: "
            f"{'; '.join(deferred)}."
        )
    loads, absent = kernel.missing(host.kernel, wish.modules)
    if absent and host.kernel.known:
        warnings.append(f"The kernel {host.kernel.release} does not have {', '.join(absent)}.")
    unknown = kernel.unknown_settings(host.kernel, wish.sysctls, loads)
    if unknown:
        warnings.append(f"The kernel {host.kernel.release} does not have the settings {', '.join(unknown)}.")
    return tuple(warnings)


def _check_root(host: Host) -> None:
    if not host.root:
        raise SwarmError(
            "Docker Engine cannot be set up by an ordinary user.",
            "Nothing was changed. Run the role with become: true.",
        )


def _check(host: Host, wish: Wish) -> None:
    _check_root(host)
    if not families.is_supported(host.os):
        raise SwarmError(
            f"Docker Engine cannot be installed on {host.os.name} (ID {host.os.id or 'missing'}, version "
            f"{host.os.version or 'missing'}): supported are "
            f"{families.SUPPORTED}.",
            "Nothing was changed. Install the Engine by other means and leave this role out.",
        )
    family = families.family_of(host.os)
    if wish.source not in family.engine:
        (other,) = family.engine
        whose = "Docker's repository" if wish.source == DOCKER else "the distribution"
        raise SwarmError(
            f"docker_engine_source is {wish.source}, but {whose} has no packages of Docker Engine for {host.os.name}.",
            f"Nothing was changed. Set docker_engine_source to {other}.",
        )
    _check_beside(host, wish, family)
    if host.sdk is None and family.sdk in host.packages:
        raise SwarmError(
            f"{family.sdk} is installed, but modules run with {host.interpreter}, which cannot import docker.",
            f"Nothing was changed. Set ansible_python_interpreter to {SYSTEM_PYTHON}, or install docker for "
            f"{host.interpreter} with pip.",
        )
    if host.engine and host.engine.problem:
        raise SwarmError(
            f"{SERVICE} is active, but the Engine does not answer: {host.engine.problem}.",
            f"Nothing was changed. Look at `journalctl -u {SERVICE}`.",
        )


def _check_beside(host: Host, wish: Wish, family: families.Family) -> None:
    """What is installed that the wished packages cannot be installed beside."""
    for source in SOURCES:
        package = families.daemon_package(source, host.os)
        if source != wish.source and package in host.packages:
            raise SwarmError(
                f"docker_engine_source is {wish.source}, but {package} {host.packages[package]} of the source {source} "
                "is installed, and replacing it would stop all containers of the host.",
                f"Nothing was changed. Set docker_engine_source to {source}, or drain the host and remove {package}.",
            )
    beside = [name for name in family.conflicts.get(wish.source, ()) if name in host.packages]
    if beside and families.daemon_package(wish.source, host.os) not in host.packages:
        raise SwarmError(
            f"{' and '.join(f'{name} {host.packages[name]}' for name in beside)} cannot be installed beside "
            f"{' and '.join(family.engine[wish.source])}.",
            f"Nothing was changed. Remove {' and '.join(beside)} with what needs it (such as podman), or choose "
            "another docker_engine_source.",
        )


def _daemon_content(host: Host, wish: Wish, size: int, version: str) -> dict[str, Any]:
    if host.daemon.problem:
        raise SwarmError(
            f"{daemon.PATH} cannot be read: {host.daemon.problem}.",
            "Nothing was changed. Correct the file or remove it; an Engine would not start with it.",
        )
    content = daemon.merged(host.daemon.content, wish.daemon, wish.log_opts)
    return mtu.with_mtu(content, size, version) if size else content


def _gateway_steps(host: Host, size: int) -> list[Step]:
    """Before the host is in a swarm, for then the bridge is in use, and cannot be made anew."""
    if not size or host.gateway_mtu == size or _is_member(host):
        return []
    changes = (Change("mtu", host.gateway_mtu or NOTHING, size),)
    return [Step("update" if host.gateway_mtu else "create", "network", mtu.GATEWAY, changes=changes)]


def _mtu_warnings(host: Host, size: int, version: str) -> tuple[str, ...]:
    """What of the wished MTU cannot be had."""
    warnings = []
    if size and _is_member(host) and host.gateway_mtu != size:
        warnings.append(
            f"{mtu.GATEWAY} has the MTU {host.gateway_mtu or mtu.USUAL} and not {size}, and is in use as long as the "
            "host is in a swarm. It is made anew by this role when the host has left its swarm, before it joins again."
        )
    if size and not mtu.has_defaults(version):
        warnings.append(
            f"Docker Engine {versions.upstream(version)} has no default for overlay networks (from 24.0 on they have): "
            f"give each of them, ingress among them, the option {mtu.OPTION}: {size}."
        )
    return tuple(warnings)


def _reasons(
    host: Host, wish: Wish, chosen: Packages, content: Mapping[str, Any], writes_daemon: bool, writes_unit: bool
) -> list[str]:
    """Why an Engine that runs has to be restarted."""
    reasons = []
    running = host.engine.version if host.engine else ""
    installed = host.packages.get(families.daemon_package(wish.source, host.os), "")
    if chosen.moves:
        reasons.append("the package changes")
    elif running and installed and versions.upstream(running) != versions.upstream(installed):
        reasons.append(f"{running} runs, {installed} is installed")
    if daemon.PATH in host.stale and (wish.daemon or wish.log_opts):
        # A run that was interrupted before its restart leaves this behind.
        reasons.append(f"{daemon.PATH} was changed after the Engine had started")
    elif writes_daemon and not daemon.is_reloadable(host.daemon.content, content):
        reasons.append(f"{daemon.PATH} changes")
    if files.UNIT_PATH in host.stale:
        reasons.append(f"{files.UNIT_PATH} was changed after the Engine had started")
    elif writes_unit:
        reasons.append(f"{files.UNIT_PATH} changes")
    if wish.restart == ALWAYS and not reasons:
        reasons.append(f"docker_engine_restart is {ALWAYS}")
    return reasons


def _service(host: Host, reasons: list[str], writes_daemon: bool, restart: str) -> tuple[str, list[Step]]:
    steps = []
    if host.service.enabled != "enabled":
        steps.append(Step("enable", "service", SERVICE))
    if host.service.active != "active":
        return START, [*steps, Step(START, "service", SERVICE)]
    if reasons and restart != NEVER:
        return RESTART, [*steps, Step(RESTART, "service", SERVICE, "; ".join(reasons))]
    if writes_daemon and not reasons:
        return RELOAD, [*steps, Step(RELOAD, "service", SERVICE, f"{daemon.PATH} changes")]
    return (START if steps else ""), steps
