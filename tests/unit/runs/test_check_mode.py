# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check mode of every module of the cluster, wherever it is run: on an Engine that refuses writes, none is tried.

A module that is added has to be added here too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.doubles import EngineDouble
from tests.doubles.engine import TOKEN
from tests.unit.meta.project import MODULES

MEMBERS = ("manager", "worker", "inactive")
UNLOCK_KEY = "SWMKEY-1-" + "k" * 43


@dataclass(frozen=True)
class Case:
    """Options with which there is something to do. `manager`, `worker` and `inactive`: which actions are planned there;
    None where the module refuses to work."""

    module: str
    options: dict[str, Any] = field(default_factory=dict)
    manager: list[str] | None = None
    worker: list[str] | None = None
    inactive: list[str] | None = None


# The manager is host1, the workers are host2 and host3, and the worker that is asked is host3.
JOIN = {"join_token": TOKEN, "remote_addrs": ["10.0.0.1"]}
HOLDER = {"who": "me@here", "controller": "c", "process": "1@1"}
CASES = {
    "init": Case("swarm_init", {"autolock": True, "task_history_limit": 2}, ["update"], None, ["init"]),
    "info": Case("swarm_info", {"nodes": True}, [], [], []),
    "labels": Case("node_label", {"nodes": {"host2": {"zone": "a"}}}, ["update"], None, ["update"]),
    "nodes": Case(
        "node_update",
        {"nodes": {"host2": {"availability": "drain"}, "host3": {"role": "manager"}}},
        ["promote", "update"],
        None,
        ["update"],
    ),
    "nodes, waited for": Case(
        "node_update",
        {"nodes": {"host2": {"availability": "drain"}}, "wait_drained": True},
        ["update"],
        None,
        ["update"],
    ),
    "the only manager": Case("node_update", {"nodes": {"host1": {"role": "worker"}}}, None, None, []),
    "removal": Case("node_remove", {"nodes": ["host2", "host3", "gone"]}, ["remove", "remove"], None, []),
    "removal by force": Case("node_remove", {"nodes": ["host2"], "force": True}, ["drain", "remove"], None, []),
    "removal of itself": Case("node_remove", {"nodes": ["host1"], "force": True}, None, None, []),
    "maintenance": Case("node_maintenance", {"nodes": ["host2"], "state": "begun"}, ["update"], None, None),
    "maintenance that was not begun": Case("node_maintenance", {"nodes": ["host2"], "state": "ended"}, [], None, None),
    "join": Case("swarm_join", JOIN, [], [], ["join"]),
    "leave": Case("swarm_leave", {}, None, ["leave"], []),
    "tokens": Case("swarm_rotate", {"rotate": ["worker_token", "manager_token"]}, ["rotate"], None, None),
    "unlock": Case("swarm_unlock", {"unlock_key": UNLOCK_KEY}, [], [], None),
    "lock": Case("swarm_lock", {"operation": "upgrade", "holder": HOLDER}, ["take"], None, None),
    "gate": Case("swarm_gate", {"node_id": "gone"}, [], [], []),
    # The doubles answer at another address than the service of this machine, which must never be stopped by a test.
    "archive": Case("swarm_archive"),
    "restore": Case("swarm_restore", {"manifest": {}}),
    "raft": Case("swarm_raft_info", {}, [], [], []),
    "info of nodes": Case("node_info", {"tasks": True}, [], None, []),
}


def of_the_cluster():
    return {path.stem for path in MODULES if path.stem.startswith(("node_", "swarm_"))}


def test_every_module_is_here():
    assert {case.module for case in CASES.values()} == of_the_cluster()


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_check_mode_tries_no_write(run, case, member):
    double = EngineDouble(nodes=3, member=member)
    double.refuses_writes = True
    result = run(double, case.module, case.options, check_mode=True)
    assert double.writes == []
    assert "refuses writes" not in str(result)
    planned = getattr(case, member)
    if planned is None:
        assert result["failed"], result
        assert not result["changed"]
        assert "Nothing was changed." in result["msg"]
        return
    assert not result.get("failed"), result
    assert result["changed"] is bool(planned)
    if "plan" in result:
        assert [step["action"] for step in result["plan"]] == planned


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.manager], ids=lambda case: case.module)
def test_without_check_mode_the_first_write_is_refused(run, case):
    """So there was something that check mode left out."""
    double = EngineDouble(nodes=3)
    double.refuses_writes = True
    result = run(double, case.module, case.options)
    assert result["failed"]
    if case is CASES["removal"]:  # the nodes have not left
        assert double.writes == []
    else:
        assert "this Engine refuses writes" in result["msg"]
        assert len(double.writes) == 1
