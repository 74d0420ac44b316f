# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first layer of a host image: a public image when one can be pulled, otherwise one made by mmdebstrap."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import docker
import requests
from docker.errors import APIError

from .archive import Archive
from .progress import LabError, say
from .state import IMAGE_LABEL

#: How long the Engine may stay silent during a pull before the image is bootstrapped instead.
_PULL_SILENCE = 8

_DPKG_CONFIG = Path(__file__).parent / "rootfs/etc/dpkg/dpkg.cfg.d/lab"


def base_image(
    client: docker.DockerClient,
    *,
    suite: str,
    public: str,
    packages: list[str],
    archive: Archive,
    tools: threading.Lock,
) -> str:
    """The name of a base image for Debian ``suite``; a bootstrapped one has the packages, a public one does not.

    ``tools`` is held while a bootstrap tool is installed, because dpkg serves one at a time.
    """
    if _pull(public):
        return public
    if not archive.main:
        raise LabError(
            f"{public} could not be pulled, and this machine knows no Debian archive to make it from. "
            "Give one as LAB_MIRROR (and LAB_SECURITY_MIRROR), or make the registry reachable."
        )
    with tools:
        _ensure_tools()
    return _bootstrap(client, suite, packages, archive)


def public_image(name: str) -> str:
    """A public image of a distribution that cannot be made here."""
    if not _pull(name):
        raise LabError(f"{name} could not be pulled. Make its registry reachable, or use the platforms of Debian.")
    return name


def _pull(name: str) -> bool:
    impatient = docker.from_env(timeout=_PULL_SILENCE)
    try:
        for event in impatient.api.pull(name, stream=True, decode=True):
            if "error" in event:
                return False
    except (APIError, requests.exceptions.RequestException):
        return False
    finally:
        impatient.close()
    say(f"pulled {name}")
    return True


def _bootstrap(client: docker.DockerClient, suite: str, packages: list[str], archive: Archive) -> str:
    name = f"apiary-swarm-lab/bootstrap:{suite}"
    with tempfile.TemporaryDirectory(prefix="apiary-lab-") as directory:
        if shutil.which("mmdebstrap"):
            source = _mmdebstrap(Path(directory), suite, packages, archive)
        else:
            source = _debootstrap(Path(directory), suite, packages, archive)
        say(f"{suite}: importing {source.stat().st_size / 1e6:.0f} MB")
        repository, tag = name.split(":")
        client.api.import_image_from_file(
            str(source), repository=repository, tag=tag, changes=[f"LABEL {IMAGE_LABEL}=bootstrap-{suite}"]
        )
    return name


def _mmdebstrap(directory: Path, suite: str, packages: list[str], archive: Archive) -> Path:
    target = directory / "root.tar"
    say(f"{suite}: mmdebstrap from {archive.main}")
    _run(
        [
            "mmdebstrap",
            "--mode=root",
            "--variant=minbase",
            f"--include={','.join(packages)}",
            '--aptopt=Acquire::Check-Valid-Until "false"',
            '--aptopt=Acquire::Languages "none"',
            f"--dpkgopt={_DPKG_CONFIG}",
            suite,
            str(target),
            *archive.sources(suite),
        ]
    )
    return target


def _debootstrap(directory: Path, suite: str, packages: list[str], archive: Archive) -> Path:
    root, target = directory / "root", directory / "root.tar"
    say(f"{suite}: debootstrap from {archive.main}")
    _run(["debootstrap", "--variant=minbase", f"--include={','.join(packages)}", suite, str(root), archive.main])
    without_packages = "--exclude=./var/cache/apt/archives/*.deb"
    _run(["tar", "-C", str(root), "--numeric-owner", without_packages, "-cf", str(target), "."])
    return target


def _ensure_tools() -> None:
    """A bootstrap tool on this machine, installed when it is missing and can be."""
    if shutil.which("mmdebstrap") or shutil.which("debootstrap"):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise LabError("No public image can be pulled, and mmdebstrap is missing: install it (or debootstrap) as root.")
    say("installing mmdebstrap")
    _run(["apt-get", "-q", "update"])
    try:
        _run(["apt-get", "-q", "-y", "--no-install-recommends", "install", "mmdebstrap"])
    except LabError:
        _run(["apt-get", "-q", "-y", "--no-install-recommends", "install", "debootstrap"])


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise LabError(f"{command[0]} failed ({done.returncode}):\n{(done.stdout + done.stderr)[-3000:]}")
