# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The other end of probes: a process that stays on a host for a while, and remembers which probes came.

It outlives the module that starts it, because all hosts have to listen before the first one sends. It ends when it has
been asked what it heard, or after the time it was given, whatever happens to the run. It leaves nothing behind: what it
knows is fetched over an abstract unix socket.
"""

from __future__ import annotations

import json
import os
import select
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight import packet
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import SystemClock

# What the process is called, so that one of an interrupted run is not taken for a stranger on the port.
PROCESS = "swarm-preflight"

# What its unix sockets are called, before the token of the run.
NAME = "apiary.swarm.preflight."

_BACKLOG = 128
_LONGEST_PACKET = 65535
_PATIENCE = 5.0  # seconds to wait for the answer of a listener on the same host


@dataclass
class Listener:
    """`tcp` says of each port whether this process listens there ("listening") or somebody else does ("taken")."""

    token: str
    tcp: dict[int, str] = field(default_factory=dict)
    doors: list[socket.socket] = field(default_factory=list)
    raw: dict[socket.socket, int] = field(default_factory=dict)
    control: Any = None
    heard: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)


def start(token: str, tcp_ports: Iterable[int], seconds: float) -> dict[int, str]:
    """Listen in a process of its own from now on; what Listener.tcp says.

    The listener of a run that was interrupted ends with that. Raises SwarmError where raw sockets are not allowed.
    """
    _end_others()
    listener = Listener(token)
    _open_raw(listener)
    for port in tcp_ports:
        _open_tcp(listener, port)
    listener.control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.control.bind(_address(token))
    listener.control.listen(1)
    child = os.fork()
    if child == 0:
        _leave(listener, seconds)
    for opened in (*listener.raw, *listener.doors, listener.control):
        opened.close()
    os.waitpid(child, 0)  # as long as it is there, it has the ports, too
    return listener.tcp


def collect(token: str) -> list[dict[str, Any]]:
    """What the listener on this host has heard, as {sender, port, source, full}; it ends with that.

    Raises SwarmError where there is none.
    """
    answer = b""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.settimeout(_PATIENCE)
            control.connect(_address(token))
            while True:
                part = control.recv(_LONGEST_PACKET)
                if not part:
                    break
                answer += part
        heard: list[dict[str, Any]] = json.loads(answer)
        return heard
    except (OSError, ValueError) as problem:
        raise SwarmError(
            f"The listener for probes is gone: {problem}.", "Run again; preflight_listen_seconds may be too short."
        ) from problem


def serve(listener: Listener, seconds: float) -> None:
    """Take what comes until somebody collects it, or the time is over."""
    clock = SystemClock()
    end = clock.now() + seconds
    while True:
        left = end - clock.now()
        if left <= 0:
            return
        ready, _writable, _failed = select.select([*listener.raw, *listener.doors, listener.control], [], [], left)
        for opened in ready:
            if opened in listener.doors:
                _let_in(opened)
        # All of them, so that what had come before the question is part of the answer.
        for opened in listener.raw:
            _note(listener, opened)
        if listener.control in ready:
            _answer(listener)
            return


def _address(token: str) -> str:
    return f"\0{NAME}{token}"


def _end_others() -> None:
    """Whoever asks a listener what it heard ends it."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as file:
        names = {line.split()[-1] for line in file}
    for name in names:
        if name.startswith(f"@{NAME}"):
            try:
                collect(name[len(f"@{NAME}") :])
            except SwarmError:  # it has just ended by itself
                pass


def _open_raw(listener: Listener) -> None:
    for family, version in ((socket.AF_INET, 4), (socket.AF_INET6, 6)):
        try:
            opened = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
        except PermissionError as problem:
            raise SwarmError(
                "Datagrams cannot be observed: raw sockets are not permitted.", "Run the role with become: true."
            ) from problem
        except OSError:  # a kernel without IPv6
            continue
        option, _memory = packet.only_probes(version)
        opened.setsockopt(socket.SOL_SOCKET, packet.SOURCE_FILTER, option)
        opened.setblocking(False)
        listener.raw[opened] = version


def _open_tcp(listener: Listener, port: int) -> None:
    """On all addresses."""
    for family, anywhere in ((socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")):
        try:
            opened = socket.socket(family, socket.SOCK_STREAM)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            opened.bind((anywhere, port))
            opened.listen(_BACKLOG)
            opened.setblocking(False)
        except OSError:
            continue
        listener.doors.append(opened)
        listener.tcp[port] = "listening"
        return
    listener.tcp[port] = "taken"


def _leave(listener: Listener, seconds: float) -> None:
    """Become a process that nobody waits for; never returns."""
    try:
        os.setsid()
        if os.fork():
            os._exit(0)
        kept = {opened.fileno() for opened in (*listener.raw, *listener.doors, listener.control)}
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        for name in os.listdir("/proc/self/fd"):
            if int(name) > 2 and int(name) not in kept:
                try:
                    os.close(int(name))
                except OSError:  # the one that listed the directory
                    pass
        os.chdir("/")
        with open("/proc/self/comm", "w", encoding="ascii") as name_file:
            name_file.write(PROCESS)
        serve(listener, seconds)
    finally:
        os._exit(0)


def _note(listener: Listener, opened: socket.socket) -> None:
    """All datagrams that have come."""
    while True:
        try:
            data, source = opened.recvfrom(_LONGEST_PACKET)
        except OSError:  # there are no more
            return
        received = packet.parse(data, listener.raw[opened])
        if received is None or received.probe.token != listener.token:
            continue
        known = listener.heard.setdefault(
            (received.probe.sender, received.port),
            {"sender": received.probe.sender, "port": received.port, "source": source[0], "full": False},
        )
        known["full"] = known["full"] or received.probe.full


def _let_in(door: socket.socket) -> None:
    try:
        door.accept()[0].close()
    except OSError:  # who came has gone
        pass


def _answer(listener: Listener) -> None:
    """Everything is closed before the answer is given, so that whoever has it finds nobody here any more."""
    connection, _peer = listener.control.accept()
    for opened in (*listener.raw, *listener.doors, listener.control):
        opened.close()
    with connection:
        connection.settimeout(_PATIENCE)
        connection.sendall(json.dumps(list(listener.heard.values())).encode())
