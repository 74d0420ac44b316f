# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where apt gets Docker's packages from: one entry, and no second one that contradicts it."""

from __future__ import annotations

import re
from collections.abc import Mapping

PATH = "/etc/apt/sources.list.d/docker.sources"
KEY_PATH = "/etc/apt/keyrings/docker.asc"
LOGIN_PATH = "/etc/apt/auth.conf.d/docker.conf"

OFFICIAL = "https://download.docker.com/linux"


def entry(url: str, system: str, codename: str) -> str:
    """The entry in deb822 form."""
    return f"Types: deb\nURIs: {url}/{system}\nSuites: {codename}\nComponents: stable\nSigned-By: {KEY_PATH}\n"


def login(url: str, username: str, password: str) -> str:
    """The entry of apt_auth.conf(5). apt sends credentials over plain http only to a machine that names http itself."""
    place = url if url.startswith("http://") else url.partition("://")[2]
    return f"machine {place}\nlogin {username}\npassword {password}\n"


def without_repository(text: str, urls: tuple[str, ...]) -> str:
    """A package source file without its entries for these repositories; empty where no other entry is left.

    Lines are taken out of the one-line form and whole stanzas out of the deb822 form. Comments alone are no reason to
    keep a file.
    """
    if not any(url in text for url in urls):
        return text
    if re.search(r"^Types:", text, re.MULTILINE):
        stanzas = [stanza for stanza in re.split(r"\n\s*\n", text.strip("\n")) if not _names(stanza, urls)]
        kept = "\n\n".join(stanzas)
    else:
        kept = "\n".join(line for line in text.splitlines() if not _names(line, urls))
    is_empty = all(not line.strip() or line.lstrip().startswith("#") for line in kept.splitlines())
    return "" if is_empty else kept.rstrip("\n") + "\n"


def others(sources: Mapping[str, str], url: str) -> dict[str, str]:
    """What becomes of the other files that name Docker's repository: path -> new text, empty where the file goes."""
    urls = (url, OFFICIAL)
    changed = {path: without_repository(text, urls) for path, text in sources.items() if path != PATH}
    return {path: text for path, text in changed.items() if text != sources[path]}


def _names(text: str, urls: tuple[str, ...]) -> bool:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return any(url in line for line in lines for url in urls)
