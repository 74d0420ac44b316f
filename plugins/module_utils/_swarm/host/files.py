# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that a host is to have, as steps. What a step is to write travels in its payload, and is never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import daemon, kernel, logins, openpgp, sources
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Host
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import DOCKER, Wish, as_list
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Change, Step, changes_between
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import shown

UNIT_PATH = "/etc/systemd/system/docker.service.d/apiary-swarm.conf"
CERTIFICATES = "/etc/docker/certs.d"

SOURCE = "package source"
KEY = "key"
FILE = "file"
MODULE = "module"
SETTING = "setting"


@dataclass(frozen=True)
class Target:
    """A file to write (`text`), or to remove (None). `keep`: what is there now is kept until the Engine has started."""

    path: str
    text: str | None
    mode: int = 0o644
    keep: bool = False


def certificate_path(registry: str) -> str:
    return f"{CERTIFICATES}/{registry}/ca.crt"


def paths(wish: Wish) -> tuple[str, ...]:
    """The files whose present text matters, apart from package sources and daemon.json."""
    own = (sources.LOGIN_PATH, sources.PROXY_PATH, UNIT_PATH, kernel.MODULES_PATH, kernel.SYSCTL_PATH)
    login = (logins.PATH,) if wish.logins else ()
    return (*own, *login, *(certificate_path(registry) for registry in wish.certificates))


def repository_steps(host: Host, wish: Wish) -> list[Step]:
    """Key, credentials and entry of Docker's repository; other entries for it go, because two would contradict."""
    if wish.source != DOCKER or wish.package_files:
        return []
    steps = []
    place = sources.place(host.os)
    wanted = sources.fingerprint(wish.repository_key_fingerprint, host.os)
    if not host.key or not all(openpgp.same_key(key, wanted) for key in host.key):
        url = sources.key_url(wish.repository_key_url, wish.repository_url, host.os)
        steps.append(Step("get", KEY, url, payload=Target(place.key, "")))
    credentials = (wish.repository_username, wish.repository_password)
    proxy = sources.proxy(wish.repository_url, wish.http_proxy, wish.https_proxy, wish.no_proxy)
    proxy_mode = 0o600 if "@" in proxy else 0o644  # it may hold a password
    if place.login:
        secret = sources.login(wish.repository_url, *credentials) if wish.repository_username else ""
        steps += _file(host.files, Target(place.login, secret or None, 0o600), SOURCE)
        setting = sources.apt_proxy(wish.repository_url, proxy) if proxy else None
        steps += _file(host.files, Target(place.proxy, setting, proxy_mode), SOURCE)
        entry = Target(place.entry, sources.entry(wish.repository_url, host.os.id, host.os.codename))
    else:
        text = sources.rpm_entry(wish.repository_url, host.os, *credentials, proxy)
        entry = Target(place.entry, text, 0o600 if wish.repository_username else proxy_mode)
    for path, text in sources.others(host.sources, wish.repository_url).items():
        action = "update" if text else "remove"
        reason = "another entry for Docker's repository"
        steps.append(Step(action, SOURCE, path, reason, payload=Target(path, text or None)))
    return [*steps, *_file(host.sources, entry, SOURCE)]


def daemon_steps(host: Host, content: Mapping[str, Any]) -> list[Step]:
    if dict(host.daemon.content) == dict(content):
        return []
    action = "update" if host.daemon.present else "create"
    changes = changes_between(shown(host.daemon.content), shown(content))
    payload = Target(daemon.PATH, daemon.text_of(content), keep=True)
    return [Step(action, FILE, daemon.PATH, changes=changes, payload=payload)]


def unit_steps(host: Host, wish: Wish) -> list[Step]:
    """The drop-in of the service. It can hold a password of the proxy, so only root reads it."""
    return _file(host.files, Target(UNIT_PATH, unit_text(wish) or None, 0o600, keep=True))


def certificate_steps(host: Host, wish: Wish) -> list[Step]:
    steps: list[Step] = []
    for registry, text in wish.certificates.items():
        steps += _file(host.files, Target(certificate_path(registry), f"{text.strip()}\n"))
    return steps


def login_steps(host: Host, wish: Wish) -> list[Step]:
    if not wish.logins:
        return []
    return _file(host.files, Target(logins.PATH, logins.merged(host.files.get(logins.PATH), wish.logins), 0o600))


def kernel_steps(host: Host, wish: Wish) -> list[Step]:
    """Load and set now, and keep it over a reboot. What the kernel does not have is not tried."""
    loads, _absent = kernel.missing(host.kernel, wish.modules)
    unknown = kernel.unknown_settings(host.kernel, wish.sysctls, loads)
    wanted = {name: str(value) for name, value in wish.sysctls.items() if name not in unknown}
    modules = kernel.modules_file(host.kernel, wish.modules)
    steps = _file(host.files, Target(kernel.MODULES_PATH, modules or None))
    steps += [Step("load", MODULE, name, payload=name) for name in loads]
    steps += _file(host.files, Target(kernel.SYSCTL_PATH, kernel.settings_file(wanted) or None))
    for name, value in kernel.settings_to_write(host.kernel, wanted).items():
        change = Change("value", host.kernel.settings.get(name, ""), value)
        steps.append(Step("set", SETTING, name, changes=(change,), payload=value))
    return steps


def unit_text(wish: Wish) -> str:
    """In systemd's syntax, where % and quotes have a meaning of their own."""
    proxies = {"HTTP_PROXY": wish.http_proxy, "HTTPS_PROXY": wish.https_proxy, "NO_PROXY": wish.no_proxy}
    lines = [f"{name}={item}" for name, value in wish.service.items() for item in as_list(value)]
    for name, value in proxies.items():
        if value:
            quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
            lines.append(f'Environment="{name}={quoted}"')
    return "".join(f"{line}\n" for line in ["[Service]", *lines]) if lines else ""


def _file(present: Mapping[str, str], target: Target, kind: str = FILE) -> list[Step]:
    found = present.get(target.path)
    if found == target.text:
        return []
    action = "remove" if target.text is None else "create" if found is None else "update"
    return [Step(action, kind, target.path, payload=target)]
