# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of images."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.reference import check, familiar, parse

SHA256 = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image", "sent"),
    [
        ("nginx", "nginx:latest"),
        ("nginx:1", "nginx:1"),
        ("library/nginx", "nginx:latest"),
        ("docker.io/library/nginx:1", "nginx:1"),
        ("index.docker.io/nginx", "nginx:latest"),
        ("docker.io/team/app", "team/app:latest"),
        ("docker.io/library/team/app", "library/team/app:latest"),
        ("localhost/app", "localhost/app:latest"),
        ("registry:5000/app:1", "registry:5000/app:1"),
        ("[::1]:5000/app", "[::1]:5000/app:latest"),
        ("Registry.example/app", "Registry.example/app:latest"),
        ("UPPER/app", "UPPER/app:latest"),
        ("x_y.z/app", "x_y.z/app:latest"),
        (f"nginx@{SHA256}", f"nginx@{SHA256}"),
        (f"docker.io/library/nginx:1@{SHA256}", f"nginx:1@{SHA256}"),
        # IDs, which are no names
        ("b" * 64, "b" * 64),
        (SHA256, SHA256),
        ("b" * 63, "b" * 63 + ":latest"),
        ("a__b/c---d.e", "a__b/c---d.e:latest"),
    ],
)
def test_familiar(image: str, sent: str) -> None:
    check(image)
    assert familiar(image) == sent


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("", "invalid reference format"),
        ("Nginx", r"repository name \(library/Nginx\) must be lowercase"),
        ("team/App:1", r"repository name \(team/App\) must be lowercase"),
        ("nginx:", "invalid reference format"),
        ("nginx:" + "t" * 129, "invalid reference format"),
        ("nginx:1 ", "invalid reference format"),
        ("/nginx", "invalid reference format"),
        ("nginx/", "invalid reference format"),
        ("a..b", "invalid reference format"),
        ("a___b", "invalid reference format"),
        ("http://x/y", "invalid reference format"),
        ("nginx@sha256:abc", "invalid reference format"),
        ("nginx@sha256:" + "A" * 64, "invalid checksum digest format"),
        ("nginx@md5:" + "a" * 32, "invalid checksum digest format"),
        ("a" * 248, "must not be more than 255 characters"),
    ],
)
def test_what_is_no_image(image: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check(image)


def test_the_longest_name() -> None:
    check("a" * 247)
    check("registry.example/" + "a" * 255)
    assert parse("nginx") == ("docker.io", "library/nginx", "", "")
