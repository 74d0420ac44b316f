# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outer Engine, the one that runs the hosts: reach it, or install and start it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import docker
from docker.errors import DockerException

from . import packages
from .progress import LabError, say
from .state import CACHE, locked

_PACKAGES = ("docker.io", "iptables", "ca-certificates")
_BY_HAND = (
    "Install Docker Engine (https://docs.docker.com/engine/install/), start it, and make sure that this user may use "
    "its socket; then run the command again."
)


def connect(*, install: bool = False) -> docker.DockerClient:
    """A client of the Engine that answers, whether or not a docker command is installed.

    With install=True a missing Engine is installed and started first. Raises LabError when there is none.
    """
    try:
        return _client()
    except DockerException as error:
        if not install:
            raise LabError(
                f"No Docker Engine answers here ({error}). Start one with: python -m tests.lab install-engine"
            ) from None
    install_engine()
    return _client()


def install_engine() -> None:
    """Make an Engine answer on the local socket; does nothing when one does already."""
    with locked():
        if _answers():
            say(f"Docker Engine {_client().version()['Version']} answers already")
            return
        if os.environ.get("DOCKER_HOST"):
            raise LabError(f"DOCKER_HOST is {os.environ['DOCKER_HOST']!r}, but no Docker Engine answers there.")
        if not shutil.which("dockerd"):
            packages.install(_PACKAGES, "Docker Engine", _BY_HAND)
        _start()
        say(f"Docker Engine {_client().version()['Version']} is running")


def _client() -> docker.DockerClient:
    client = docker.from_env(timeout=300)
    client.ping()
    return client


def _answers() -> bool:
    try:
        _client()
    except DockerException:
        return False
    return True


def _start() -> None:
    """By systemd where it runs; directly where there is none or a policy keeps packages from starting services."""
    if os.geteuid() != 0:
        raise LabError(f"Docker Engine is installed but does not answer, and starting it needs root. {_BY_HAND}")
    if Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "start", "docker"], check=False, capture_output=True)
        if _wait(30):
            return
    log = CACHE / "dockerd.log"
    process = None
    if _daemon_runs():
        say("waiting for the dockerd that runs already")
    else:
        say(f"starting dockerd, its log is {log}")
        with open(log, "ab") as output:
            process = subprocess.Popen(
                ["dockerd"], stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd="/"
            )
    if not _wait(60, process):
        log.touch()
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
        raise LabError(f"dockerd did not come up. The end of {log}:\n{tail}\n{_BY_HAND}")


def _daemon_runs() -> bool:
    try:
        pid = Path("/var/run/docker.pid").read_text(encoding="ascii").strip()
        return Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip() == "dockerd"
    except OSError:
        return False


def _wait(seconds: float, process: subprocess.Popen[bytes] | None = None) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if _answers():
            return True
        if process and process.poll() is not None:
            return False
        time.sleep(0.2)
    return False
