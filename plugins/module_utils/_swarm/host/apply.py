# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doing what a plan says about files, the kernel and what the Engine reads again while it runs."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Sequence
from typing import Callable
from urllib.parse import urlencode

from ansible_collections.apiary.swarm.plugins.module_utils._swarm import local_files
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import daemon, files, openpgp, sources, versions
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import RELOAD, decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import SERVICE, Host
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.families import daemon_package
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.files import Target
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.read import (
    RELOADED,
    SOCKET,
    Run,
    read_host,
    reload_mark,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import Wish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step, telling

# Gets a URL with the wish's credentials, or raises OSError or ValueError.
Fetch = Callable[[str], bytes]

# What a file was before the Engine is started with its new text. An empty one: there was none.
PREVIOUS = ".previous"

# `dockerd --validate` came with 23.0 (moby cmd/dockerd/options.go).
_FIRST_TO_VALIDATE = (23,)
_RELOAD_TIMEOUT = 15.0  # seconds


def carry_out(wish: Wish, run: Run, fetch: Fetch, only_repository: bool, check_mode: bool) -> Plan:
    """Read, decide and do; the steps that were done, or in check mode would be.

    A failure carries, as the facts `changed`, `plan` and `diff`, the steps that had been done before it.
    """
    host = read_host(run, wish)
    plan = own_steps(decide(host, wish)[0], only_repository)
    if check_mode:
        return plan
    fetched = prepare(plan, host, wish, run, fetch)
    done: list[Step] = []
    with telling(done):
        for step in plan:
            perform(step, host, run, fetched)
            done.append(step)
    return plan


def own_steps(plan: Plan, only_repository: bool) -> Plan:
    """The part of a plan that is done here: what makes the repository known, or all about files and the kernel."""
    repository = (files.KEY, files.SOURCE)
    kinds = repository if only_repository else (*repository, files.FILE, files.MODULE, files.SETTING)
    steps = (step for step in plan if step.kind in kinds or (step.action == RELOAD and not only_repository))
    return Plan(tuple(steps), plan.warnings)


def prepare(plan: Plan, host: Host, wish: Wish, run: Run, fetch: Fetch) -> dict[str, bytes]:
    """All that can be refused, before anything is written: the key that was fetched, by path, or a SwarmError."""
    fetched = {}
    for step in plan:
        if step.kind == files.KEY:
            wanted = sources.fingerprint(wish.repository_key_fingerprint, host.os)
            fetched[step.payload.path] = _trusted_key(step.name, wanted, fetch)
        elif step.kind == files.FILE and step.name == daemon.PATH:
            _validate(step.payload.text, host, wish, run)
    return fetched


def perform(step: Step, host: Host, run: Run, fetched: dict[str, bytes]) -> None:
    if step.kind == files.MODULE:
        _command(run, ["modprobe", step.payload], f"The kernel module {step.name} cannot be loaded")
    elif step.kind == files.SETTING:
        _set(step)
    elif step.action == RELOAD:
        _reload(host, run)
    else:
        target: Target = step.payload
        _write(target, fetched.get(target.path))


def _trusted_key(url: str, wanted: str, fetch: Fetch) -> bytes:
    """The repository's key; whoever has another one could put any package in place of Docker's."""
    hint = "Nothing was changed. Correct docker_engine_repository_key_url or docker_engine_repository_key_fingerprint."
    try:
        content = fetch(url)
        found = openpgp.fingerprints(content)
    except (OSError, ValueError) as problem:
        raise SwarmError(f"The key of the repository cannot be got from {url}: {problem}.", hint) from problem
    if not all(openpgp.same_key(key, wanted) for key in found):
        raise SwarmError(f"The key at {url} has the fingerprint {', '.join(found)}, and {wanted} is expected.", hint)
    return content


def _validate(text: str, host: Host, wish: Wish, run: Run) -> None:
    """Ask the installed Engine what it thinks of a daemon.json, where it can be asked."""
    installed = host.packages.get(daemon_package(wish.source, host.os), "")
    if versions.numbers(installed) < _FIRST_TO_VALIDATE:
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as file:
        file.write(text)
        file.flush()
        status, _output, errors = run(["dockerd", "--validate", "--config-file", file.name])
    if status != 0:
        said = errors.replace(file.name, daemon.PATH).strip()
        raise SwarmError(
            f"Docker Engine refuses the new {daemon.PATH}: {said}.",
            "Nothing was changed. Correct docker_engine_daemon.",
        )


def _write(target: Target, fetched: bytes | None) -> None:
    if target.keep:
        _keep(target.path)
    content = None if target.text is None else target.text.encode()
    local_files.replace(target.path, content if fetched is None else fetched, target.mode)


def _keep(path: str) -> None:
    """The text with which the Engine started last, which an attempt before this one may have kept already."""
    if os.path.exists(path + PREVIOUS):
        return
    try:
        if os.path.exists(path):
            shutil.copy2(path, path + PREVIOUS)
        else:
            local_files.replace(path + PREVIOUS, b"")
    except OSError as problem:
        raise SwarmError(f"{path + PREVIOUS} cannot be written: {problem.strerror}.") from problem


def _set(step: Step) -> None:
    try:
        with open("/proc/sys/" + step.name.replace(".", "/"), "w", encoding="utf-8") as file:
            file.write(str(step.payload))
    except OSError as problem:
        raise SwarmError(f"{step.name} cannot be set to {step.payload}: {problem}.") from problem


def _command(run: Run, command: Sequence[str], failure: str) -> None:
    status, _output, errors = run(command)
    if status != 0:
        raise SwarmError(f"{failure}: {errors.strip()}.")


def _reload(host: Host, run: Run) -> None:
    """Have the Engine read daemon.json again, and see it say that it did: it goes on with the old one if it cannot."""
    changed = os.stat(daemon.PATH).st_mtime_ns
    try:
        heard = _listen(run, changed // 10**9)
    except (OSError, http.client.HTTPException):
        heard = False
    if not heard:
        _restore(daemon.PATH)
        lines = run(["journalctl", "--unit", SERVICE, f"--since=@{changed // 10**9}", "--output=cat", "--no-pager"])[1]
        errors = [line for line in lines.splitlines() if "level=error" in line] or lines.splitlines()[-3:]
        raise SwarmError(
            f"Docker Engine did not take over the new {daemon.PATH}: {' | '.join(errors)}.",
            "It runs with the old one, which was put back. Correct docker_engine_daemon.",
        )
    _forget(daemon.PATH)
    with open(RELOADED, "w", encoding="utf-8") as file:
        file.write(reload_mark(host.service, changed))


def _listen(run: Run, since: int) -> bool:
    """Whether the Engine reports the event "reload" after it was asked to."""
    filters = json.dumps({"type": ["daemon"], "event": ["reload"]})
    connection = http.client.HTTPConnection("localhost", timeout=_RELOAD_TIMEOUT)
    try:
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(_RELOAD_TIMEOUT)
        connection.sock.connect(SOCKET)
        connection.request("GET", "/events?" + urlencode({"since": since, "filters": filters}))
        _command(run, ["systemctl", "reload", SERVICE], f"{SERVICE} cannot be reloaded")
        return bool(connection.getresponse().readline().strip())
    finally:
        connection.close()


def _restore(path: str) -> None:
    if os.path.getsize(path + PREVIOUS):
        os.replace(path + PREVIOUS, path)
    else:
        os.remove(path)
        os.remove(path + PREVIOUS)


def _forget(path: str) -> None:
    try:
        os.remove(path + PREVIOUS)
    except OSError:
        pass
