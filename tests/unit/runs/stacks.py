# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of stack_deploy as its two halves make them, without Ansible between them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Unfinished
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert import convert
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.deploy import make_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.options import DEPLOYMENT, MODEL
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.load import Source, load

STACK = "st"
FILES = {"/stack/a.txt": b"first", "/stack/b.txt": b"second \x00\xff"}
ENVIRONMENT = {"C": "from outside"}


def specs_of(compose: str | Mapping[str, Any], **contents: Mapping[str, str]) -> dict[str, Any]:
    """What the action plugin makes of a Compose file. `contents` are those of secrets or configs, by kind."""
    source = Source("definition", compose)
    model = load([source], ENVIRONMENT, FILES.__getitem__, working_dir="/stack", home=None, **contents)
    return convert(model, STACK)._asdict()


def params_of(**options: Any) -> dict[str, Any]:
    checked = ArgumentSpecValidator({**DEPLOYMENT, **MODEL}).validate({"name": STACK, **options})
    assert not checked.error_messages
    params: dict[str, Any] = checked.validated_parameters
    return params


def deploy(engine: Engine, specs: Mapping[str, Any] | None, check_mode: bool = False, **options: Any) -> list[str]:
    """One task, in as many rounds as the module wants; its steps in words. Without specs there is no model."""
    done: list[Mapping[str, Any]] = []
    ticket = None
    while True:
        model = "" if specs is None else json.dumps({"specs": specs, "auths": {}, "ticket": ticket})
        try:
            plan, _state = fulfil(engine, make_duty(params_of(model=model, **options), check_mode), check_mode)
        except Unfinished as pause:
            done += pause.facts["plan"]
            ticket = pause.facts["unfinished"]["ticket"]
        else:
            return [f"{step['action']} {step['kind']} {step['name']}" for step in (*done, *plan.as_list())]
