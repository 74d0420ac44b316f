# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Image references: which to look up in a registry, and which to keep as they run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import reference

IMAGE_LABEL = "com.docker.stack.image"

Spec = Mapping[str, Any]


def of(spec: Spec) -> str:
    """The image of a service's spec."""
    return str(((spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Image") or "")


def without_digest(image: str) -> str:
    return image.partition("@")[0]


def is_unchanged(wish: Spec, current: Spec) -> bool:
    """Whether a service runs the image that the file asks for, by whatever digest.

    The label holds the image as the file had it. The running reference is looked at too: an image that was changed by
    hand leaves the label alone.
    """
    labels, old_labels = wish.get("Labels") or {}, current.get("Labels") or {}
    same_label = labels.get(IMAGE_LABEL) == old_labels.get(IMAGE_LABEL)
    wanted, running = of(wish), of(current)
    return same_label and (running == wanted or ("@" not in wanted and without_digest(running) == wanted))


def credentials(image: str, auths: Mapping[str, Mapping[str, str]]) -> Mapping[str, str] | None:
    """The login for an image's registry, as the Engine takes it: {"username", "password", "serveraddress"}."""
    try:
        return auths.get(reference.parse(image).domain)
    except ValueError:
        return None


def to_resolve(wish: Spec, current: Spec | None, policy: str) -> str | None:
    """The image to ask the registry for, under a policy of always, changed or never."""
    if policy == "never" or (policy == "changed" and current is not None and is_unchanged(wish, current)):
        return None
    return of(wish)


def placed(wish: Spec, current: Spec | None, answer: Mapping[str, Any] | None) -> dict[str, Any]:
    """The wish with its image by digest and the platforms that it exists for.

    `answer` is what the registry said, or None if it was not asked or did not answer: then a service that runs the
    image by digest keeps it, so that an unreachable registry never un-pins it.
    """
    if answer is not None:
        wanted = of(wish)
        digest = answer["Descriptor"]["digest"]
        image = wanted if "@" in wanted else f"{wanted}@{digest}"
        return _with(wish, image, [_platform(platform) for platform in answer.get("Platforms") or []])
    if current is not None and is_unchanged(wish, current):
        placement = (current.get("TaskTemplate") or {}).get("Placement") or {}
        return _with(wish, of(current), placement.get("Platforms") or [])
    return dict(wish)


def _platform(platform: Mapping[str, Any]) -> dict[str, str]:
    """As the docker CLI sends it: variants of ARM are not told apart, because nodes do not report them reliably."""
    architecture = platform.get("architecture") or platform.get("Architecture") or ""
    system = platform.get("os") or platform.get("OS") or ""
    return {"Architecture": "" if architecture.startswith("arm") else architecture, "OS": system}


def _with(wish: Spec, image: str, platforms: list[Any]) -> dict[str, Any]:
    task = dict(wish["TaskTemplate"])
    task["ContainerSpec"] = {**task["ContainerSpec"], "Image": image}
    if platforms:
        task["Placement"] = {**(task.get("Placement") or {}), "Platforms": platforms}
    return {**wish, "TaskTemplate": task}
