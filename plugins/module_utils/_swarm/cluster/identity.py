# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which swarm, and which node of it: read from join tokens and from the node's own certificates.

A worker's Engine does not tell its swarm; its certificates do. The subject of a node certificate holds the cluster ID
(O), the role (OU) and the NodeID (CN), see "Manage swarm security with PKI" in Docker's documentation. A join token
holds the digest of the cluster's root CA (swarmkit ca/certificates.go, ca/config.go).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

# SWMTKN-1-<digest>-<secret>, and SWMTKN-2-<fips>-<digest>-<secret> for clusters in FIPS mode.
_TOKEN = re.compile(r"SWMTKN-(?:1|2-[01])-([0-9a-z]{50})-[0-9a-z]{25}")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)

_COMMON_NAME, _ORGANIZATION, _UNIT = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x04\x0b"  # object identifiers 2.5.4.x
_VERSION = 0xA0  # the DER tag of the version field, which only some certificates have
_UTC_TIME = 0x17  # the DER tag of a moment with a year of two digits

_ROLES = {"swarm-manager": "manager", "swarm-worker": "worker"}


@dataclass(frozen=True)
class Certificates:
    """What a node's certificates say: in which swarm (`cluster_id`, `ca_digest`), which node, which role."""

    cluster_id: str = ""
    node_id: str = ""
    role: str = ""
    ca_digest: str = ""


def token_digest(token: str) -> str:
    """The SHA-256 (in hexadecimal) of the root CA of the swarm that a join token is for."""
    match = _TOKEN.fullmatch(token.strip())
    if not match:
        raise SwarmError(
            "join_token is not a swarm join token. Nothing was changed.",
            "It has the form SWMTKN-1-<50 characters>-<25 characters> (docker swarm join-token worker).",
        )
    return f"{int(match.group(1), 36):064x}"


def ca_digest(root_ca: str) -> str:
    """The SHA-256 (in hexadecimal) of a root CA certificate in PEM, as join tokens carry it. Empty for none."""
    return hashlib.sha256(root_ca.encode()).hexdigest() if root_ca else ""


def read_certificates(node_certificate: str, root_ca: str) -> Certificates:
    """Read swarm-node.crt and swarm-root-ca.crt (PEM). What cannot be read is left empty."""
    subject = _subject(node_certificate)
    return Certificates(
        cluster_id=subject.get(_ORGANIZATION, ""),
        node_id=subject.get(_COMMON_NAME, ""),
        role=_ROLES.get(subject.get(_UNIT, ""), ""),
        ca_digest=ca_digest(root_ca),
    )


def read_validity(node_certificate: str) -> tuple[int, int] | None:
    """From when to when the first certificate (PEM) holds, in seconds since the epoch; None where it cannot be read."""
    try:
        signed = _signed(node_certificate)
        begin, end = _elements(signed[_place(signed, 3)].content)
        return _seconds(begin), _seconds(end)
    except (ValueError, IndexError):
        return None


def _seconds(moment: _Element) -> int:
    """Of a UTCTime, whose years are of two digits and end with 2049 (RFC 5280), or a GeneralizedTime."""
    text = moment.content.decode("ascii")
    if moment.tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    return int(datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc).timestamp())


def _subject(pem: str) -> dict[bytes, str]:
    """The subject of the first certificate, by object identifier."""
    try:
        signed = _signed(pem)
        pairs = [_elements(_elements(name.content)[0].content) for name in _elements(signed[_place(signed, 4)].content)]
        return {kind.content: value.content.decode() for kind, value in pairs}
    except (ValueError, IndexError):
        return {}


def _signed(pem: str) -> list[_Element]:
    """The signed part of the first certificate: version (optional), serial number, signature algorithm, issuer,
    validity, subject, ...; raises ValueError or IndexError where it cannot be read.
    """
    block = _PEM.search(pem)
    if not block:
        raise ValueError("no certificate")
    (certificate,) = _elements(base64.b64decode(block.group(1)))
    return _elements(_elements(certificate.content)[0].content)


def _place(signed: list[_Element], number: int) -> int:
    """Where a field is, by its number in a certificate without a version."""
    return number + (signed[0].tag == _VERSION)


@dataclass(frozen=True)
class _Element:
    tag: int
    content: bytes


def _elements(data: bytes) -> list[_Element]:
    """The DER elements that follow one another in `data`."""
    found: list[_Element] = []
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        found.append(_Element(tag, data[at : at + length]))
        at += length
    return found
