# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files, loaded with files and variables that there are not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.errors import ComposeError
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.load import Source, load

FILES = {
    "/srv/stack/base.env": b"A=base\nEMPTY=\nKNOWN\nUNKNOWN\n",
    "/srv/stack/other.env": b"A=other\nB=b\n",
    "/srv/stack/secret.txt": b"s3cret\x00",
    "/etc/app.conf": b"conf",
}


def _read(path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(2, "No such file or directory", path)
    return FILES[path]


def loaded(*contents: Any, compatibility: str = "default", **options: Any) -> dict[str, Any]:
    sources = [Source(f"{number}.yml", content) for number, content in enumerate(contents)]
    options = {"env": {}, "read_file": _read, "working_dir": "/srv/stack", "home": "/home/me", **options}
    model = load(sources, compatibility=compatibility, **options)
    assert json.loads(json.dumps(model)) == model
    return model


def service_of(*keys: Any, **options: Any) -> dict[str, Any]:
    """The service of one or more files, each of which gives these keys of it."""
    first, *others = keys
    files = [{"services": {"web": {"image": "i", **first}}}, *({"services": {"web": other}} for other in others)]
    model = loaded(*files, **options)
    service = model["services"]["web"]
    assert isinstance(service, dict)
    return service


def refusal(*contents: Any, **options: Any) -> str:
    with pytest.raises(ComposeError) as caught:
        loaded(*contents, **options)
    return str(caught.value)


def with_service(**keys: Any) -> dict[str, Any]:
    return {"services": {"web": {"image": "i", **keys}}}
