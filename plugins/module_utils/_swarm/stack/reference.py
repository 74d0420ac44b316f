# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of images, `[domain/]path[:tag][@digest]` (distribution/reference).

The Engine gets the familiar form: without `docker.io/` and `library/`, and with `:latest` where there is neither tag
nor digest.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_DEFAULT_DOMAIN = "docker.io"
_OLD_DEFAULT_DOMAIN = "index.docker.io"
_LONGEST_PATH = 255

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
_IDENTIFIER = re.compile(r"[0-9a-f]{64}")
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}


class Reference(NamedTuple):
    domain: str
    """Empty where what looks like a domain is none (`x_y.z/app`) and is read as part of the path."""
    path: str
    tag: str
    digest: str


def check(image: str) -> None:
    """ValueError if the text can be neither the name nor the ID of an image."""
    if not _IDENTIFIER.fullmatch(image) and not _is_digest(image):
        parse(image)


def parse(image: str) -> Reference:
    """The parts of a name, with the domain and the `library/` that it leaves out. ValueError if it is none."""
    if _IDENTIFIER.fullmatch(image):
        raise ValueError(f"invalid repository name ({image}), cannot specify 64-byte hexadecimal strings")
    domain, rest = _split_domain(image)
    repository = rest.partition(":")[0] if "@" not in rest else rest.partition("@")[0].partition(":")[0]
    if repository != repository.lower():
        raise ValueError(f"invalid reference format: repository name ({repository}) must be lowercase")
    match = _REFERENCE.fullmatch(f"{domain}/{rest}")
    if not match:
        raise ValueError("invalid reference format")
    digest = match["digest"] or ""
    if digest and not _is_digest(digest):
        raise ValueError("invalid checksum digest format")
    if len(match["path"]) > _LONGEST_PATH:
        raise ValueError(f"repository name must not be more than {_LONGEST_PATH} characters")
    return Reference(match["domain"] or "", match["path"], match["tag"] or "", digest)


def familiar(image: str) -> str:
    """The name as the CLI sends it to the Engine. What is no name (an ID) stays as it is."""
    try:
        parts = parse(image)
    except ValueError:
        return image
    name = f"{parts.domain}/{parts.path}" if parts.domain else parts.path
    if parts.domain == _DEFAULT_DOMAIN:
        name = parts.path
        if name.startswith("library/") and name.count("/") == 1:
            name = name[len("library/") :]
    tag = parts.tag or ("" if parts.digest else "latest")
    return f"{name}{':' + tag if tag else ''}{'@' + parts.digest if parts.digest else ''}"


def _split_domain(image: str) -> tuple[str, str]:
    """What is before the first slash is a domain if it looks like one, or could be no path."""
    first, slash, rest = image.partition("/")
    is_domain = "." in first or ":" in first or first == "localhost" or first != first.lower()
    domain, rest = (first, rest) if slash and is_domain else (_DEFAULT_DOMAIN, image)
    if domain == _OLD_DEFAULT_DOMAIN:
        domain = _DEFAULT_DOMAIN
    if domain == _DEFAULT_DOMAIN and "/" not in rest:
        rest = f"library/{rest}"
    return domain, rest


def _is_digest(text: str) -> bool:
    algorithm, _colon, hexadecimal = text.partition(":")
    return len(hexadecimal) == _DIGEST_LENGTHS.get(algorithm) and not set(hexadecimal) - set("0123456789abcdef")
