# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible checks the variables of a role before its first task: their secrets are not shown, and hide nothing else."""

from __future__ import annotations

import re

import pytest

from tests.unit.meta.project import ROLES
from tests.unit.runs.planted import LONG, SHORT, differences, found
from tests.unit.runs.plays import BYSTANDER, play

SECRETS = {
    "docker_engine": {
        "docker_engine_http_proxy": "http://user:{{ proxy }}@proxy.example.com:3128",
        "docker_engine_https_proxy": "{{ proxy }}",
        "docker_engine_registry_logins": {"registry.example.com": {"username": "deploy", "password": "{{ login }}"}},
        "docker_engine_repository_password": "{{ repository }}",
        "docker_engine_daemon": {"log-opts": {"splunk-token": "{{ option }}"}},
    },
    "swarm_backup": {"swarm_backup_passphrase": "{{ secret }}"},
    "swarm_manager": {
        "swarm_manager_unlock_key": "{{ unlock }}",
        "swarm_manager_settings": {"signing_ca_key": "{{ ca_key }}"},
    },
    "swarm_restore": {
        "swarm_restore_passphrase": "{{ secret }}",
        "swarm_restore_archive": "archive",
        "swarm_restore_host": "manager1",
    },
    "swarm_stacks": {
        "swarm_stacks_secrets": {"shop": {"key": "{{ secret }}", "pem": "{{ pem }}"}},
        "swarm_stacks_registry_auth": {
            "shop": {"registry.example.com": {"username": "1", "password": "{{ registry }}"}}
        },
    },
}
# Of variables that hold secrets.
NAMES = re.compile(r"^ +\w*(password|passphrase|secrets|unlock_key|ca_key|logins|auth):", re.MULTILINE)


@pytest.fixture
def played(shared):
    """Only the checks: the tasks of the roles have other tags."""
    roles = [{"role": f"apiary.swarm.{name}", **variables} for name, variables in SECRETS.items()]

    def checked(folder, values):
        return play(folder, {}, [], values, "-vvv", "--tags", "always", roles=roles)

    makes = {"long": lambda folder: checked(folder, LONG), "short": lambda folder: checked(folder, SHORT)}
    return shared("roles", makes)


def test_all_roles_with_secrets_are_here():
    specs = {role.name: (role / "meta" / "argument_specs.yml").read_text() for role in ROLES}
    assert {name for name, text in specs.items() if NAMES.search(text)} == {*SECRETS}


def test_variables_of_roles_that_hold_secrets_are_in_no_trace(played):
    assert played["long"].status == 0, played["long"].output
    assert played["long"].output.count("Validating arguments against arg spec") == len(SECRETS)
    assert found(played["long"]) == {}


def test_short_secrets_change_nothing_of_what_is_shown(played):
    assert differences(played["long"], played["short"]) == []
    assert BYSTANDER in played["short"].output


def test_the_stacks_of_a_role_are_shown_by_their_names_alone(tmp_path):
    """Ansible shows the items of a loop, whatever their label is."""
    stack = {
        "name": "shop",
        "definition": {"services": {"web": {"image": "a", "environment": {"API_KEY": "{{ secret }}"}}}},
        "env": {"DB_PASSWORD": "{{ variable }}", "B_TOKEN": "{{ other_variable }}"},
    }
    done = play(
        tmp_path,
        {},
        [],
        LONG,
        *("-v", "--check"),
        roles=[{"role": "apiary.swarm.swarm_stacks", "swarm_stacks_list": [stack]}],
        module_defaults={"group/apiary.swarm.swarm": {"docker_host": f"unix://{tmp_path}/none.sock"}},
    )
    assert done.status == 0, done.output
    assert "(item=shop)" in done.output
    assert '"item": "shop"' in done.output
    assert "environment" not in done.output
    assert found(done) == {}
