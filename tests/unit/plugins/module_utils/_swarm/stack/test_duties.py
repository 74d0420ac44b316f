# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""stack_info and service_scale where there is no swarm, or where somebody else writes at the same time."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.info_duty import info_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scale_duty import scale_duty

from tests.doubles import EngineDouble


class NoManager:
    """An Engine in some state of membership."""

    is_blank = False
    api_version = (1, 41)

    def __init__(self, state):
        self.state = state

    def services(self, filters, status=False):
        raise NotAManager("This node is not a swarm manager.", 503)

    def info(self):
        return {"Swarm": {"LocalNodeState": self.state}}


DUTIES = {
    "stack_info": lambda check_mode: info_duty("st", check_mode),
    "service_scale": lambda check_mode: scale_duty({"st_web": 2}, True, 1, check_mode),
}


@pytest.mark.parametrize("make_duty", DUTIES.values(), ids=DUTIES)
def test_an_engine_that_is_no_manager(make_duty):
    for state, check_mode, words in [
        ("inactive", False, "in no swarm"),
        ("active", False, "a worker"),
        ("active", True, "a worker"),
    ]:
        with pytest.raises(SwarmError, match=f"This node is no swarm manager: it is {words}"):
            fulfil(NoManager(state), make_duty(check_mode), check_mode)
    plan, _state = fulfil(NoManager("inactive"), make_duty(True), check_mode=True)
    assert plan.warnings == ("This host is in no swarm yet: planned as for an empty one.",)


def test_stack_info_finds_no_stack_where_there_is_no_swarm_yet():
    duty = info_duty("st", check_mode=True)
    _plan, listed = fulfil(NoManager("inactive"), duty, check_mode=True)
    assert duty.result(listed)["stacks"][0]["exists"] is False


def test_stack_info_is_not_asked_for_a_stack_without_a_name():
    with pytest.raises(SwarmError, match="cannot have the name ''"):
        info_duty("", check_mode=False)


class Rival(EngineDouble):
    """Somebody else writes just before this run does, so many times."""

    def __init__(self, times):
        super().__init__()
        self.times = times

    def answer(self, method, path, query, body):
        if path.endswith("/update") and self.times:
            self.times -= 1
            current = self._find("services", path.split("/")[2])
            spec = {**current["Spec"], "Labels": {"rival": str(self.times)}}
            super().answer(method, path, {"version": str(current["Version"]["Index"])}, spec)
        return super().answer(method, path, query, body)


def test_service_scale_keeps_what_somebody_else_wrote_in_between():
    engine = Engine(Rival(times=2))
    container = {"Image": "web:1", "Env": ["A=1"]}
    mode = {"Replicated": {"Replicas": 2}}
    for name in ("web", "web2"):
        engine.create_service({"Name": name, "Mode": mode, "TaskTemplate": {"ContainerSpec": container}})
    before, other = engine.services()
    duty = scale_duty({"web": 3}, False, 1, check_mode=False)
    plan, state = fulfil(engine, duty, check_mode=False)
    assert plan.diff() == {"prepared": "service web.deploy.replicas: 2 -> 3\n"}
    # The Engine takes names for beginnings of names.
    assert [item["name"] for item in duty.result(state)["services"]] == ["web"]
    after, untouched = engine.services()
    assert untouched == other
    assert after["Spec"] == {
        **before["Spec"],
        "Labels": {"rival": "0"},
        "Mode": {"Replicated": {"Replicas": 3}},
    }
