# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a manager is in the raft log, from its files."""

from __future__ import annotations

import io
import struct

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.raft import (
    NOWHERE,
    SNAPSHOTS,
    WAL,
    last_entry,
    newest_snapshot,
    segments,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.raft_duty import position


def varint(value):
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def record(kind, data, padding=0):
    body = b"\x08" + varint(kind) + b"\x10" + varint(0xFFFFFFFF) + b"\x1a" + varint(len(data)) + data
    word = len(body) | ((0x80 | padding) << 56 if padding else 0)
    return struct.pack("<Q", word) + body + bytes(padding)


def entry(term, index, data=b"encrypted" * 100):
    body = b"\x08\x00\x10" + varint(term) + b"\x18" + varint(index) + b"\x22" + varint(len(data)) + data
    return record(2, body, padding=3)


LOG = record(4, b"") + record(1, b"meta") + entry(1, 1) + entry(2, 300) + record(3, b"\x08\x09\x10\x01")


@pytest.mark.parametrize(
    ("content", "position"),
    [
        (b"", NOWHERE),
        (bytes(4096), NOWHERE),
        (record(1, b"meta") + bytes(64), NOWHERE),
        (LOG, (2, 300)),
        (LOG + bytes(4096), (2, 300)),
        (LOG + entry(3, 299) + bytes(64), (3, 299)),  # a new leader replaced what was not agreed upon
        (LOG + entry(3, 301, b"")[:-5], (3, 301)),
        (LOG + b"\x01\x02", (2, 300)),
    ],
)
def test_the_last_entry_of_a_file(content, position):
    assert last_entry(io.BytesIO(content)) == position


def test_names_of_snapshots_say_what_they_hold():
    names = ["0000000000000002-000000000000271a.snap", "0000000000000003-0000000000000010.snap", "x.snap.broken", "tmp"]
    assert newest_snapshot(names) == (3, 16)
    assert newest_snapshot(["db.tmp"]) == NOWHERE


def test_files_of_the_log_newest_first():
    first, second = "0000000000000000-0000000000000000.wal", "000000000000000a-0000000000001000.wal"
    assert segments([first, "0.tmp", second, f"{second}.broken"]) == [second, first]


def test_a_new_file_without_entries_leads_to_the_one_before(tmp_path):
    assert position(str(tmp_path)) == NOWHERE
    (tmp_path / WAL).mkdir()
    (tmp_path / SNAPSHOTS).mkdir()
    (tmp_path / SNAPSHOTS / "0000000000000001-0000000000000005.snap").write_bytes(b"")
    assert position(str(tmp_path)) == (1, 5)
    (tmp_path / WAL / "0000000000000000-0000000000000000.wal").write_bytes(LOG)
    (tmp_path / WAL / "0000000000000001-000000000000012d.wal").write_bytes(record(1, b"meta") + bytes(100))
    assert position(str(tmp_path)) == (2, 300)
