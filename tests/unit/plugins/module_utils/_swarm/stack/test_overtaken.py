# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.overtaken import mark, overtaken

BEFORE, OTHER = {"Name": "st_web", "Labels": {"a": "1", "b": "2"}}, {"Name": "st_web", "Labels": {"a": "2"}}


@pytest.mark.parametrize(
    ("previous", "before", "names"),
    {
        "updated": ({"Labels": {"b": "2", "a": "1"}, "Name": "st_web"}, BEFORE, []),
        "created": (None, None, []),
        "updated, and again by somebody": (OTHER, BEFORE, ["st_web"]),
        "created, and updated by somebody": (OTHER, None, ["st_web"]),
        "updated, and rolled back by the Engine": (None, BEFORE, ["st_web"]),
    }.values(),
)
def test_who_wrote_last(previous, before, names):
    service = {"ID": "s", "Spec": {"Name": "st_web"}, **({"PreviousSpec": previous} if previous else {})}
    assert overtaken([service], {"s": mark(before)}) == names
    assert overtaken([service], {"another": mark(before)}) == []
