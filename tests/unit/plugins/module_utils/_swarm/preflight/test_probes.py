# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A listener and probes on this machine, with real sockets."""

from __future__ import annotations

import os
import secrets
import socket
import threading

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight import listener
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.probe import send

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets are for root")

LOCAL = "127.0.0.1"


@pytest.fixture(autouse=True)
def name(monkeypatch):
    """These tests may run twice at a time on a machine, and do not know of each other."""
    monkeypatch.setattr(listener, "NAME", f"apiary.swarm.test.{secrets.token_hex(4)}.")


@pytest.fixture
def token():
    return secrets.token_hex(8)


@pytest.fixture
def free_port():
    with socket.socket() as opened:
        opened.bind((LOCAL, 0))
        return opened.getsockname()[1]


@pytest.fixture
def holder():
    """A port of UDP and TCP that somebody has, as an Engine would."""
    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp.bind((LOCAL, 0))
        tcp.listen()
        udp.bind((LOCAL, tcp.getsockname()[1]))
        yield tcp.getsockname()[1]


def target(port, address=LOCAL, full=0):
    return {"host": "here", "address": address, "tcp": [port], "udp": [port], "full": full}


def test_probes_to_a_free_port_are_heard(token, free_port):
    assert listener.start(token, [free_port], 30) == {free_port: "listening"}
    (outcome,) = send([target(free_port, full=free_port)], token, 7, 2)
    assert (outcome.tcp, outcome.udp) == ({free_port: "open"}, {free_port: "sent"})
    assert outcome.mtu > 60_000  # of the loopback interface
    assert listener.collect(token) == [{"sender": 7, "port": free_port, "source": LOCAL, "full": True}]


def test_probes_to_a_port_that_somebody_has_are_heard_too(token, holder):
    assert listener.start(token, [holder], 30) == {holder: "taken"}
    (outcome,) = send([target(holder)], token, 7, 2)
    assert outcome.tcp == {holder: "open"}
    assert [(item["sender"], item["port"]) for item in listener.collect(token)] == [(7, holder)]


@pytest.mark.skipif(not os.path.exists("/proc/net/if_inet6"), reason="this machine has no IPv6")
def test_probes_over_ipv6_are_heard(token, free_port):
    listener.start(token, [free_port], 30)
    (outcome,) = send([target(free_port, address="::1", full=free_port)], token, 7, 2)
    assert outcome.tcp == {free_port: "open"}
    assert [(item["source"], item["full"]) for item in listener.collect(token)] == [("::1", True)]


def test_probes_of_another_run_are_not_heard(token, free_port):
    listener.start(token, [free_port], 30)
    send([target(free_port)], "f" * 16, 7, 2)
    assert listener.collect(token) == []


def test_the_listener_of_an_interrupted_run_ends(token, free_port):
    other = secrets.token_hex(8)
    assert listener.start(other, [free_port], 30) == {free_port: "listening"}
    assert listener.start(token, [free_port], 30) == {free_port: "listening"}
    send([target(free_port)], token, 1, 2)
    assert len(listener.collect(token)) == 1
    with pytest.raises(SwarmError, match="is gone"):
        listener.collect(other)


def test_a_listener_ends_when_it_was_asked(token, free_port):
    listener.start(token, [free_port], 30)
    listener.collect(token)
    with pytest.raises(SwarmError, match="is gone"):
        listener.collect(token)
    assert send([target(free_port)], token, 1, 2)[0].tcp == {free_port: "refused"}


def test_a_listener_ends_by_itself(token):
    state = listener.Listener(token)
    state.control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with state.control:
        state.control.bind(f"\0{token}")
        state.control.listen()
        thread = threading.Thread(target=listener.serve, args=(state, 0.05))
        thread.start()
        thread.join(10)
    assert not thread.is_alive()


def test_a_closed_port_refuses_and_a_datagram_is_sent_all_the_same(token, free_port):
    (outcome,) = send([target(free_port)], token, 1, 2)
    assert (outcome.tcp, outcome.udp) == ({free_port: "refused"}, {free_port: "sent"})


def test_an_address_without_a_way_is_told(token):
    (outcome,) = send([target(7946, address="ff02::1")], token, 1, 0.2)
    assert outcome.tcp[7946] != "open"


def test_each_target_has_its_own_result_even_of_one_host(token, holder, free_port):
    outcomes = send([target(holder), target(free_port)], token, 1, 2)
    assert [outcome.tcp for outcome in outcomes] == [{holder: "open"}, {free_port: "refused"}]
