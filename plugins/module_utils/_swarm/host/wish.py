# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user wishes of the Engine of a host, checked as far as that can be done without looking at the host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import logins as registry_logins
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import mtu, sources, versions
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import passwords

DOCKER = "docker"
DISTRIBUTION = "distribution"
SOURCES = (DOCKER, DISTRIBUTION)

PRESENT = "present"
ABSENT = "absent"
STATES = (PRESENT, ABSENT)

WHEN_NEEDED = "when_needed"
NEVER = "never"
ALWAYS = "always"
RESTARTS = (WHEN_NEEDED, NEVER, ALWAYS)


@dataclass(frozen=True)
class Wish:
    """The options of engine_info and engine_config; their documentation says what they mean."""

    source: str
    state: str = PRESENT
    remove_data: bool = False
    version: str = ""
    allow_downgrade: bool = False
    package_files: tuple[str, ...] = ()
    hold: bool = True
    restart: str = WHEN_NEEDED
    repository_url: str = sources.OFFICIAL
    repository_key_url: str = ""
    repository_key_fingerprint: str = ""
    repository_username: str = ""
    repository_password: str = ""
    daemon: Mapping[str, Any] = field(default_factory=dict)
    log_opts: Mapping[str, Any] = field(default_factory=dict)
    service: Mapping[str, Any] = field(default_factory=dict)
    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""
    mtu: str = ""
    link: str = ""
    certificates: Mapping[str, str] = field(default_factory=dict)
    logins: Mapping[str, registry_logins.Login | None] = field(default_factory=dict)
    users: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    sysctls: Mapping[str, str] = field(default_factory=dict)


_REGISTRY = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")
_SETTING = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_SYSCTL = re.compile(r"[a-z0-9_-]+([./][A-Za-z0-9_-]+)+")
_MODULE = re.compile(r"[A-Za-z0-9_-]+")


def wish_of(options: Mapping[str, Any]) -> Wish:
    """From a module's options. Raises SwarmError for what can be right on no host."""
    known: dict[str, Any] = {
        item.name: options[item.name] for item in fields(Wish) if options.get(item.name) is not None
    }
    known.update((name, tuple(value)) for name, value in known.items() if isinstance(value, list))
    known["logins"] = registry_logins.read_wish(known.get("logins", ""))
    wish = Wish(**known)
    versions.check_wish(wish.version)
    mtu.check_wish(wish.mtu, wish.daemon)
    _check_names("docker_engine_registry_certificates", wish.certificates, _REGISTRY, "a registry (host or host:port)")
    _check_names("docker_engine_service", wish.service, _SETTING, "a setting of systemd.exec(5)")
    _check_names("docker_engine_sysctls", wish.sysctls, _SYSCTL, "a kernel setting")
    _check_names("docker_engine_kernel_modules", dict.fromkeys(wish.modules, ""), _MODULE, "a kernel module")
    if wish.version and wish.package_files:
        raise SwarmError(
            f"docker_engine_version is {wish.version}, but docker_engine_package_files say which version there is.",
            "Nothing was changed. Leave one of them out.",
        )
    for variable, url in (("url", wish.repository_url), ("key_url", wish.repository_key_url)):
        if any(passwords(url)):
            raise SwarmError(
                f"docker_engine_repository_{variable} has a password in it, which every user of the host could read.",
                "Nothing was changed. Give docker_engine_repository_username and docker_engine_repository_password.",
            )
    for registry, text in wish.certificates.items():
        if "-----BEGIN CERTIFICATE-----" not in str(text):
            raise SwarmError(
                f"docker_engine_registry_certificates has no certificate for {registry}.",
                "Nothing was changed. Give the text of the CA's certificate in PEM format.",
            )
    values = [wish.http_proxy, wish.https_proxy, wish.no_proxy, wish.repository_username, wish.repository_password]
    values += [str(item) for setting in wish.service.values() for item in as_list(setting)]
    values += [str(value) for value in wish.sysctls.values()]
    if any("\n" in value for value in values):
        raise SwarmError(
            "A proxy, a credential, or a value of docker_engine_service or docker_engine_sysctls has several lines.",
            "Nothing was changed. Give it on one line.",
        )
    return wish


def _check_names(variable: str, wishes: Mapping[str, Any], form: re.Pattern[str], what: str) -> None:
    for name in wishes:
        if not form.fullmatch(name):
            raise SwarmError(f"{variable} names {name!r}, which is not {what}.", "Nothing was changed. Correct it.")


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
