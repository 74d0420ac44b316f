# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""swarm_lock as a whole module, against a double."""

from __future__ import annotations

import json

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.lock import AUDIT, LOCK, NAME
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.lock_duty import lock_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fulfil

from tests.doubles import EngineDouble

ANN = {"who": "ann@one", "controller": "one", "process": "7@70", "gone": False}
BOB = {"who": "bob@two", "controller": "two", "process": "8@80", "gone": False}


def stored(double):
    """The config itself."""
    (config,) = Engine(double).configs()
    assert config["Spec"]["Name"] == NAME
    return config


def hold(holder, **options):
    return {"operation": "upgrade", "holder": holder, **options}


def release(holder, **options):
    return {"state": "released", "holder": holder, **options}


def test_a_life(run):
    double = EngineDouble()
    planned = run(double, "swarm_lock", hold(ANN), check_mode=True)
    assert (planned["changed"], planned["lock"], double.writes) == (True, None, [])
    taken = run(double, "swarm_lock", hold(ANN))
    assert taken["plan"] == planned["plan"]
    assert [str(write) for write in double.writes] == ["POST /configs/create"]
    assert json.loads(stored(double)["Spec"]["Labels"][LOCK]) == taken["lock"]
    data = stored(double)["Spec"]["Data"]
    assert taken["lock"]["since"] == "2020-01-01T00:00:00Z"
    for check_mode in (False, True):
        again = run(double, "swarm_lock", hold(ANN), check_mode)
        assert (again["changed"], again["lock"], double.writes) == (False, taken["lock"], [])

    refused = run(double, "swarm_lock", hold(BOB))
    assert (refused["failed"], refused["changed"], refused["lock"]) == (True, False, taken["lock"])
    kept = run(double, "swarm_lock", release(BOB))
    assert (kept["changed"], kept["lock"]) == (False, taken["lock"])
    assert double.writes == []

    double.system_time = "2020-01-01T00:20:00.5Z"
    released = run(double, "swarm_lock", release(ANN, result="succeeded"))
    assert (released["changed"], released["lock"]) == (True, None)
    assert released["audit"][0]["ended"] == "2020-01-01T00:20:00Z"
    assert released["audit"][0]["result"] == "succeeded"
    assert set(stored(double)["Spec"]["Labels"]) == {AUDIT}
    assert run(double, "swarm_lock", release(ANN))["plan"] == []
    assert run(double, "swarm_lock", hold(BOB))["lock"]["who"] == "bob@two"
    assert stored(double)["Spec"]["Data"] == data


@pytest.mark.parametrize("is_there", [True, False], ids=["updated", "created"])
def test_of_two_takers_one_wins(is_there):
    """Both have read the same when the second one writes."""
    double = EngineDouble()
    defaults = {"state": "held", "limit": 60, "break_lock": None, "result": "", "docker_host": "ssh://x"}
    if is_there:
        for options in (hold(ANN), release(ANN)):
            fulfil(Engine(double), lock_duty({**defaults, "operation": "", **options}), False)

    class Late(Engine):
        """Someone else takes the lock just before the first write."""

        def create_config(self, spec):
            other_takes()
            return super().create_config(spec)

        def update_config(self, config_id, version, spec):
            other_takes()
            super().update_config(config_id, version, spec)

    def other_takes():
        if not Engine(double).configs({"label": [LOCK]}):
            fulfil(Engine(double), lock_duty({**defaults, **hold(BOB)}), False)

    with pytest.raises(SwarmError, match=r"Another operation has the lock of this swarm: upgrade, by bob@two") as lost:
        fulfil(Late(double), lock_duty({**defaults, **hold(ANN)}), False)
    assert lost.value.facts["changed"] is False
    assert json.loads(stored(double)["Spec"]["Labels"][LOCK])["who"] == "bob@two"


def test_a_config_that_goes_before_it_is_updated(run):
    double = EngineDouble()
    run(double, "swarm_lock", hold(ANN))
    run(double, "swarm_lock", release(ANN))

    class Late(Engine):
        def update_config(self, config_id, version, spec):
            self.remove_config(config_id)
            super().update_config(config_id, version, spec)

    options = {"state": "held", "limit": 60, "break_lock": None, "result": "", "docker_host": "ssh://x", **hold(ANN)}
    _plan, seen = fulfil(Late(double), lock_duty(options), False)
    assert seen.ledger.lock.who == "ann@one"
    assert seen.ledger.audit == ()


def test_foreign_labels_are_an_error_and_stay(run):
    double = EngineDouble()
    Engine(double).create_config({"Name": NAME, "Data": "eA==", "Labels": {LOCK: "mine"}})
    for options in (hold(ANN), release(ANN)):
        result = run(double, "swarm_lock", options)
        assert result["failed"]
        assert "nothing that swarm_lock wrote: 'mine'" in result["msg"]
        assert double.writes == []


def test_a_config_of_a_longer_name_is_another(run):
    double = EngineDouble()
    Engine(double).create_config({"Name": f"{NAME}.old", "Data": "eA==", "Labels": {LOCK: "mine"}})
    assert run(double, "swarm_lock", hold(ANN))["lock"]["who"] == "ann@one"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"operation": "upgrade"}, "was not told who runs it"),
        ({"holder": ANN}, "operation is empty"),
        (hold(ANN, limit=0), "limit is 0"),
    ],
)
def test_options_that_cannot_be_right(run, options, words):
    double = EngineDouble()
    result = run(double, "swarm_lock", options)
    assert result["failed"]
    assert words in result["msg"]
    assert "Nothing was changed." in result["msg"]
    assert double.requests == []
