# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks, volumes, secrets and configs: what is external, and where contents come from."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.unit.plugins.plugin_utils._compose.loading import loaded, refusal


@pytest.mark.parametrize("section", ["networks", "volumes", "secrets", "configs"])
def test_external(section: str) -> None:
    entries = {
        "a": {"external": True},
        "b": {"external": True, "name": "other"},
        "c": {"external": {"name": "old"}},
        "d": {"external": {}},
    }
    model = loaded({section: entries})
    assert model[section] == {
        "a": {"name": "a", "external": True},
        "b": {"name": "other", "external": True},
        "c": {"name": "old", "external": True},
        "d": {"name": "d", "external": True},
    }
    kind = section[:-1]
    assert model["warnings"] == [f"{kind} c: {kind}.external.name is deprecated in favor of {kind}.name"]
    conflict = f"{kind} c: {kind}.external.name and {kind}.name conflict; only use {kind}.name"
    assert refusal({section: {"c": {"external": {"name": "x"}, "name": "y"}}}) == conflict
    since = 4 if section == "volumes" else 5
    for minor in (since - 1, since):
        warnings = loaded({"version": f"3.{minor}", section: {"c": {"external": {"name": "x"}}}})["warnings"]
        assert len(warnings) == (1 if minor == since else 0)


def test_what_is_not_external() -> None:
    model = loaded({"networks": {"n": {"external": False, "driver": "x"}}})
    assert model["networks"] == {"n": {"driver": "x"}}


@pytest.mark.parametrize(("key", "value"), [("driver", "x"), ("driver_opts", {"a": "b"}), ("labels", ["a"])])
def test_external_volumes_are_nothing_else(key: str, value: Any) -> None:
    message = refusal({"volumes": {"v": {"external": True, key: value}}})
    assert message == f'conflicting parameters "external" and "{key}" specified for volume "v"'


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_contents() -> None:
    model = loaded(
        {
            "secrets": {
                "file": {"file": "./secret.txt", "labels": ["a"]},
                "driver": {"driver": "vault", "file": "", "driver_opts": {"a": 1}},
                "variable": {"environment": "TOKEN"},
                "given": {"name": "other"},
            },
            "configs": {"absolute": {"file": "/etc/app.conf"}, "text": {"content": "a=${TOKEN}\n"}},
        },
        env={"TOKEN": "t"},
        secrets={"given": "value"},
    )
    assert model["secrets"] == {
        "file": {"content": _b64(b"s3cret\x00"), "labels": {"a": ""}},
        "driver": {"driver": "vault", "driver_opts": {"a": "1"}},
        "variable": {"content": _b64(b"t")},
        "given": {"content": _b64(b"value"), "name": "other"},
    }
    assert model["configs"] == {"absolute": {"content": _b64(b"conf")}, "text": {"content": _b64(b"a=t\n")}}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"secrets": {"s": {"file": "x"}}}, "open /srv/stack/x: no such file or directory It is the file of secret s."),
        ({"secrets": {"s": {}}}, "secret s: there is no content Give a file or environment, or say external: true."),
        (
            {"secrets": {"s": {"driver": "d", "file": "x"}}},
            "secret s: secret.driver and secret.file conflict; only use secret.driver",
        ),
        (
            {"configs": {"c": {"file": "x", "content": "y"}}},
            "config c: file and content conflict; only use one of them",
        ),
        (
            {"volumes": {"v": {"x-cluster-spec": {"secrets": [{"key": 1}]}}}},
            "volumes.v.x-cluster-spec.secrets.0.key: expected a string, got 1",
        ),
        ({"secrets": {"s": {"environment": "NO"}}}, "secret s: the environment variable NO is not set "),
    ],
)
def test_contents_that_are_missing(config: Any, message: str) -> None:
    assert refusal(config).startswith(message)


def test_values_for_secrets_that_do_not_take_them() -> None:
    unknown = "values are given for secrets that the Compose file does not have: a, b"
    assert refusal({}, secrets={"b": "x", "a": "y"}).startswith(unknown)
    external = {"secrets": {"s": {"external": True}}}
    assert (
        refusal(external, secrets={"s": "x"})
        == "secret s: a value is given for it, but its content is not the stack's to set"
    )


def test_files_are_read_for_what_is_left_after_merging() -> None:
    model = loaded({"secrets": {"s": {"file": "missing", "labels": ["a"]}}}, {"secrets": {"s": {"file": "secret.txt"}}})
    assert model["secrets"] == {"s": {"content": _b64(b"s3cret\x00")}}
