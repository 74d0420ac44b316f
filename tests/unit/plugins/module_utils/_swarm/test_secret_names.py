# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that are told by the names of what holds them."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import is_secret_name, named, shown

CONTENT = {
    "proxies": {"http-proxy": "http://bee:honeycomb@proxy:3128", "no-proxy": "localhost"},
    "log-opts": {"splunk-token": "1", "splunk-url": "https://collector:8081"},
    "registry-mirrors": ["https://bee:wax@mirror/waxworks"],
    "default-env": ["DB_PASSWORD=nectar", 'Environment="API_KEY=pollen"', "LEVEL=1"],
    "features": {"token": True},
    "mtu": 1450,
}


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        *((name, True) for name in ("DB_PASSWORD", "splunk-token", "secret", "API_KEY", "apikey", "key", "MYSQL_PWD")),
        *((name, True) for name in ("pass", "passphrase", "AUTH", "s3.secret.key", "passwd", "aws_credentials", "PW")),
        *((name, True) for name in ("sshkey", "LICENSE_KEY", "jwt", "--password", "app.session_cookie", "API_KEYS")),
        *(
            (name, False)
            for name in ("DB_PASSWORD_FILE", "TOKEN_PATH", "KEYBOARD", "monkey", "bypass", "author", "PWD")
        ),
        *((name, False) for name in ("TAG", "username", "tlskey", "storage-driver", "", "compass", "SSH_AUTH_SOCK")),
        *((name, False) for name in ("TOKEN_URL", "TOKEN_TTL", "PASSWORD_HASHING", "AWS_ACCESS_KEY_ID", "secret.name")),
    ],
)
def test_a_name_tells_whether_it_holds_a_secret(name, is_secret):
    assert is_secret_name(name) is is_secret


def test_secrets_are_found_by_their_names_and_in_addresses():
    assert sorted(named(CONTENT)) == ["1", "honeycomb", "nectar", "pollen", "wax"]
    assert list(named(["http://bee:p%40ss@proxy", "a:b@c", "http://host:80/a@b", 'A_TOKEN="x"', '"B_TOKEN=y"'])) == [
        "p%40ss",
        '"x"',
        "y",
    ]
    assert list(named(["serve", "--password", "p1", "--token=p2", "-v", "x", {"o": "user=bee,password=p3,ro"}])) == [
        "p1",
        "p2",
        "p3",
    ]
    assert list(named(None)) == list(named(1)) == list(named({"password": None, "token": False})) == []
    assert list(named({"tokens": {"worker": "w", "managers": ["m", 7]}})) == ["w", "m", "7"]


def test_they_are_hidden_in_commands_and_lists_of_options():
    assert shown(["serve", "--password", "p1", "--token=p2", "--level", "x", "exec: 'a --key=p3'"]) == [
        "serve",
        "--password",
        "********",
        "--token=********",
        "--level",
        "x",
        "exec: 'a --key=********'",
    ]
    assert shown({"o": "user=bee,password=p3,ro"}) == {"o": "user=bee,password=********,ro"}


def test_they_are_hidden_in_their_places_and_nowhere_else():
    assert shown(CONTENT) == {
        "proxies": {"http-proxy": "http://bee:********@proxy:3128", "no-proxy": "localhost"},
        "log-opts": {"splunk-token": "********", "splunk-url": "https://collector:8081"},
        "registry-mirrors": ["https://bee:********@mirror/waxworks"],
        "default-env": ["DB_PASSWORD=********", 'Environment="API_KEY=********"', "LEVEL=1"],
        "features": {"token": True},
        "mtu": 1450,
    }
    assert shown({"token": "", "password": None, "secret": {}, "key": 0}) == {
        "token": "",
        "password": None,
        "secret": {},
        "key": "********",
    }


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("JAVA_OPTS=-Ddb.password=wax -Xmx1g", "JAVA_OPTS=-Ddb.password=******** -Xmx1g"),
        ("--set=auth.password=wax", "--set=auth.password=********"),
        ("export T; PASSWORD='wax wix' run", "export T; PASSWORD=******** run"),
        ("User Id=sa;Pwd=wax", "User Id=sa;Pwd=********"),
        ("http://us@er:wax@h/x", "http://us@er:********@h/x"),
        ("app --password wax --level 1", "app --password ******** --level 1"),
        ("app --token --level 1", "app --token --level 1"),
        ("DBPASS=wax wix", "DBPASS=********"),
        ("PWD=/srv", "PWD=/srv"),
        ("ROUTING_KEY=a.b", "ROUTING_KEY=********"),
        ('{"u":"http://x:80","mail":"me@x"}', '{"u":"http://x:80","mail":"me@x"}'),
    ],
)
def test_secrets_within_texts(text, hidden):
    assert shown([text]) == [hidden]


def test_what_has_a_name_of_many_meanings_is_hidden_but_not_searched_for():
    value = {"AUTH": "password", "ROUTING_KEY": "manager1", "TOKEN_ISSUER": "https://auth.example.com"}
    assert list(named(value)) == []
    assert shown(value) == {**value, "AUTH": "********", "ROUTING_KEY": "********"}


@pytest.mark.parametrize("part", ["a=", "_expir", "://", "x:", "-", "=", "secret", "://a:b/"])
def test_a_long_text_without_a_secret_stays(part):
    """Errors of tasks can be as long as somebody likes; none of the patterns may go back and forth in them."""
    text = part * 100_000
    assert shown([text]) == [text]
