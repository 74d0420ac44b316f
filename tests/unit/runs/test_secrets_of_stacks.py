# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets of stack_deploy are shown nowhere, and hide nothing else, with every version of Ansible."""

from __future__ import annotations

import json

import pytest

from tests.doubles import EngineDouble
from tests.doubles.tasks import LONG_AGO
from tests.unit.runs.planted import LONG, SHORT, differences, found
from tests.unit.runs.plays import BYSTANDER, HIDDEN, kept, play, task

USER = "deploy-user"
WEB = {
    "image": "registry.example.com/web:1",
    "environment": {
        "DB_PASSWORD": "${DB_PASSWORD}",
        "DATABASE": "postgres://app:${DB_PASSWORD}@db/app",
        "MODE": "true",
    },
    "secrets": ["key", "pem", "word"],
    "deploy": {"replicas": 3, "update_config": {"monitor": "1ms"}, "labels": {"owner": USER}},
}
SECRETS = {
    "key": {"file": "not-there"},
    "pem": {"file": "not-there"},
    "word": {"environment": "API_TOKEN"},
}
OPTIONS = {
    "name": "t222",
    "docker_host": "{{ engines.engine }}",
    "definition": {"services": {"web": WEB}, "secrets": SECRETS},
    "secrets": {"key": "{{ secret }}", "pem": "{{ pem }}"},
    "env": {"DB_PASSWORD": "{{ variable }}", "API_TOKEN": "{{ variable }}", "EMPTY_TOKEN": "", "MODE": "true"},
    "registry_auth": {"registry.example.com": {"username": USER, "password": "{{ registry }}"}},
}
CHANGED = {
    "secrets": {"key": "{{ other_secret }}", "pem": "{{ pem }}"},
    "env": {"DB_PASSWORD": "{{ other_variable }}", "API_TOKEN": "{{ other_variable }}", "MODE": "false"},
}
CHANGED = {**OPTIONS, **CHANGED}
# Each with whether it fails.
TASKS = {
    "made": (OPTIONS, False),
    "planned": (CHANGED, False),
    "not converged": ({**CHANGED, "wait_timeout": 1}, True),
    "wrong type": ({**OPTIONS, "wait_timeout": "abc"}, True),
    "wrong secrets": ({**OPTIONS, "secrets": "{{ secret }}"}, True),
    "wrong secret": ({**OPTIONS, "secrets": {"key": ["{{ secret }}"]}}, True),
    "wrong login": ({**OPTIONS, "registry_auth": {"registry.example.com": {"pass": "{{ registry }}"}}}, True),
    "empty secret": ({**OPTIONS, "secrets": {"key": "", "pem": "{{ pem }}"}}, True),
    "unknown secret": ({**OPTIONS, "secrets": {"other": "{{ secret }}"}}, True),
    "unknown option": ({**OPTIONS, "secret": {"key": "{{ secret }}"}}, True),
    "refused": ({**OPTIONS, "docker_host": "{{ engines.refusing }}"}, True),
}
FAILING = {name for name, (_options, fails) in TASKS.items() if fails}


class Stuck(EngineDouble):
    """The tasks of a service that was updated do not start."""

    def _tasks(self, service):
        status = {"State": "starting", "Timestamp": LONG_AGO}
        tasks = super()._tasks(service)
        return [{**task, "Status": status} for task in tasks] if "PreviousSpec" in service else tasks


def deployed(folder, values):
    refusing = EngineDouble()
    refusing.refuses_writes = True
    doubles = {"engine": Stuck(), "refusing": refusing}
    tasks = [
        task(name, "stack_deploy", options, **({"check_mode": True} if name == "planned" else {}))
        for name, (options, _fails) in TASKS.items()
    ]
    return play(folder, doubles, kept(tasks), values, "--diff", "-vvv")


@pytest.fixture
def played(shared):
    makes = {"long": lambda folder: deployed(folder, LONG), "short": lambda folder: deployed(folder, SHORT)}
    return shared("stacks", makes)


@pytest.fixture
def long(played):
    return played["long"]


@pytest.fixture
def short(played):
    return played["short"]


def test_the_tasks_do_what_the_other_tests_take_for_granted(long):
    assert long.status == 0, long.output
    assert {name for name, result in long.results.items() if result["failed"]} == FAILING
    assert "before" in json.dumps(long.results["not converged"]["plan"])


def test_secrets_are_in_no_trace_of_a_play(long):
    assert found(long) == {}


def test_short_secrets_change_nothing_of_what_is_shown(long, short):
    assert differences(long, short) == []


@pytest.mark.parametrize("option", ["secrets", "registry_auth"])
@pytest.mark.parametrize("name", ["made", "not converged", "refused"])
def test_options_that_hold_secrets_are_hidden_by_their_place(short, name, option):
    assert short.invoked(name)[option] in HIDDEN


@pytest.mark.parametrize("name", ["made", "not converged", "refused"])
def test_short_values_of_variables_that_are_called_after_secrets_are_hidden(short, name):
    shown = short.invoked(name)["env"]
    assert shown in HIDDEN or (shown["DB_PASSWORD"] in HIDDEN and shown["API_TOKEN"] in HIDDEN)


@pytest.mark.parametrize("name", ["planned", "not converged"])
def test_short_values_in_the_environment_of_services_are_hidden(short, name):
    steps = [step for step in short.results[name]["plan"] if step["kind"] == "service"]
    said = [str(change) for step in steps for change in step["changes"] if "environment" in str(change)]
    assert not any(secret in text for text in said for secret in ("DB_PASSWORD=1", "'1'", "'11'"))


def test_users_registries_and_labels_are_shown(long):
    definition = long.invoked("made")["definition"]
    assert definition in HIDDEN or definition["services"]["web"]["deploy"]["labels"] == {"owner": USER}
    assert "registry.example.com/web:1" in json.dumps(long.results["made"]["services"])


def test_the_journal_has_the_options_but_no_secret(short):
    lines = [line for line in short.journal if " name=t222 " in line]
    assert lines
    for line in lines:
        assert " wait=True " in line
        assert " resolve_image=changed " in line
        assert any(f"model={word}" in line for word in HIDDEN)


def test_other_plays_are_readable(long, short):
    assert BYSTANDER in long.output
    assert BYSTANDER in short.output
