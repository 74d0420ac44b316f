# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of the lab: what goes into each, and their cache in the outer Engine, keyed by a digest of the inputs."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import docker
from docker.errors import APIError, BuildError

from . import bootstrap
from .archive import Archive, discover
from .progress import LabError, say
from .state import IMAGE_LABEL, locked
from .wait import again

_HERE = Path(__file__).parent
_PREFIX = "apiary-swarm-lab"

_PACKAGES = [
    "systemd",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "python3",
    "iptables",
    "iproute2",
    "sudo",
    "ca-certificates",
    "procps",
    "kmod",
]

_RPM_PACKAGES = [
    "systemd",
    "openssh-server",
    "python3",
    "iptables-nft",
    "iproute",
    "sudo",
    "ca-certificates",
    "procps-ng",
    "kmod",
    "hostname",
]
_SUSE_PACKAGES = [
    "systemd",
    "openssh-server",
    "python3",
    "iptables",
    "iproute2",
    "sudo",
    "ca-certificates-mozilla",
    "procps",
    "kmod",
    "hostname",
    "shadow",
]


@dataclass(frozen=True)
class Recipe:
    """An image is made from a Debian suite, from a public image (a host), or from another image of the lab (parent)."""

    dockerfile: str
    suite: str = ""
    public: str = ""
    parent: str = ""
    packages: list[str] = field(default_factory=list)
    pinned_suite: str = ""


RECIPES = {
    "debian12": Recipe("host", suite="bookworm", public="debian:bookworm-slim", packages=_PACKAGES),
    "debian13": Recipe("host", suite="trixie", public="debian:trixie-slim", packages=_PACKAGES),
    "debian12-engine": Recipe("engine", parent="debian12", packages=["docker.io", "python3-docker"]),
    "debian13-engine": Recipe("engine", parent="debian13", packages=["docker.io", "docker-cli", "python3-docker"]),
    "debian13-engine28": Recipe(
        "engine",
        parent="debian13",
        packages=["docker.io", "docker-cli", "containerd", "runc", "python3-docker"],
        pinned_suite="forky",
    ),
    "rocky9": Recipe("host-rpm", public="quay.io/rockylinux/rockylinux:9", packages=_RPM_PACKAGES),
    "fedora42": Recipe("host-rpm", public="registry.fedoraproject.org/fedora:42", packages=_RPM_PACKAGES),
    "tumbleweed": Recipe("host-rpm", public="registry.opensuse.org/opensuse/tumbleweed", packages=_SUSE_PACKAGES),
    "registry": Recipe("registry", parent="debian12"),
}
PLATFORMS = [name for name in RECIPES if name != "registry"]


def ensure(client: docker.DockerClient, names: set[str]) -> dict[str, str]:
    """Build what is missing, side by side; returns the image reference of every name."""
    with locked():
        cache = _Cache(client, discover())
        with ThreadPoolExecutor(max_workers=4) as pool:
            return dict(zip(names, pool.map(cache.ensure, names), strict=True))


def remove_all(client: docker.DockerClient) -> int:
    """Remove every cached image of the lab; returns how many names were removed."""
    references = {
        tag
        for image in client.images.list(filters={"label": IMAGE_LABEL})
        for tag in image.tags
        if tag.startswith(f"{_PREFIX}/")
    }
    return sum(_removed(client, reference) for reference in sorted(references))


def _removed(client: docker.DockerClient, reference: str) -> bool:
    try:
        client.images.remove(reference)
    except APIError:
        say(f"{reference} is in use and stays")
        return False
    return True


class _Cache:
    def __init__(self, client: docker.DockerClient, archive: Archive) -> None:
        self._client = client
        self._archive = archive
        self._guard = threading.Lock()
        self._building: dict[str, threading.Lock] = {}
        self._tools = threading.Lock()

    def ensure(self, name: str) -> str:
        with self._guard:
            lock = self._building.setdefault(name, threading.Lock())
        with lock:
            reference = self.reference(name)
            if not self._client.images.list(name=reference):
                self._build(name, reference)
            return reference

    def reference(self, name: str) -> str:
        """``apiary-swarm-lab/<name>:<digest of all inputs>``."""
        recipe = RECIPES[name]
        inputs = {
            "recipe": vars(recipe),
            "parent": self.reference(recipe.parent) if recipe.parent else "",
            "archive": vars(self._archive),
            "context": hashlib.sha256(_context(recipe.dockerfile)).hexdigest(),
        }
        digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
        return f"{_PREFIX}/{name}:{digest[:12]}"

    def _build(self, name: str, reference: str) -> None:
        recipe = RECIPES[name]
        if recipe.parent:
            base = self.ensure(recipe.parent)
        else:
            base = again(lambda: self._base(recipe))
        say(f"{name}: building the image")
        arguments = {"BASE": base}
        if recipe.packages:
            arguments["PACKAGES"] = " ".join(recipe.packages)
        if recipe.suite:
            arguments["SOURCES"] = "".join(f"{line}\\n" for line in self._archive.sources(recipe.suite))
        if recipe.pinned_suite:
            arguments["PINNED_SUITE"] = recipe.pinned_suite
            arguments["PINNED_SOURCE"] = f"deb {self._main_archive()} {recipe.pinned_suite} main"
        again(lambda: self._build_from(recipe.dockerfile, reference, name, arguments))
        if not recipe.parent:
            self._forget(base)
        self._remove_older(name, reference)
        say(f"{name}: image ready")

    def _build_from(self, dockerfile: str, reference: str, name: str, arguments: dict[str, str]) -> None:
        try:
            self._client.images.build(
                fileobj=io.BytesIO(_context(dockerfile)),
                custom_context=True,
                tag=reference,
                buildargs=arguments,
                labels={IMAGE_LABEL: name},
                rm=True,
                forcerm=True,
            )
        except BuildError as error:
            log = "".join(str(line.get("stream", "")) for line in error.build_log)
            raise LabError(f"building the image of {name} failed: {error.msg}\n{log[-3000:]}") from None

    def _base(self, recipe: Recipe) -> str:
        if not recipe.suite:
            return bootstrap.public_image(recipe.public)
        return bootstrap.base_image(
            self._client,
            suite=recipe.suite,
            public=recipe.public,
            packages=recipe.packages,
            archive=self._archive,
            tools=self._tools,
        )

    def _main_archive(self) -> str:
        if not self._archive.main:
            raise LabError("this machine knows no Debian archive; give one as LAB_MIRROR")
        return self._archive.main

    def _forget(self, base: str) -> None:
        """The bootstrapped layer lives on below the image that was built from it; its own name is of no use."""
        if base.startswith(f"{_PREFIX}/"):
            self._client.images.remove(base)

    def _remove_older(self, name: str, reference: str) -> None:
        for image in self._client.images.list(name=f"{_PREFIX}/{name}"):
            for tag in image.tags:
                if tag.startswith(f"{_PREFIX}/{name}:") and tag != reference:
                    _removed(self._client, tag)


def _context(dockerfile: str) -> bytes:
    """A build context with fixed times and owners, so that the same inputs give the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        _add(tar, "Dockerfile", (_HERE / "dockerfiles" / dockerfile).read_bytes())
        if dockerfile.startswith("host"):
            for path in sorted((_HERE / "rootfs").rglob("*")):
                if path.is_file():
                    _add(tar, str(path.relative_to(_HERE)), path.read_bytes())
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mode = 0o644
    tar.addfile(info, io.BytesIO(content))
