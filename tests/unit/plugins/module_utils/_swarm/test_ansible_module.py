# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module says of the secrets that it was given, with whichever ansible-core runs these tests."""

from __future__ import annotations

import json
import syslog

import pytest
from ansible.module_utils import basic
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import core_secrets
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import HIDDEN_OPTION, SwarmModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import texts
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import named

OPTIONS = {
    "host": {"type": "str", "aliases": ["server"]},
    "token": {"type": "str", "aliases": ["key"]},
    "daemon": {"type": "dict"},
    "count": {"type": "int"},
}
SECRET = {"token": texts, "daemon": named}
LONG = "honeycomb-and-wax"
# Older versions always do so.
SHOW_INVOCATION = {"_ansible_inject_invocation": True} if "inject_invocation" in basic.PASS_VARS else {}
# From ansible-core 2.19 on, where it is wanted.
SHOW_TRACEBACK = "tracebacks_for" in basic.PASS_VARS


@pytest.fixture(autouse=True)
def log(monkeypatch):
    """What is written into the log of the host."""
    lines: list[str] = []
    monkeypatch.setattr(syslog, "syslog", lambda *said: lines.append(str(said[-1])))
    return lines


@pytest.fixture
def registered(monkeypatch):
    """What ansible-core was told of."""
    found: set[str] = set()
    monkeypatch.setattr(core_secrets, "register_secrets", found.update)
    return found


@pytest.fixture
def answer(monkeypatch, capsys):
    """A function that makes a module with options, and returns how it ended."""

    def answer(options, end=lambda module: module.exit_json(changed=False), **kwargs):
        given = {**options, **SHOW_INVOCATION}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            end(SwarmModule(OPTIONS, secret=SECRET, **kwargs))
        return json.loads(capsys.readouterr().out)

    return answer


@pytest.mark.parametrize("secret", ["1", "true", "host", LONG])
def test_an_option_that_holds_a_secret_is_shown_nowhere(answer, log, secret):
    given = {"host": "manager1", "token": secret, "daemon": {"log-opts": {"splunk-token": secret}}}
    result = answer(given)
    assert result["invocation"]["module_args"] == {
        "host": "manager1",
        "token": HIDDEN_OPTION,
        "daemon": HIDDEN_OPTION,
        "count": None,
    }
    (line,) = log
    assert "Invoked with" in line
    assert "host=manager1" in line
    assert f"token={HIDDEN_OPTION}" in line
    assert f"daemon={HIDDEN_OPTION}" in line


def test_an_option_without_a_value_is_shown_without_one(answer):
    shown = answer({"host": "", "token": ""})["invocation"]["module_args"]
    assert (shown["host"], shown["token"], shown["daemon"]) == ("", "", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": LONG, "count": "some"},
        {"tokn": LONG},
        {"key": LONG, "nothing": 1},
        {"daemon": LONG},
        {"daemon": {"token": LONG}, "count": {"token": LONG}},
    ],
)
def test_options_that_are_wrong_are_refused_without_the_secret(answer, log, registered, wrong):
    result = answer({"server": "manager1", **wrong})
    assert result["failed"]
    assert result["msg"]
    assert LONG not in json.dumps(result)
    assert LONG not in "".join(log)


def test_the_result_is_searched_for_secrets_that_are_long_enough(answer, log):
    def end(module):
        module.warn(f"no {LONG}")
        module.log(f"saw {LONG}")
        module.fail_json(msg=f"no {LONG} at http://bee:1@proxy", plan=[{"name": LONG, "true": "1"}], changed=True)

    result = answer({"token": LONG, "daemon": {"token": "true", "password": "1"}}, end)
    assert result["msg"] == "no ******** at http://bee:********@proxy"
    assert result["plan"] == [{"name": "********", "true": "1"}]
    assert (result["changed"], result["failed"]) == (True, True)
    assert LONG not in json.dumps(result) + "".join(log)


def test_a_traceback_is_searched_as_well(answer, monkeypatch):
    if SHOW_TRACEBACK:  # in this process, the controller's settings may count
        monkeypatch.setattr("ansible.module_utils._internal._traceback._is_traceback_enabled", lambda event: True)

    def end(module):
        try:
            raise ValueError(f"refused: {LONG}")
        except ValueError as error:
            module.fail_json(msg=str(error))

    result = answer({"token": LONG}, end)
    assert result["msg"] == "refused: ********"
    assert ("Traceback" in result.get("exception", "")) is SHOW_TRACEBACK
    assert LONG not in json.dumps(result)


def test_what_roles_act_on_stays_as_it_is(answer):
    end = {"needs": {"install": ["docker-ce"], "docker-ce": 1}, "told": ["docker-ce"]}
    result = answer({"token": "docker-ce"}, lambda module: module.exit_json(**end), acted_on=("needs",))
    assert result["needs"] == end["needs"]
    assert result["told"] == ["********"]


def test_an_asynchronous_task_registers_nothing(answer, registered, monkeypatch):
    """Its result is a file that others can read."""
    monkeypatch.setenv("ANSIBLE_ASYNC_DIR", "/nowhere")
    answer({"token": LONG})
    assert registered == set()


def test_a_ticket_comes_back_as_it_is(answer):
    unfinished = {"line": f"waits for {LONG}", "ticket": {"services": [LONG]}}
    result = answer({"token": LONG}, lambda module: module.fail_json(msg=LONG, unfinished=unfinished))
    assert result["unfinished"] == {"line": "waits for ********", "ticket": {"services": [LONG]}}


def test_secrets_that_were_asked_for_are_returned_and_registered(answer, registered):
    told = {"worker": f"SWMTKN-{LONG}", "manager": LONG}
    result = answer({}, lambda module: module.exit_json(join_tokens=told, other=LONG), returned=("join_tokens", "key"))
    assert result["join_tokens"] == told
    assert registered == set(told.values())


def test_what_ansible_core_is_told_of(answer, registered):
    answer({"host": "a-long-name-of-a-host", "token": LONG, "daemon": {"debug": "not-a-secret", "token": "1"}})
    assert registered == {LONG}
    registered.clear()
    answer({"token": LONG}, is_known=True)
    assert registered == set()


def test_every_module_supports_check_mode(answer):
    seen = []

    def end(module):
        seen.append(module.check_mode)
        module.exit_json()

    answer({"_ansible_check_mode": True}, end)
    assert seen == [True]
