# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a manager is in the raft log, from its files: readable while its Engine is stopped, locked or without a
leader. Pure.

The log is that of etcd (its package wal). Swarm encrypts what entries say, and not their terms and numbers
(swarmkit manager/state/raft/storage/walwrap.go). Which manager has the newest state is what raft itself asks in an
election: the one whose last entry has the highest term, and of these the highest number.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from typing import IO

WAL, SNAPSHOTS = "wal-v3-encrypted", "snap-v3-encrypted"

_SNAPSHOT = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})\.snap")
_SEGMENT = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})\.wal")
_ENTRY = 2  # type of a record of the log; others are hard states, checksums, metadata, marks of snapshots
_HEADER = 64  # what is read of a record: type, checksum, and of an entry its type, term and number

Position = tuple[int, int]  # (term, number) of the last entry
NOWHERE: Position = (0, 0)


def newest_snapshot(names: Iterable[str]) -> Position:
    """Names of snapshots say what they hold: term and number of the last entry."""
    found = (_SNAPSHOT.fullmatch(name) for name in names)
    return max(((int(name[1], 16), int(name[2], 16)) for name in found if name), default=NOWHERE)


def segments(names: Iterable[str]) -> list[str]:
    """The files of the log, newest first."""
    return sorted((name for name in names if _SEGMENT.fullmatch(name)), reverse=True)


def last_entry(segment: IO[bytes]) -> Position:
    """The last entry of a file of the log. Later entries take the place of earlier ones with the same number."""
    last = NOWHERE
    for kind, data in _records(segment):
        if kind == _ENTRY:
            fields = dict(_numbers(data))
            last = (fields.get(2, 0), fields.get(3, 0))
    return last


def _records(segment: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Type and beginning of each record: eight bytes of length (the upper one tells of padding), then a message of
    type (1), checksum (2) and data (3). The rest of the file is zeros."""
    while True:
        frame = segment.read(8)
        if len(frame) < 8:
            return
        (word,) = struct.unpack("<Q", frame)
        length = word & 0x00FFFFFFFFFFFFFF
        padding = (word >> 56) & 0x7 if word >> 63 else 0
        if not length:
            return
        head = segment.read(min(length, _HEADER))
        segment.seek(length - len(head) + padding, 1)
        kind, data = 0, b""
        for number, value in _fields(head):
            if number == 1 and isinstance(value, int):
                kind = value
            elif number == 3 and isinstance(value, bytes):
                data = value
        yield kind, data


def _numbers(message: bytes) -> Iterator[tuple[int, int]]:
    return ((number, value) for number, value in _fields(message) if isinstance(value, int))


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message whose end may be missing."""
    at = 0
    try:
        while at < len(message):
            tag, at = _varint(message, at)
            number, form = tag >> 3, tag & 7
            value, at = _varint(message, at)
            if form == 0:
                yield number, value
            elif form == 2:
                yield number, message[at : at + value]
                at += value
            else:
                return
    except IndexError:
        return


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
