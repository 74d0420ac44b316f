# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sources of bind mounts."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.paths import absolute, bind_source


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("/x/../y", "/x/../y"),
        ("./x/../y/", "/srv/stack/dir/y"),
        ("..", "/srv/stack"),
        ("~/x", "/home/me/x"),
        ("~x", "/home/mex"),
        ("C:\\x", "C:\\x"),
        ("C:x", "/srv/stack/dir/C:x"),
        ("\\\\server\\share\\x", "\\\\server\\share\\x"),
        ("\\\\server\\share", "/srv/stack/dir/\\\\server\\share"),
    ],
)
def test_sources_of_binds(source: str, path: str) -> None:
    assert bind_source(source, "/srv/stack/dir", "/home/me") == path


def test_without_a_home_the_tilde_stays() -> None:
    assert bind_source("~/x", "/srv/stack", None) == "/srv/stack/~/x"
    assert absolute("a/./b", "/srv/stack") == "/srv/stack/a/b"
