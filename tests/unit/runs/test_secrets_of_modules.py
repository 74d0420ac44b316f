# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules say on the host itself: results as they leave it, failures among them, and what the journal gets."""

from __future__ import annotations

import base64
import json

import pytest
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import apply
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import DaemonFile, Host, Os
from ansible_collections.apiary.swarm.plugins.modules import engine_info

from tests.doubles import EngineDouble
from tests.unit.runs.planted import CERTIFICATE, LONG, SHORT, shown_in
from tests.unit.runs.plays import HIDDEN
from tests.unit.runs.staged import Membering, Quoting, QuotingOutside

DEBIAN = Os("debian", "12", "bookworm", "Debian", "debian", "x86_64")


def join(values):
    return {"join_token": values["join"], "remote_addrs": ["192.0.2.1"]}


def sign(values):
    return {"signing_ca_cert": CERTIFICATE, "signing_ca_key": values["ca_key"], "wait_timeout": 5}


def unlock(values):
    return {"unlock_key": values["unlock"], "wait_timeout": 5}


def rotate(values):
    return {"rotate": ["worker_token", "ca"], "compromised": [values["compromised"]], **sign(values)}


def script(values):
    return {"about": "a script", "script": "cat > /dev/null", "stdin": values["input"]}


def engine(values):
    logins = {"registry.example.com": {"username": "deploy-user", "password": values["login"]}}
    return {
        "source": "docker",
        "daemon": {"log-driver": "splunk", "log-opts": {"splunk-token": values["option"]}, "mtu": 1400},
        "log_opts": {"splunk-token": values["option"]},
        "service": {
            "Environment": [f"DB_PASSWORD={values['setting']}", f"P=http://a:{values['setting']}@b"],
            "Nice": "1",
        },
        "http_proxy": f"http://user:{values['proxy']}@proxy.example.com:3128",
        "https_proxy": f"http://user:{values['proxy']}@proxy.example.com:3128",
        "repository_username": "deploy-user",
        "repository_password": values["repository"],
        "logins": base64.b64encode(json.dumps(logins).encode()).decode(),
    }


# The module, its Engine, and its options with the secrets.
GOOD = {
    "swarm_join": (lambda values: Membering("inactive"), join),
    "swarm_init": (lambda values: Membering("inactive"), sign),
    "swarm_unlock": (lambda values: Membering("locked", key=values["unlock"]), unlock),
    "swarm_rotate": (lambda values: Membering(), rotate),
    "host_script": (None, script),
    "engine_info": (None, engine),
    "engine_config": (None, engine),
}
# What is wrong then, beside the secrets.
WRONG = {
    "nothing": {},
    "a type": {"wait_timeout": "abc", "hold": "abc"},
    "an option": {"colour": "red"},
}
OF_MODULES = {"host_script": (), "engine_info": ("hold",), "engine_config": ("hold",)}
# All options of host_script are texts, which all values can be.
CASES = [(module, wrong) for module in GOOD for wrong in WRONG if (module, wrong) != ("host_script", "a type")]
# Newer versions of Ansible return options only on demand.
INVOCATION = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}
# The Engine refuses, and says what it was sent.
QUOTED = {
    "swarm_join": lambda: QuotingOutside("inactive"),
    "swarm_init": lambda: QuotingOutside("inactive"),
    "swarm_unlock": lambda: QuotingOutside("locked"),
    "swarm_rotate": lambda: Quoting("/swarm/update"),
}
# Options, what is wrong with them, and how the module answers: it may not cite them.
REFUSED = {
    "swarm_join": {"join_token": "planted-token-of-a-wrong-form"},
    "swarm_init": {"signing_ca_key": ["planted-key-in-a-list"], "signing_ca_cert": "planted-certificate"},
    "swarm_rotate": {"rotate": ["ca"], "signing_ca_key": "planted-key-without-a-certificate"},
    "swarm_unlock": {"unlock_key": {"planted": "planted-key-in-a-mapping"}, "wait_timeout": "abc"},
    "engine_info": {"daemon": '{"splunk-token": "planted-token-in-broken-json"', "hold": "abc"},
    "engine_config": {"source": "docker", "logins": "planted-logins-that-are-no-base64"},
    "host_script": {"about": "a", "script": "tee /dev/stderr; exit 3", "stdin": "planted-input\nplanted-second-line"},
}


@pytest.fixture
def perform(main, run, registry, journal, monkeypatch):
    """A function that runs a module: (its result, its lines in the journal). Ansible knows no secrets before."""
    host = Host(DEBIAN, root=True, daemon=DaemonFile(present=True, content={"log-opts": {"splunk-token": "old token"}}))
    for place in (engine_info, apply):
        monkeypatch.setattr(place, "read_host", lambda command, wish: host)

    def perform(name, options, double=None):
        journal.clear()
        wants_check = name == "engine_config"
        options = {**options, **INVOCATION}
        result = main(name, options, wants_check) if double is None else run(double, name, options)
        return result, list(journal)

    return perform


def wrong_for(module, wrong):
    """Of the options that are wrong, those that the module has; unknown ones in any case."""
    own = OF_MODULES.get(module, ("wait_timeout",))
    return {name: value for name, value in WRONG[wrong].items() if wrong == "an option" or name in own}


def done(perform, module, wrong, values):
    double, options = GOOD[module]
    return perform(module, {**options(values), **wrong_for(module, wrong)}, double and double(values))


@pytest.mark.parametrize(("module", "wrong"), CASES)
def test_secrets_do_not_leave_the_host(perform, module, wrong):
    result, lines = done(perform, module, wrong, LONG)
    said = {name: value for name, value in result.items() if name != "_ansible_new_secrets"}
    assert bool(result.get("failed")) == (wrong != "nothing")
    assert shown_in(json.dumps([said, lines])) == []


@pytest.mark.parametrize(("module", "wrong"), CASES)
def test_short_secrets_change_nothing_of_what_is_said(perform, module, wrong):
    long, short = (plain(done(perform, module, wrong, values)) for values in (LONG, SHORT))
    assert short == long


def plain(said):
    """Without what Ansible is told to hide, the address of the double, and with one word for all that is hidden."""
    result, lines = said
    text = json.dumps([{name: value for name, value in result.items() if name != "_ansible_new_secrets"}, lines])
    for word in HIDDEN:
        text = text.replace(word, "HIDDEN")
    return json.loads(text)


@pytest.mark.parametrize("module", GOOD)
def test_short_secrets_are_not_registered(perform, registry, module):
    if registry is None:
        pytest.skip("before ansible-core 2.22 there is nowhere to register secrets")
    result, _lines = done(perform, module, "nothing", SHORT)
    assert not {text for text in (*registry, *result.get("_ansible_new_secrets", ())) if len(text) < 8}


@pytest.mark.parametrize("module", GOOD)
def test_the_journal_has_the_other_options(perform, module):
    _result, (line, *_more) = done(perform, module, "nothing", SHORT)
    ordinary = {"host_script": "about=a script", "engine_info": "hold=True", "engine_config": "hold=True"}
    assert line.startswith("Invoked with ")
    assert ordinary.get(module, "wait_timeout=") in line
    assert "deploy-user" in line or "repository_username" not in line


@pytest.mark.parametrize("module", QUOTED)
def test_secrets_are_hidden_in_what_the_engine_says(perform, module):
    result, lines = perform(module, GOOD[module][1](LONG), QUOTED[module]())
    assert "invalid: {" in result["msg"]
    assert shown_in(json.dumps([result["msg"], result["invocation"], result["plan"], lines])) == []


@pytest.mark.parametrize("module", REFUSED)
def test_options_are_not_cited_where_they_are_wrong(perform, module):
    needs_engine = module.startswith("swarm_")
    result, lines = perform(module, REFUSED[module], EngineDouble() if needs_engine else None)
    assert result["failed"]
    assert "invocation" in result
    said = {name: value for name, value in result.items() if name != "_ansible_new_secrets"}
    text = json.dumps([said, lines])
    assert "planted-" not in text.replace("planted-certificate", "")
