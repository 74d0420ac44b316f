# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at stacks and services: what stack_info and service_info ask of the Engine, with seven lists and with four,
however much there is.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.converge import Look
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.info import Listed, services, stacks
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.manager import without_manager
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rotate import NAMESPACE_LABEL
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.settle import own
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import check_name


def info_duty(name: str | None, check_mode: bool) -> Duty[Listed]:
    """Look at the stack of this name, or at all. There is never anything to do."""
    if name is not None:
        check_name(name)
    return Duty(
        read=lambda engine: _read(engine, name, check_mode),
        decide=lambda listed: Plan(warnings=listed.warnings),
        perform=lambda engine, step: None,
        result=lambda listed: {"stacks": stacks(listed, name)},
    )


def services_duty(check_mode: bool) -> Duty[Listed]:
    """Look at all services, those of no stack, too. There is never anything to do."""
    return Duty(
        read=lambda engine: _read_services(engine, None, check_mode),
        decide=lambda listed: Plan(warnings=listed.warnings),
        perform=lambda engine, step: None,
        result=lambda listed: {"services": services(listed)},
    )


def _read(engine: Engine, name: str | None, check_mode: bool) -> Listed:
    owned = {"label": [NAMESPACE_LABEL]} if name is None else own(name)
    listed = _read_services(engine, owned, check_mode)
    if engine.is_blank or listed.warnings:
        return listed
    return replace(
        listed, networks=engine.networks(owned), secrets=engine.secrets(owned), configs=engine.configs(owned)
    )


def _read_services(engine: Engine, filters: Mapping[str, list[str]] | None, check_mode: bool) -> Listed:
    if engine.is_blank:
        return Listed()
    try:
        found = engine.services(filters)
    except NotAManager as problem:
        return Listed(warnings=without_manager(engine, problem, check_mode).warnings)
    current = engine.tasks({**(filters or {}), "_up-to-date": ["true"]})
    now = datetime.datetime.now(datetime.timezone.utc).timestamp()
    return Listed(look=Look(found, current, engine.nodes(), at=now, now=now), tasks=engine.tasks(filters))
