# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests through the ssh program: here a script in its place that reaches a double, fails in all ways or hangs."""

from __future__ import annotations

import os
import sys
import time

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import connect
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineUnreachable, Unanswered

from tests.doubles import EngineDouble, served

# What `docker system dial-stdio` does.
DIAL = """
import socket, sys, threading
engine = socket.socket(socket.AF_UNIX)
engine.connect({path!r})
def back():
    while data := engine.recv(65536):
        sys.stdout.buffer.write(data); sys.stdout.buffer.flush()
threading.Thread(target=back).start()
while data := sys.stdin.buffer.raw.read(65536):
    engine.sendall(data)
engine.shutdown(socket.SHUT_RDWR)
"""


@pytest.fixture
def ssh(tmp_path, monkeypatch):
    """A function that puts a script in the place of ssh; it writes its arguments, and its process, to files."""

    def put(script):
        program = tmp_path / "bin" / "ssh"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\necho $$ > {tmp_path}/process\n{script}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    return put


def reach(host="ssh://deploy@manager1:2222", timeout=5):
    return connect({"docker_host": host, "use_ssh_client": True, "timeout": timeout})


def test_requests_come_through(ssh, tmp_path):
    double = EngineDouble(nodes=3)
    (tmp_path / "dial.py").write_text(DIAL.format(path=str(tmp_path / "engine.sock")))
    ssh(f"exec {sys.executable} {tmp_path}/dial.py")
    with served(double, tmp_path / "engine.sock"):
        engine = reach()
        assert len(engine.nodes()) == 3
        node = engine.nodes()[1]
        spec = {**node["Spec"], "Labels": {"large": "x" * 300_000}}
        engine.update_node(node["ID"], node["Version"]["Index"], spec)
        assert engine.nodes()[1]["Spec"] == spec
    calls = (tmp_path / "calls").read_text().splitlines()
    assert set(calls) == {"-T -o BatchMode=yes -l deploy -p 2222 -- manager1 docker system dial-stdio"}
    assert len(calls) == len(double.requests)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "printf 'A banner\\n\\nme@host: Permission denied (publickey).\\r\\n' >&2; exit 255",
            ": me@host: Permission denied (publickey). ",
        ),
        ("read line; echo 'sh: docker: not found' >&2; exit 127", ": sh: docker: not found. "),
        ("exit 1", " cannot be reached: "),
    ],
)
def test_what_it_says_is_the_error(ssh, script, words):
    ssh(script)
    with pytest.raises(EngineUnreachable, match="is the docker CLI there") as caught:
        reach()
    assert words in str(caught.value)
    assert "banner" not in str(caught.value)


def test_a_host_that_hangs_is_given_up(ssh, tmp_path):
    ssh("exec sleep 60")
    started = time.monotonic()
    with pytest.raises(Unanswered, match=r"within 0\.5 s"):
        reach(timeout=0.5)
    assert time.monotonic() - started < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "process").read_text()), 0)


@pytest.mark.parametrize("host", ["ssh://manager1:many", "ssh://"])
def test_an_address_that_is_none(ssh, tmp_path, host):
    ssh("exit 1")
    with pytest.raises(EngineUnreachable, match="cannot be reached"):
        reach(host)
    assert not (tmp_path / "calls").exists()


def test_without_the_program_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnreachable, match="No such file or directory: 'ssh'"):
        reach()
