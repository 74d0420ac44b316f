# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets of a deployment, for both of its halves: what must not be shown of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import SHORTEST, texts

# What of a login says who logs in, and where.
_PUBLIC = ("username", "serveraddress")


def in_text(text: Any) -> Iterator[str]:
    """Of the option `model`, as JSON text."""
    try:
        model = json.loads(text or "{}")
    except (TypeError, ValueError):
        model = None
    if isinstance(model, Mapping):
        yield from in_model(model)


def in_model(model: Mapping[str, Any]) -> Iterator[str]:
    """Contents of secrets, passwords and tokens of registries, and what the controller knows besides (`hidden`)."""
    specs = model.get("specs") or {}
    for secret in (specs.get("secrets") or {}).values():
        yield from _contents(secret.get("Data") or "")
    for login in (model.get("auths") or {}).values():
        yield from texts({key: value for key, value in login.items() if key not in _PUBLIC})
    yield from texts(model.get("hidden") or [])


def _contents(data: str) -> Iterator[str]:
    """A content as it is, if it is text, and in base64, as the Engine gets it."""
    content = base64.b64decode(data)
    if len(content.strip()) >= SHORTEST:
        yield data
        try:
            yield content.decode()
        except UnicodeDecodeError:
            pass
