# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What swarm_init asks of an Engine and in which order."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.init_duty import init_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import BlankTransport, Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil

from .scripted import Swarm

pytestmark = pytest.mark.usefixtures("clock")

INIT = {"docker_host": "tcp://192.0.2.1:2376", "on_drift": "warn", "wait_timeout": 1}


def test_init_and_init_again():
    transport = Swarm()
    duty = init_duty({**INIT, "autolock": True})
    plan, view = fulfil(Engine(transport), duty, check_mode=False)
    first = duty.result(view)
    assert [step.action for step in plan] == ["init"]
    transport.requests.clear()
    plan, view = fulfil(Engine(transport), duty, check_mode=False)
    assert not plan
    assert transport.requests == [("GET", "/info")]
    assert duty.result(view) == first
    assert first["swarm"]["settings"]["autolock"] is True


def test_a_swarm_that_was_made_without_its_settings_is_no_swarm_that_was_not_made():
    transport = Swarm()
    transport.refused = "error updating cluster settings: CA certificate expires too soon"
    with pytest.raises(SwarmError, match=r"made a swarm, but refused its settings.*too soon") as error:
        fulfil(Engine(transport), init_duty({**INIT, "task_history_limit": 9}), check_mode=False)
    assert "Nothing was changed" not in str(error.value)
    assert error.value.facts["changed"] is True
    plan, _view = fulfil(Engine(transport), init_duty({**INIT, "task_history_limit": 9}), check_mode=True)
    assert [str(change) for step in plan for change in step.changes] == ["task_history_limit: null -> 9"]


def test_init_in_check_mode_has_the_same_shape():
    duty = init_duty(INIT)
    plan, view = fulfil(Engine(BlankTransport()), duty, check_mode=True)
    _plan, real = fulfil(Engine(Swarm()), duty, check_mode=False)
    assert [step.action for step in plan] == ["init"]
    assert set(duty.result(view)) == set(duty.result(real))
    assert set(duty.result(view)["swarm"]) == set(duty.result(real)["swarm"])
