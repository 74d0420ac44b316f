# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent to the Engine, and what its refusals become."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import engine as engine_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine, connect
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import (
    EngineError,
    EngineUnreachable,
    NotAManager,
    NotFound,
    OutOfSequence,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.transport import BlankTransport, engine_error


class Recorder:
    """A transport that keeps what it was given and answers from a list."""

    api_version = "1.41"

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def request(self, method, path, query=None, body=None, headers=None):
        self.requests.append((method, path, query, body, headers))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("status", "content", "kind", "message"),
    [
        (404, b'{"message": "service x not found"}', NotFound, "service x not found"),
        (503, b'{"message": "This node is not a swarm manager."}', NotAManager, "This node is not a swarm manager."),
        (
            500,
            b'{"message": "rpc error: code = Unknown desc = update out of sequence"}',
            OutOfSequence,
            "update out of sequence",
        ),
        (400, b'{"message": "rpc error: code = InvalidArgument desc = bad"}', EngineError, "bad"),
        (
            500,
            b'{"message": "context deadline exceeded"}',
            NotAManager,
            "POST /x: the leader of the swarm does not answer (context deadline exceeded).",
        ),
        (
            500,
            b'{"message": "rpc error: code = Unavailable desc = connection error"}',
            NotAManager,
            "POST /x: the leader of the swarm does not answer (connection error).",
        ),
        (502, b"<html>", EngineError, "<html>"),
        (500, b"", EngineError, "POST /x was answered with status 500"),
    ],
)
def test_refusals_keep_the_words_of_the_engine(status, content, kind, message):
    error = engine_error("POST", "/x", status, content)
    assert (type(error), error.message, error.status) == (kind, message, status)


def test_filters_are_sent_as_the_api_wants_them():
    transport = Recorder([])
    Engine(transport).services({"label": ["a=b"]})
    method, path, query, _body, _headers = transport.requests[0]
    assert (method, path, json.loads(query["filters"])) == ("GET", "/services", {"label": {"a=b": True}})


def test_an_update_without_credentials_keeps_the_stored_ones():
    transport = Recorder({"Warnings": None})
    Engine(transport).update_service("s1", 7, {"Name": "web"})
    assert transport.requests[0][2] == {"version": 7, "registryAuthFrom": "spec"}
    assert not transport.requests[0][4]


def test_credentials_travel_in_the_header():
    transport = Recorder({"ID": "s1"})
    Engine(transport).create_service({"Name": "web"}, {"username": "u", "password": "p"})
    header = transport.requests[0][4]["X-Registry-Auth"]
    assert json.loads(base64.urlsafe_b64decode(header)) == {"username": "u", "password": "p"}


@pytest.mark.parametrize(
    ("answer", "holds"),
    [
        (OutOfSequence("update out of sequence", 500), True),
        (EngineError("only updates to Labels are allowed", 400), False),
    ],
)
def test_a_secret_is_compared_without_writing(answer, holds):
    transport = Recorder(answer)
    assert Engine(transport).secret_holds("s1", {"Name": "key", "Data": "eA=="}) is holds
    assert transport.requests[0][2] == {"version": 0}


def test_what_is_gone_need_not_be_removed():
    Engine(Recorder(NotFound("gone", 404))).remove_service("s1")


def test_a_removed_network_is_as_good_as_gone_although_it_is_still_listed():
    Engine(Recorder(EngineError("network n not found", 500))).remove_network("n")
    with pytest.raises(EngineError, match="in use"):
        Engine(Recorder(EngineError("network n is in use by task t", 400))).remove_network("n")


def test_a_host_without_engine_is_an_error(tmp_path):
    with pytest.raises(EngineUnreachable, match=r"engine\.sock does not exist") as failure:
        connect({"docker_host": f"unix://{tmp_path}/engine.sock"})
    assert failure.value.absent


def test_check_mode_plans_for_a_host_without_engine_and_says_so(tmp_path):
    engine = connect({"docker_host": f"unix://{tmp_path}/engine.sock"}, blank_if_absent=True)
    assert engine.is_blank
    assert engine.info()["Swarm"]["LocalNodeState"] == "inactive"
    assert "Planned as for a freshly installed Engine" in engine.warnings[0]


def test_an_engine_that_is_there_but_does_not_answer_is_never_taken_for_none(tmp_path):
    (tmp_path / "engine.sock").touch()
    with pytest.raises(EngineUnreachable, match="cannot be reached") as failure:
        connect({"docker_host": f"unix://{tmp_path}/engine.sock"}, blank_if_absent=True)
    assert not failure.value.absent


def test_where_there_is_no_engine_nothing_is_written():
    with pytest.raises(EngineError):
        Engine(BlankTransport()).create_network({"Name": "front"})


def test_for_a_socket_the_sdk_is_not_even_imported():
    script = f"import sys, {engine_module.__name__}; sys.exit('docker' in sys.modules)"
    path = os.pathsep.join(entry for entry in sys.path if entry)
    assert subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": path}, check=False).returncode == 0
