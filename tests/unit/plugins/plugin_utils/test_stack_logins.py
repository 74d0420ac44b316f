# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins for registries: what a task and a docker configuration may say."""

from __future__ import annotations

import base64
import json

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils import _stack_logins as logins

HUB_ADDRESS = "https://index.docker.io/v1/"


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def config(**auths):
    return json.dumps({"auths": auths, "currentContext": "default"}).encode()


def test_a_login_of_a_task_gets_the_address_that_the_engine_wants():
    login = {"username": "u", "password": "p"}
    assert logins.given({"registry:5000": login, "docker.io": login}) == {
        "registry:5000": {**login, "serveraddress": "registry:5000"},
        "docker.io": {**login, "serveraddress": HUB_ADDRESS},
    }


@pytest.mark.parametrize(
    "login",
    [
        "u:hidden",
        {"username": "u"},
        {"username": "u", "password": "hidden", "email": "hidden"},
        {"username": "u", "password": ""},
        {"username": "u", "password": None},
        {"username": "u", "password": ["hidden"]},
    ],
)
def test_what_is_no_login_is_named_and_not_shown(login):
    with pytest.raises(ValueError, match=r"registry_auth\.r:5000") as error:
        logins.given({"r:5000": login})
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize(
    ("entry", "login"),
    [
        ({"auth": encoded("u:p")}, {"username": "u", "password": "p"}),
        ({"auth": encoded("u:p:q")}, {"username": "u", "password": "p:q"}),
        ({"auth": encoded("u:p\0\0")}, {"username": "u", "password": "p"}),
        ({"username": "u", "password": "p"}, {"username": "u", "password": "p"}),
        ({"auth": encoded("u:"), "identitytoken": "t"}, {"identitytoken": "t"}),
        ({"registrytoken": "t"}, {"registrytoken": "t"}),
        # The login is in a credential helper.
        ({}, None),
        ({"username": "u"}, None),
    ],
)
def test_entries_of_a_docker_configuration(entry, login):
    expected = {"r:5000": {**login, "serveraddress": "r:5000"}} if login else {}
    assert logins.configured(config(**{"r:5000": entry})) == expected


@pytest.mark.parametrize("content", [b"{}", b'{"auths": null}', b'{"credsStore": "pass"}'])
def test_a_configuration_without_logins(content):
    assert logins.configured(content) == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hidden",
        b"\xff",
        b'["hidden"]',
        b'{"auths": "hidden"}',
        config(r={"auth": "hidden!"}),
        config(r={"auth": 1}),
        config(r={"auth": encoded("hidden")}),
        config(r="hidden"),
    ],
)
def test_a_broken_configuration_is_one_error_that_shows_nothing(content):
    with pytest.raises(ValueError, match="is no docker configuration") as error:
        logins.configured(content)
    assert "hidden" not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize(
    ("registry", "domain"),
    [
        (HUB_ADDRESS, "docker.io"),
        ("docker.io", "docker.io"),
        ("https://registry.example/v2/", "registry.example"),
        ("http://registry:5000", "registry:5000"),
        ("registry.example:5000", "registry.example:5000"),
    ],
)
def test_registries_are_called_as_in_names_of_images(registry, domain):
    assert logins.domain_of(registry) == domain


def test_only_the_logins_that_images_need_leave_the_controller():
    known = {name: {"username": name} for name in ("docker.io", "r:5000", "other")}
    images = ["busybox:1", "r:5000/web@sha256:" + "a" * 64, "a" * 64, "other/team/app"]
    assert set(logins.needed(known, images)) == {"docker.io", "r:5000"}
