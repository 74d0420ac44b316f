# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a host: recorded files under a directory, recorded answers of tools, and a real socket."""

from __future__ import annotations

import http.server
import os
import socketserver
import threading

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.read import ask_engine, read_host
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import Wish

URL = "https://download.docker.com/linux"
WISH = Wish("distribution")


@pytest.fixture
def root(tmp_path):
    """A host's file system with Debian's os-release and dpkg."""
    write(tmp_path / "etc/os-release", "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n")
    write(tmp_path / "usr/bin/dpkg-query", "")
    return tmp_path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(command):
    """Answers as a host gives them on which docker.io is installed and docker.service is down."""
    answers = {"dpkg-query": (1, "docker.io installed install 20.10.24\n", "no packages found matching docker-ce")}
    return answers.get(command[0], (0, "", ""))


def read(root):
    return read_host(run, WISH, str(root))


def test_files_and_packages_are_read(root):
    write(root / "etc/docker/daemon.json", '{"mtu": 1400}')
    os.utime(root / "etc/docker/daemon.json", (1000.7, 1000.7))
    write(root / "etc/apt/sources.list.d/docker.list", f"deb {URL}/debian bookworm stable\n")
    write(root / "etc/apt/sources.list.d/other.list", "deb https://deb.debian.org/debian bookworm main\n")
    write(root / "sys/module/apparmor/parameters/enabled", "Y\n")
    host = read(root)
    assert (host.os.id, host.os.version) == ("debian", "12")
    assert host.packages == {"docker.io": "20.10.24"}
    assert (host.daemon.content, host.daemon.modified, host.daemon.problem) == ({"mtu": 1400}, 1000, "")
    assert host.sources["/etc/apt/sources.list.d/docker.list"] == f"deb {URL}/debian bookworm stable\n"
    assert len(host.sources) == 2
    assert host.apparmor is True


def test_the_log_of_a_service_that_does_not_run_is_read(root):
    answers = {
        "systemctl": (0, "LoadState=loaded\nActiveState=failed\nUnitFileState=enabled\nInvocationID=5d\n", ""),
        "journalctl": (0, "starting\nfailed to start daemon: zfs\n", ""),
    }
    asked = []

    def answer(command):
        asked.append(command)
        return answers.get(command[0]) or run(command)

    (root / "run/systemd/system").mkdir(parents=True)
    service = read_host(answer, WISH, str(root)).service
    assert (service.active, service.log) == ("failed", ("starting", "failed to start daemon: zfs"))
    assert "_SYSTEMD_INVOCATION_ID=5d" in asked[1]


def test_a_service_that_does_not_run_is_not_asked_over_its_socket(root, serve):
    """A connection would make systemd start it."""
    (root / "var").mkdir()
    (root / "var/run").symlink_to(root)
    os.rename(serve(Answer), root / "docker.sock")
    (root / "run/systemd/system").mkdir(parents=True)

    def answer(command, state):
        return (0, f"LoadState=loaded\nActiveState={state}\n", "") if command[0] == "systemctl" else run(command)

    assert read_host(lambda command: answer(command, "inactive"), WISH, str(root)).engine is None
    assert read_host(lambda command: answer(command, "active"), WISH, str(root)).engine.version == "26.1.5"


def test_a_bare_host_is_read(root):
    host = read(root)
    assert host.daemon.present is False
    assert host.sources == {}
    assert (host.files, host.key, host.stale, host.data, host.members, host.lists_age) == ({}, (), (), (), (), None)
    assert host.apparmor is False
    assert host.engine is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [('{"mtu": 1400,}', "line 1 column"), ("[]", "list"), ("", "line 1 column"), ('{"a": "\\x"}', "Invalid")],
)
def test_a_daemon_json_that_does_not_parse_is_reported(root, text, problem):
    write(root / "etc/docker/daemon.json", text)
    daemon = read(root).daemon
    assert daemon.present
    assert problem in daemon.problem


def stale(root, daemon, reloaded=""):
    """What is stale when the Engine was started at 1000 and daemon.json changed at a time."""
    write(root / "etc/docker/daemon.json", "{}")
    os.utime(root / "etc/docker/daemon.json", ns=(daemon, daemon))
    write(root / "run/apiary-swarm.reloaded", reloaded)
    (root / "run/systemd/system").mkdir(parents=True, exist_ok=True)
    service = "LoadState=loaded\nActiveState=inactive\nExecMainStartTimestamp=@1000\nInvocationID=5d\n"
    answers = {"systemctl": (0, service, "")}
    return read_host(lambda command: answers.get(command[0]) or run(command), WISH, str(root)).stale


@pytest.mark.parametrize(
    ("daemon", "reloaded", "expected"),
    [
        (1000_999_999_999, "", False),
        (1001_000_000_000, "", True),
        (1001_000_000_000, "5d 1001000000000", False),
        (1001_000_000_001, "5d 1001000000000", True),  # changed again
        (1001_000_000_000, "5c 1001000000000", True),  # another run of the Engine read it again
    ],
)
def test_a_file_that_changed_after_the_engine_read_it_is_stale(root, daemon, reloaded, expected):
    assert bool(stale(root, daemon, reloaded)) is expected


def test_what_the_wish_speaks_of_is_read(root):
    write(root / "etc/docker/certs.d/r:5000/ca.crt", "PEM")
    write(root / "etc/group", "root:x:0:\ndocker:x:999:a,b\n")
    write(root / "var/lib/docker/x", "")
    write(root / "proc/sys/net/ipv4/ip_forward", "0\n")
    write(root / f"lib/modules/{os.uname().release}/modules.builtin", "kernel/a/overlay.ko\n")
    wish = Wish("distribution", certificates={"r:5000": ""}, modules=("overlay",), sysctls={"net.ipv4.ip_forward": "1"})
    host = read_host(run, wish, str(root))
    assert host.files == {"/etc/docker/certs.d/r:5000/ca.crt": "PEM"}
    assert (host.members, host.data) == (("a", "b"), ("/var/lib/docker", "/etc/docker"))
    assert (host.kernel.known, host.kernel.present) == (True, {"overlay"})
    assert host.kernel.settings == {"net.ipv4.ip_forward": "0"}


class Answer(http.server.BaseHTTPRequestHandler):
    status, body = 200, b'{"ServerVersion": "26.1.5", "Swarm": {"LocalNodeState": "active", "ControlAvailable": true}}'

    def do_GET(self):
        assert self.path == "/info"
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def address_string(self):
        return "unix"

    def log_message(self, *args):
        pass


@pytest.fixture
def serve(tmp_path):
    """Serves GET /info on a socket of the file system."""
    servers = []

    def start(handler):
        path = str(tmp_path / "engine.sock")
        server = socketserver.UnixStreamServer(path, handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return path

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_engine_is_asked_over_its_socket(serve):
    running = ask_engine(serve(Answer))
    assert (running.version, running.swarm, running.manager, running.problem) == ("26.1.5", "active", True, "")


def test_an_engine_that_refuses_is_a_problem_and_no_error(serve):
    class Refusal(Answer):
        status, body = 503, b"{}"

    assert "status 503" in ask_engine(serve(Refusal)).problem


def test_an_answer_that_is_no_json_is_a_problem(serve):
    class Noise(Answer):
        body = b"<html>"

    assert ask_engine(serve(Noise)).problem != ""


def test_an_engine_that_hangs_is_a_problem_after_the_timeout(serve):
    released = threading.Event()

    class Hang(Answer):
        def do_GET(self):
            released.wait(5)

    path = serve(Hang)
    try:
        assert "timed out" in ask_engine(path, timeout=0.05).problem
    finally:
        released.set()


def test_a_missing_socket_is_a_problem(tmp_path):
    assert "No such file" in ask_engine(str(tmp_path / "none.sock")).problem
