# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a package manager gets Docker's packages from: one entry, and no second one that contradicts it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Os

PATH = "/etc/apt/sources.list.d/docker.sources"
KEY_PATH = "/etc/apt/keyrings/docker.asc"
LOGIN_PATH = "/etc/apt/auth.conf.d/docker.conf"
PROXY_PATH = "/etc/apt/apt.conf.d/80docker-proxy.conf"
# The name that the file has when it is taken from Docker.
RPM_PATH = "/etc/yum.repos.d/docker-ce.repo"
RPM_KEY_PATH = "/etc/pki/rpm-gpg/RPM-GPG-KEY-docker-ce"

OFFICIAL = "https://download.docker.com/linux"

# Docker's keys (docs.docker.com/engine/install/debian and /centos).
FINGERPRINT = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
RPM_FINGERPRINT = "060A61C51B558A7F742B77AAC52FEB6B621E9F35"


@dataclass(frozen=True)
class Place:
    """The files for the entry, its key, its credentials and its proxy; without the last two, the entry has them in
    itself."""

    entry: str
    key: str
    login: str = ""
    proxy: str = ""


APT = Place(PATH, KEY_PATH, LOGIN_PATH, PROXY_PATH)
DNF = Place(RPM_PATH, RPM_KEY_PATH)


def place(system: Os) -> Place:
    return DNF if system.family == "redhat" else APT


def key_url(given: str, url: str, system: Os) -> str:
    return given or f"{url}/{'debian' if system.family == 'debian' else _directory(system)}/gpg"


def fingerprint(given: str, system: Os) -> str:
    return given or (RPM_FINGERPRINT if system.family == "redhat" else FINGERPRINT)


def _directory(system: Os) -> str:
    """Docker has no directories of their own for the rebuilds of Enterprise Linux."""
    return "centos" if system.id in ("rocky", "almalinux") else system.id


def entry(url: str, system: str, codename: str) -> str:
    """The entry in deb822 form."""
    return f"Types: deb\nURIs: {url}/{system}\nSuites: {codename}\nComponents: stable\nSigned-By: {KEY_PATH}\n"


def rpm_entry(url: str, system: Os, username: str = "", password: str = "", proxy: str = "") -> str:
    """The entry for dnf. It names the major release, for $releasever can hold a minor one, which leads nowhere."""
    lines = [
        "[docker-ce-stable]",
        "name=Docker CE Stable",
        f"baseurl={url}/{_directory(system)}/{system.version.partition('.')[0]}/$basearch/stable",
        "enabled=1",
        "gpgcheck=1",
        f"gpgkey=file://{RPM_KEY_PATH}",
    ]
    if username:
        lines += [f"username={username}", f"password={password}"]
    if proxy:
        parts = urlsplit(proxy)
        lines.append(f"proxy={parts._replace(netloc=parts.netloc.rpartition('@')[2]).geturl()}")
        if parts.username:
            lines += [f"proxy_username={unquote(parts.username)}", f"proxy_password={unquote(parts.password or '')}"]
    return "".join(f"{line}\n" for line in lines)


def login(url: str, username: str, password: str) -> str:
    """The entry of apt_auth.conf(5). apt sends credentials over plain http only to a machine that names http itself."""
    place = url if url.startswith("http://") else url.partition("://")[2]
    return f"machine {place}\nlogin {username}\npassword {password}\n"


def proxy(url: str, http_proxy: str, https_proxy: str, no_proxy: str) -> str:
    """The proxy by which the repository is reached; empty where there is none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    for exception in filter(None, (item.strip().lstrip(".") for item in no_proxy.split(","))):
        if exception == "*" or host == exception or host.endswith(f".{exception}"):
            return ""
    return https_proxy if parts.scheme == "https" else http_proxy


def apt_proxy(url: str, address: str) -> str:
    """The setting of apt.conf(5), for this one host. What has a quote in it, apt takes as %22 alone."""
    parts = urlsplit(url)
    quoted = address.replace('"', "%22")
    return f'Acquire::{parts.scheme}::Proxy::{parts.hostname} "{quoted}";\n'


def without_repository(text: str, urls: tuple[str, ...]) -> str:
    """A package source file without its entries for these repositories; empty where no other entry is left.

    Lines are taken out of the one-line form, whole stanzas out of the deb822 form, and whole sections out of the files
    of dnf. Comments alone are no reason to keep a file.
    """
    if not any(url in text for url in urls):
        return text
    if re.search(r"^\[", text, re.MULTILINE):
        sections = [part for part in re.split(r"^(?=\[)", text, flags=re.MULTILINE) if not _names(part, urls)]
        kept = "".join(sections)
    elif re.search(r"^Types:", text, re.MULTILINE):
        stanzas = [stanza for stanza in re.split(r"\n\s*\n", text.strip("\n")) if not _names(stanza, urls)]
        kept = "\n\n".join(stanzas)
    else:
        kept = "\n".join(line for line in text.splitlines() if not _names(line, urls))
    is_empty = all(not line.strip() or line.lstrip().startswith("#") for line in kept.splitlines())
    return "" if is_empty else kept.rstrip("\n") + "\n"


def others(sources: Mapping[str, str], url: str) -> dict[str, str]:
    """What becomes of the other files that name Docker's repository: path -> new text, empty where the file goes."""
    urls = (url, OFFICIAL)
    changed = {path: without_repository(text, urls) for path, text in sources.items() if path not in (PATH, RPM_PATH)}
    return {path: text for path, text in changed.items() if text != sources[path]}


def _names(text: str, urls: tuple[str, ...]) -> bool:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return any(url in line for line in lines for url in urls)
