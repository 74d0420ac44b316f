# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins to registries in the file of the docker CLI."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import logins
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Host, Os
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import wish_of

BEE = {"username": "bee", "password": "nectar"}
AUTH = base64.b64encode(b"bee:nectar").decode()


def coded(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


def content(**others):
    return json.dumps({"auths": {"registry:5001": {"auth": AUTH}}, **others})


@pytest.mark.parametrize(
    ("present", "wish", "expected"),
    [
        (None, {"registry:5001": BEE}, {"auths": {"registry:5001": {"auth": AUTH}}}),
        (None, {"docker.io": BEE}, {"auths": {"https://index.docker.io/v1/": {"auth": AUTH}}}),
        (
            '{"auths": {"a": {"auth": "x"}}, "psFormat": "y"}',
            {"b": BEE},
            {"auths": {"a": {"auth": "x"}, "b": {"auth": AUTH}}, "psFormat": "y"},
        ),
        (content(), {"registry:5001": None}, {"auths": {}}),
        (
            '{"credHelpers": {"other": "pass"}}',
            {"b": BEE},
            {"credHelpers": {"other": "pass"}, "auths": {"b": {"auth": AUTH}}},
        ),
    ],
)
def test_the_file(present, wish, expected):
    assert json.loads(logins.merged(present, wish)) == expected


def test_nothing_is_written_for_nothing():
    assert logins.merged(content(), {"registry:5001": BEE, "x": None}) == content()
    assert logins.merged(None, {}) is None
    assert logins.merged(None, {"x": None}) is None


@pytest.mark.parametrize(
    ("present", "words"),
    [
        ('{"credsStore": "pass"}', "leaves the login to registry:5001 to the credential helper pass"),
        ('{"credHelpers": {"registry:5001": "ecr-login"}}', "ecr-login"),
        ("{", "cannot be read"),
        ("[]", "does not hold an object"),
    ],
)
def test_a_file_that_cannot_take_it(present, words):
    with pytest.raises(SwarmError, match=words):
        logins.merged(present, {"registry:5001": BEE})


@pytest.mark.parametrize(
    "wish", [{"r": {"username": "bee"}}, {"r": {"username": "bee", "password": 1}}, {"r": "bee:nectar"}, ["nectar"]]
)
def test_what_cannot_be_a_login(wish):
    with pytest.raises(SwarmError, match="docker_engine_registry_logins") as caught:
        wish_of({"source": "docker", "logins": coded(wish)})
    assert "nectar" not in str(caught.value)


def test_text_that_is_no_json():
    with pytest.raises(SwarmError, match="cannot be read"):
        logins.read_wish("nectar")


def test_only_root_reads_it_and_nothing_shows():
    wish = wish_of({"source": "distribution", "logins": coded({"registry:5001": BEE})})
    plan, needs = decide(Host(Os("debian", "12", "bookworm", "Debian", "debian", "x86_64")), wish)
    (step,) = [step for step in plan if step.name == logins.PATH]
    assert (needs.config, step.payload.mode) == (True, 0o600)
    assert AUTH not in str(plan.as_list()) + str(plan.diff()) + str(asdict(needs))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("", set()),
        (None, set()),
        (coded({"registry:5001": BEE, "docker.io": None}), {"nectar", AUTH}),
        ("nectar", {"nectar"}),
    ],
)
def test_what_must_not_be_shown_of_the_option(text, secret):
    assert logins.secrets(text) == secret
