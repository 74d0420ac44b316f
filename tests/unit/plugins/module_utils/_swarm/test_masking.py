# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets are searched for, and hidden."""

from __future__ import annotations

import json

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import masked, searchable, texts


@pytest.mark.parametrize("short", ["1", "true", "deploy", "", " 1234567 ", "\n"])
def test_what_is_too_short_is_not_searched_for(short):
    text = {"host": "manager1", "line": "stack deploy after 1 s: true 1234567"}
    assert searchable([short]) == frozenset()
    assert masked(text, [short]) == text


def test_what_is_long_enough_is_masked_everywhere():
    secrets = ["honeycomb\n", "honeycomb-2", "12345678", "a.c*efgh"]
    assert masked(
        {
            "honeycomb": ["x honeycomb y", ("honeycomb-2",)],
            "number": 12345678,
            "none": None,
            "text": "abc*efgh abcdefgh",
        },
        secrets,
    ) == {
        "honeycomb": ["x ******** y", ["********"]],
        "number": 12345678,
        "none": None,
        "text": "abc*efgh abcdefgh",
    }


def test_a_secret_of_several_lines_is_masked_as_a_whole():
    text = "listen 80;\nserver_name a;\n"
    assert masked(f"it says {text} and ends", [text]) == "it says ********\n and ends"
    assert masked("listen 80;", [text]) == "listen 80;"


def test_of_a_key_in_pem_format_each_line_is_masked():
    key = "-----BEGIN KEY-----\nMIGHAgEAMBMG\nByqG\n-----END KEY-----\n"
    assert masked("-----BEGIN KEY-----\nMIGHAgEAMBMG", [key]) == "-----BEGIN KEY-----\n********"
    assert masked("ByqG", [key]) == "ByqG"


def test_a_secret_that_is_quoted_in_json_is_masked():
    secret = 'a "quoted"\nsecret: ä\\'
    for quoted in (json.dumps({"Data": secret}), json.dumps({"Data": secret}, ensure_ascii=False)):
        assert masked(f"invalid request: {quoted}", [secret]) == 'invalid request: {"Data": "********"}'


@pytest.mark.parametrize("password", ["1", "w@x", "honeycomb"])
def test_passwords_in_addresses_are_masked_whatever_their_length(password):
    error = f"http://bee:{password}@proxy:3128/: refused; see http://docs:80/a@b"
    assert masked(error, []) == "http://bee:********@proxy:3128/: refused; see http://docs:80/a@b"


def test_texts_of_plain_data():
    assert list(texts({"a": ["x", {"b": ("y", 1, 2.5, True, None)}], "c": ""})) == ["x", "y", "1", "2.5", ""]
