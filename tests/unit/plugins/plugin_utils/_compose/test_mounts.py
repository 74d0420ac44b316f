# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes in the short syntax."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.mounts import parse_volume


@pytest.mark.parametrize(
    ("text", "volume"),
    [
        ("/x", {"type": "volume", "target": "/x"}),
        ("/data", {"type": "volume", "target": "/data"}),
        ("v1:/x:ro", {"type": "volume", "source": "v1", "target": "/x", "read_only": True}),
        ("./v:/x:rw", {"type": "bind", "source": "./v", "target": "/x", "read_only": False}),
        ("~/v:/x", {"type": "bind", "source": "~/v", "target": "/x"}),
        ("v1:/x:nocopy,zz", {"type": "volume", "source": "v1", "target": "/x", "volume": {"nocopy": True}}),
        (
            "/v:/x:ro,rslave",
            {"type": "bind", "source": "/v", "target": "/x", "read_only": True, "bind": {"propagation": "rslave"}},
        ),
        ("C:\\a:D:\\b:ro", {"type": "bind", "source": "C:\\a", "target": "D:\\b", "read_only": True}),
        ("\\\\.\\pipe\\x:/x", {"type": "bind", "source": "\\\\.\\pipe\\x", "target": "/x"}),
        ("x:/y", {"type": "volume", "target": "x:/y"}),
        ("x:/z:nocopy", {"type": "bind", "source": "x:/z", "target": "nocopy"}),
    ],
)
def test_volumes(text: str, volume: dict[str, Any]) -> None:
    assert parse_volume(text) == volume


def test_one_letter_may_be_the_name_of_a_volume() -> None:
    assert parse_volume("x:/y:ro", ["x"]) == {"type": "volume", "source": "x", "target": "/y", "read_only": True}
    assert parse_volume("c:/y", ["x"]) == {"type": "volume", "target": "c:/y"}


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), ("v1::/x", "empty section"), ("v1:/x:ro:y", "too many colons")]
)
def test_what_is_no_volume(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_volume(text)
