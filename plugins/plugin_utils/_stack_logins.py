# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins for registries, from a task and from a docker configuration, in the form in which the Engine takes them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import reference

Logins = dict[str, dict[str, str]]

HUB = "docker.io"
# How `docker login` calls Docker Hub.
_HUB_ADDRESS = "https://index.docker.io/v1/"
_HUB_NAMES = {"docker.io", "index.docker.io", "registry-1.docker.io"}


def given(value: Mapping[str, Any]) -> Logins:
    """The logins of the option registry_auth. ValueError, which shows no value, for what is none."""
    logins: Logins = {}
    for registry, login in value.items():
        place = f"registry_auth.{registry}"
        if not isinstance(login, Mapping) or set(login) != {"username", "password"}:
            raise ValueError(f"{place} has to be a mapping with username and password, and nothing else.")
        for key, text in login.items():
            if not isinstance(text, str) or not text:
                raise ValueError(f"{place}.{key} has to be text, and not empty.")
        domain = domain_of(str(registry))
        logins[domain] = {**login, "serveraddress": _address(domain)}
    return logins


def configured(content: bytes) -> Logins:
    """The logins that `docker login` left in a config.json. ValueError, which shows no value, if it is none.

    Entries without a login (it is in a credential helper then) are left out.
    """
    try:
        auths = json.loads(content).get("auths") or {}
        found = {domain_of(registry): _entry(entry) for registry, entry in auths.items()}
    except (ValueError, AttributeError):
        # Without its cause, which shows the text that it failed for.
        raise ValueError("is no docker configuration: its auths cannot be read.") from None
    return {domain: {**entry, "serveraddress": _address(domain)} for domain, entry in found.items() if entry}


def needed(logins: Logins, images: Iterable[str]) -> Logins:
    """Those for the registries of these images."""
    domains = set()
    for image in images:
        try:
            domains.add(reference.parse(image).domain)
        except ValueError:  # the ID of an image, which comes from no registry
            continue
    return {domain: login for domain, login in logins.items() if domain in domains}


def domain_of(registry: str) -> str:
    """A registry as names of images have it: `https://registry.example/v1/` is `registry.example`."""
    host = registry.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return HUB if host in _HUB_NAMES else host


def _address(domain: str) -> str:
    return _HUB_ADDRESS if domain == HUB else domain


def _entry(entry: Mapping[str, Any]) -> dict[str, str]:
    """The login of an entry, empty if it has none. `auth` as in docker/cli (decodeAuth)."""
    if entry.get("identitytoken"):
        return {"identitytoken": str(entry["identitytoken"])}
    if entry.get("registrytoken"):
        return {"registrytoken": str(entry["registrytoken"])}
    if not entry.get("auth"):
        plain = {key: str(entry[key]) for key in ("username", "password") if entry.get(key)}
        return plain if len(plain) == 2 else {}
    try:
        text = base64.b64decode(entry["auth"], validate=True).decode()
    except (binascii.Error, TypeError) as error:
        raise ValueError from error
    username, colon, password = text.partition(":")
    if not colon:
        raise ValueError
    return {"username": username, "password": password.rstrip("\0")}
