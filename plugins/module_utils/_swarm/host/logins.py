# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins to registries, as `docker login` of root keeps them: for what is pulled on the host by hand."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

PATH = "/root/.docker/config.json"

# What the docker CLI calls the registry docker.io.
_HUB = {"docker.io": "https://index.docker.io/v1/"}

Login = Mapping[str, str]


def read_wish(text: str) -> dict[str, Login | None]:
    """From JSON in base64, {registry: {username, password} or null}; SwarmError for anything else."""
    hint = "Nothing was changed. Give {registry: {username: ..., password: ...}}, or null to have a login taken away."
    try:
        wish = json.loads(base64.b64decode(text, validate=True)) if text else {}
    except ValueError:
        wish = None  # what it says is not shown: it may hold a password
    if not isinstance(wish, dict):
        raise SwarmError("docker_engine_registry_logins cannot be read.", hint)
    for registry, login in wish.items():
        if login is not None and not (isinstance(login, dict) and _is_login(login)):
            raise SwarmError(f"docker_engine_registry_logins has no user name or no password for {registry}.", hint)
    return wish


def secrets(text: Any) -> set[str]:
    """The passwords of the option, and how the file has them. What cannot be read is a secret as a whole."""
    try:
        wish = read_wish(text or "")
    except SwarmError:
        return {str(text)}
    return {secret for login in wish.values() if login for secret in (login["password"], _code(login))}


def merged(present: str | None, wish: Mapping[str, Login | None]) -> str | None:
    """The file with the wished logins; all else in it stays. What is there already as wished stays as it is written."""
    content = _content(present)
    held = content.get("auths")
    auths: dict[str, Any] = dict(held) if isinstance(held, Mapping) else {}
    for registry, login in wish.items():
        key = _HUB.get(registry, registry)
        helper = (content.get("credHelpers") or {}).get(key) or content.get("credsStore")
        if login and helper:
            raise SwarmError(
                f"{PATH} leaves the login to {registry} to the credential helper {helper}.",
                "Nothing was changed. Log in by it, or take it out of the file.",
            )
        if login is None:
            auths.pop(key, None)
        else:
            auths[key] = {"auth": _code(login)}
    if auths == (held or {}):
        return present
    return json.dumps({**content, "auths": auths}, indent=2) + "\n"


def _code(login: Login) -> str:
    return base64.b64encode(f"{login['username']}:{login['password']}".encode()).decode()


def _is_login(login: Mapping[str, Any]) -> bool:
    return all(isinstance(login.get(key), str) and login[key] for key in ("username", "password"))


def _content(present: str | None) -> Mapping[str, Any]:
    try:
        content = json.loads(present or "{}")
    except ValueError as problem:
        raise SwarmError(
            f"{PATH} cannot be read: {problem}.", "Nothing was changed. Correct the file or remove it."
        ) from problem
    if not isinstance(content, Mapping):
        raise SwarmError(f"{PATH} does not hold an object.", "Nothing was changed. Correct the file or remove it.")
    return content
