# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real Compose files become what the docker CLI made of them, where the recordings are beside the checkout."""

from __future__ import annotations

import hashlib
import importlib
import os
import pathlib
import sys
from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert import Specs, convert
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.errors import ComposeError
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.load import Source, load

SHARED = pathlib.Path(__file__).resolve().parents[6] / "shared"
STACK = "st"


def _cases() -> list[Any]:
    if not (SHARED / "corpus").is_dir() or not (SHARED / "tools").is_dir():
        return []
    sys.path.insert(0, str(SHARED / "tools"))
    try:
        return list(importlib.import_module("stackoracle.corpus").load(str(SHARED / "corpus")))
    finally:
        sys.path.remove(str(SHARED / "tools"))


CASES = _cases()
pytestmark = pytest.mark.skipif(not CASES, reason="the corpus is not beside the checkout")


def _read(path: str) -> bytes:
    return pathlib.Path(path).read_bytes()


def _specs(case: Any) -> Specs:
    home = importlib.import_module("stackoracle.corpus").HOME
    try:
        sources = [Source(path, _read(path).decode()) for path in case.compose]
    except OSError as error:
        raise ComposeError(str(error)) from error
    env = {"HOME": home, "PATH": os.environ["PATH"], **case.env}
    folder = str(pathlib.Path(case.compose[0]).parent)
    model = load(sources, env, _read, working_dir=folder, home=home, compatibility="cli")
    specs = convert(model, STACK, "cli")
    for kind, names in specs.external.items():
        missing = set(names) - set(case.seed.get(kind, []))
        if missing:
            raise SwarmError(f"no such {kind}: {missing}")
    return specs


def _requests(specs: Specs) -> list[dict[str, Any]]:
    """With the IDs that the recordings' Engine gave to secrets and configs."""

    def new_id(kind: str, name: str) -> str:
        return hashlib.sha256(f"{kind.lower()}s/{name}".encode()).hexdigest()[:25]

    for service in specs.services.values():
        container = service["TaskTemplate"]["ContainerSpec"]
        for kind in ("Secret", "Config"):
            for reference in container.get(f"{kind}s", []):
                reference[f"{kind}ID"] = new_id(kind, reference[f"{kind}Name"])
        credential_spec = container["Privileges"]["CredentialSpec"]
        if credential_spec and credential_spec["Config"]:
            credential_spec["Config"] = new_id("Config", credential_spec["Config"])
    return [
        {"method": "POST", "path": f"/{kind}/create", "body": body}
        for kind in ("networks", "secrets", "configs", "services")
        for body in getattr(specs, kind).values()
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_same_as_the_cli(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SHARED / "tools"))
    if case.negative:
        with pytest.raises((ComposeError, SwarmError)):
            _specs(case)
        return
    requests = _requests(_specs(case))
    equal, differences = importlib.import_module("stackoracle.compare").compare(case.requests, requests, {})
    assert [str(difference) for difference in differences] == []
    assert equal == len(case.requests)
