# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that are read if they are there, and replaced whole or not at all."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.local_files import read, replace, text_of


def test_a_file_is_written_with_its_mode_and_removed(tmp_path):
    path = tmp_path / "a" / "b"
    assert (read(str(path)), text_of(str(path))) == (None, "")
    replace(str(path), b"one", 0o600)
    assert (text_of(str(path)), path.stat().st_mode & 0o777) == ("one", 0o600)
    replace(str(path), b"two")
    assert (text_of(str(path)), path.stat().st_mode & 0o777) == ("two", 0o644)
    replace(str(path), None)
    assert list(path.parent.iterdir()) == []


def test_what_cannot_be_replaced_is_named_and_leaves_nothing_behind(tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(SwarmError, match="taken cannot be written: Is a directory"):
        replace(str(taken), b"content")
    assert list(tmp_path.iterdir()) == [taken]
    with pytest.raises(SwarmError, match="gone cannot be written"):
        replace(str(tmp_path / "gone"), None)
