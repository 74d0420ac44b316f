# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that are given to tasks: long ones must be found nowhere, and short ones must change nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.unit.runs.plays import Played

_LINES = "\n".join(f"PlantedLine{number}{'Zq7x' * 12}" for number in range(3))
LONG: dict[str, Any] = {
    # of stacks
    "secret": "planted-content-of-a-secret",
    "pem": f"-----BEGIN PRIVATE KEY-----\n{_LINES}\n-----END PRIVATE KEY-----\n",
    "other_secret": "planted-content-that-is-new",
    "variable": 'planted-value-of-a-"variable"-\u00e4',
    "other_variable": "planted-value-that-is-new",
    "registry": "planted-password-of-a-registry",
    # of swarms
    "join": f"SWMTKN-1-{'planted' * 7}0-{'5' * 25}",
    "unlock": "SWMKEY-1-plantedUnlockKey0000000000000000000000000000000",
    "ca_key": f"-----BEGIN EC PRIVATE KEY-----\n{_LINES[::-1]}\n-----END EC PRIVATE KEY-----\n",
    "compromised": "planted-token-that-was-published",
    "input": "planted-input-of-a-script",
    # of Engines
    "proxy": "planted-password-of-the-proxy",
    "repository": "planted-password-of-the-mirror",
    "login": "planted-password-of-a-login",
    "option": "planted-token-of-a-log-driver",
    "setting": "planted-password-of-a-service",
}
SHORT: dict[str, Any] = {
    **dict.fromkeys(LONG, "1"),
    "join": LONG["join"],  # there are no shorter ones
    "pem": "true",
    "other_secret": "0",
    "other_variable": "11",
    "registry": "deploy",
    "ca_key": "true",
    "compromised": "manager",
    "login": "deploy",
    "option": "true",
    "setting": "1",
}

# No secret, but needed for the key of a CA.
CERTIFICATE = f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(b'a certificate').decode()}\n-----END CERTIFICATE-----\n"


def found(played: Played) -> dict[str, list[str]]:
    """Where long secrets are found, in whatever form: for each of them, the traces."""
    places: dict[str, list[str]] = {}
    for where, text in played.traces.items():
        for name in shown_in(text):
            places.setdefault(name, []).append(where)
    return places


def shown_in(text: str) -> list[str]:
    """The names of the long secrets that a text has."""
    return [name for name, value in LONG.items() if any(form in text for form in forms(value))]


def forms(value: str) -> set[str]:
    """A value as it is, each of its lines, in JSON, in JSON within JSON, and in base64 wherever it begins there."""
    lines = {line for line in value.splitlines() if len(line) >= 8 and not line.startswith("-----")}
    # The first characters depend on what is before the value, the last ones on what comes after it.
    coded = (base64.b64encode(b" " * shift + value.encode()).decode() for shift in range(3))
    nested = [value]
    for ascii_only in (True, False):
        nested += [_in_json(value, ascii_only), _in_json(_in_json(value, ascii_only), ascii_only)]
    return lines | {text[4:-4] for text in coded} | {*nested}


def _in_json(text: str, ascii_only: bool) -> str:
    return json.dumps(text, ensure_ascii=ascii_only)[1:-1]


def differences(one: Played, other: Played) -> list[str]:
    """The lines in which the traces of two plays differ, once what differs from run to run is taken away."""
    ours, theirs = one.normalised(), other.normalised()
    return [
        f"{where}: {line}"
        for where in sorted({*ours, *theirs})
        for line in _apart(ours.get(where, ["(nothing)"]), theirs.get(where, ["(nothing)"]))
    ]


def _apart(ours: list[str], theirs: list[str]) -> Iterable[str]:
    if len(ours) != len(theirs):
        yield f"{len(ours)} lines and {len(theirs)} lines"
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            at = next((place for place, pair in enumerate(zip(one, other, strict=False)) if len({*pair}) > 1), 0)
            yield f"{one[max(0, at - 60) : at + 60]!r} and {other[max(0, at - 60) : at + 60]!r}"


@contextmanager
def unknown() -> Iterator[set[str] | None]:
    """Meanwhile Ansible knows no secret, as in a process of its own. Gives those that it is told, from 2.22 on."""
    try:
        from ansible.module_utils._internal._secrets import _secret_masker as masker
    except ImportError:
        yield None
        return
    before = {name: value for name, value in vars(masker).items() if name not in ("_lock", "_new_secret_trackers")}
    vars(masker).update((name, type(value)()) for name, value in before.items())
    try:
        yield masker._secrets
    finally:
        vars(masker).update(before)
