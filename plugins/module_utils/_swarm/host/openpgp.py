# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fingerprints of OpenPGP keys. The tools that could tell them (gpg, sq) are missing on most hosts."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator

_PUBLIC_KEY = 6  # packet tag (RFC 9580, section 5); subkeys have another one


def fingerprints(content: bytes) -> tuple[str, ...]:
    """The fingerprints of the primary keys in a file, armored or not, in upper-case hexadecimal.

    Raises ValueError for what is no OpenPGP key.
    """
    found = tuple(_fingerprint(body) for tag, body in _packets(_binary(content)) if tag == _PUBLIC_KEY)
    if not found:
        raise ValueError("it holds no OpenPGP key")
    return found


def same_key(one: str, other: str) -> bool:
    """Whether two fingerprints are the same, however they are spaced."""
    return one.replace(" ", "").upper() == other.replace(" ", "").upper()


def _fingerprint(body: bytes) -> str:
    """RFC 9580, section 5.5.4: the hash of the packet with a fixed header before it."""
    version = body[0] if body else 0
    if version == 4:
        return hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).hexdigest().upper()
    if version == 6:
        return hashlib.sha256(b"\x9b" + len(body).to_bytes(4, "big") + body).hexdigest().upper()
    raise ValueError(f"it holds a key of version {version}, which is not known")


def _binary(content: bytes) -> bytes:
    """Without the armor (RFC 9580, section 6): headers end with an empty line, a checksum line begins with =."""
    if not content.lstrip().startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----"):
        return content
    result = b""
    for block in content.split(b"-----BEGIN PGP PUBLIC KEY BLOCK-----")[1:]:
        lines = [line.strip() for line in block.partition(b"-----END")[0].splitlines()[1:]]
        data = lines[lines.index(b"") + 1 :] if b"" in lines else lines
        try:
            result += base64.b64decode(b"".join(line for line in data if not line.startswith(b"=")), validate=True)
        except binascii.Error as problem:
            raise ValueError(f"its armor is damaged: {problem}") from problem
    return result


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of each packet (RFC 9580, section 4.2)."""
    at = 0
    while at < len(data):
        header = data[at]
        if not header & 0x80:
            raise ValueError("it holds no OpenPGP packets")
        at += 1
        if header & 0x40:
            tag, (length, at) = header & 0x3F, _new_length(data, at)
        else:
            tag, size = (header >> 2) & 0x0F, 1 << (header & 3)
            if size == 8:
                raise ValueError("a packet has no length")
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > len(data):
            raise ValueError("it is cut off")
        yield tag, data[at : at + length]
        at += length


def _new_length(data: bytes, at: int) -> tuple[int, int]:
    first = data[at] if at < len(data) else 255
    if first < 192:
        return first, at + 1
    if first < 224:
        return ((first - 192) << 8) + int.from_bytes(data[at + 1 : at + 2], "big") + 192, at + 2
    if first == 255:
        return int.from_bytes(data[at + 1 : at + 5], "big"), at + 5
    raise ValueError("a packet comes in parts, which keys do not")
