# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which image a service gets."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import images

PIN = "@sha256:" + "a" * 64
NEW_PIN = "@sha256:" + "b" * 64


def spec(image, label=None, platforms=None):
    return {
        "Labels": {images.IMAGE_LABEL: label or image},
        "TaskTemplate": {
            "ContainerSpec": {"Image": image},
            **({"Placement": {"Platforms": platforms}} if platforms else {}),
        },
    }


PINNED = spec("web:1" + PIN, "web:1", [{"OS": "linux"}])


@pytest.mark.parametrize(
    ("wish", "current", "unchanged"),
    [
        (spec("web:1"), spec("web:1"), True),
        (spec("web:1"), PINNED, True),
        (spec("web:2"), PINNED, False),
        # Changed by hand: `docker service update --image` leaves the label alone.
        (spec("web:1"), spec("web:9" + PIN, "web:1"), False),
        (spec("web:1" + PIN), spec("web:1" + NEW_PIN, "web:1" + PIN), False),
        (spec("web:1" + PIN), spec("web:1" + PIN), True),
    ],
)
def test_an_image_is_unchanged_if_label_and_reference_are(wish, current, unchanged):
    assert images.is_unchanged(wish, current) is unchanged


@pytest.mark.parametrize(
    ("policy", "current", "asked"),
    [
        ("always", PINNED, "web:1"),
        ("changed", PINNED, None),
        ("changed", spec("web:0"), "web:1"),
        ("changed", None, "web:1"),
        ("never", None, None),
    ],
)
def test_the_policy_says_when_the_registry_is_asked(policy, current, asked):
    assert images.to_resolve(spec("web:1"), current, policy) == asked


def placed(wish, current, digest=None, platforms=()):
    answer = digest and {"Descriptor": {"digest": digest}, "Platforms": list(platforms)}
    task = images.placed(wish, current, answer)["TaskTemplate"]
    return task["ContainerSpec"]["Image"], (task.get("Placement") or {}).get("Platforms")


def test_an_answer_pins_the_image_and_its_platforms():
    platforms = [{"architecture": "amd64", "os": "linux"}, {"architecture": "arm64", "os": "linux"}]
    assert placed(spec("web:1"), None, PIN[1:], platforms) == (
        "web:1" + PIN,
        [{"Architecture": "amd64", "OS": "linux"}, {"Architecture": "", "OS": "linux"}],
    )


def test_without_an_answer_a_running_service_stays_pinned():
    assert placed(spec("web:1"), PINNED) == ("web:1" + PIN, [{"OS": "linux"}])


def test_without_an_answer_a_new_image_is_not_pinned():
    assert placed(spec("web:2"), PINNED) == ("web:2", None)


def test_a_digest_of_the_file_is_kept():
    assert placed(spec("web:1" + PIN), None, NEW_PIN[1:]) == ("web:1" + PIN, None)


@pytest.mark.parametrize(
    ("image", "user"),
    [("web:1", "hub"), ("team/web", "hub"), ("registry:5000/web:1", "local"), ("other.example/web", None)],
)
def test_credentials_are_those_of_the_registry(image, user):
    auths = {"docker.io": {"username": "hub"}, "registry:5000": {"username": "local"}}
    assert (images.credentials(image, auths) or {}).get("username") == user
