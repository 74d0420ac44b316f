# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets of a deployment go one way only, to the host: not back with its rounds, nor with what the Engine says."""

from __future__ import annotations

import json
from unittest.mock import MagicMock

import pytest
from ansible_collections.apiary.swarm.plugins.action.stack_deploy import ActionModule

from tests.unit.runs.planted import LONG, shown_in, unknown
from tests.unit.runs.staged import Quoting, Rising

try:
    from ansible.module_utils.secrets import register_secrets
except ImportError:  # before ansible-core 2.22
    register_secrets = None

WEB = {
    "image": "registry.example.com/web:1",
    "environment": {"DB_PASSWORD": "${DB_PASSWORD}"},
    "secrets": ["key", "pem"],
    "deploy": {"replicas": 5, "update_config": {"monitor": "1ms"}},
}
OPTIONS = {
    "name": "t222",
    "docker_host": "unix:///set-by-the-test",
    "definition": {"services": {"web": WEB}, "secrets": {"key": {"file": "a"}, "pem": {"file": "a"}}},
    "secrets": {"key": LONG["secret"], "pem": LONG["pem"]},
    "env": {"DB_PASSWORD": LONG["variable"]},
    "registry_auth": {"registry.example.com": {"username": "deploy-user", "password": LONG["registry"]}},
}


class Deployment(ActionModule):
    """The action plugin, with modules that run in this process. `rounds` has what they returned."""

    def __init__(self, run, options):
        task = MagicMock(args=options, async_val=0, no_log=False, delegate_to=None, check_mode=False)
        super().__init__(task, *(MagicMock() for _part in range(5)))
        self._display = MagicMock()
        self.call = run
        self.rounds = []
        self.counts = []
        self.registry = None

    def _execute_module(self, module_args=None, task_vars=None, **keywords):
        with unknown():  # on the host
            result = self.call(self.double, "stack_deploy", module_args)
        self.rounds.append(json.dumps({name: value for name, value in result.items() if name != "unfinished"}))
        if self.registry is not None:
            register_secrets(result.pop("_ansible_new_secrets", ()))
        self.counts.append(len(self.registry or ()))
        return result


@pytest.fixture
def deploy(run, registry):
    """A function that deploys to a double: (the result, what was seen)."""

    def deploy(double):
        deployment = Deployment(run, OPTIONS)
        deployment.double, deployment.registry = double, registry
        return deployment.run(None, {"inventory_hostname": "manager1"}), deployment

    return deploy


@pytest.fixture
def deployment(deploy):
    result, deployment = deploy(Rising(step=1))
    assert not result.get("failed"), result
    assert len(deployment.rounds) > 4
    return deployment


def test_no_round_returns_a_secret(deployment):
    assert [shown_in(result) for result in deployment.rounds] == [[]] * len(deployment.rounds)


def test_no_round_returns_the_model(deployment):
    assert not [result for result in deployment.rounds if "_ansible_new_secrets" in result or "SecretName" in result]


def test_rounds_do_not_add_to_what_ansible_searches_for(deployment, registry):
    if registry is None:
        pytest.skip("before ansible-core 2.22 nothing is registered for the rest of a run")
    assert deployment.counts == [deployment.counts[0]] * len(deployment.counts)
    assert len(registry) < 16


@pytest.mark.parametrize("path", ["/secrets/create", "/services/create"])
def test_secrets_are_hidden_in_what_the_engine_says(deploy, path):
    result, _deployment = deploy(Quoting(path))
    assert "invalid: {" in result["msg"]
    assert shown_in(json.dumps(result)) == []
