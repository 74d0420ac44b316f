# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locked managers and the modules: swarm_unlock, and what the others say of them."""

from __future__ import annotations

from .conftest import Hosts
from .engines import four_times, start


def test_a_manager_is_locked_and_unlocked(hosts: Hosts) -> None:
    assert hosts.module("manager1", "swarm_init", {"autolock": True})["changed"]
    key = hosts.docker("manager1", "swarm unlock-key -q")
    before = hosts.swarm("manager1")
    token = hosts.docker("manager1", "swarm join-token -q manager")
    start(hosts, "restart", "manager1")
    locked = hosts.swarm("manager1")
    assert locked["LocalNodeState"] == "locked"

    for module, options in (
        ("swarm_init", {}),
        ("swarm_init", {"force_new_cluster": before["NodeID"]}),
        ("swarm_join", {"join_token": token, "remote_addrs": ["manager2"]}),
        ("swarm_rotate", {"rotate": ["worker_token"]}),
        ("swarm_leave", {}),
        ("swarm_unlock", {"unlock_key": f"{key[:-9]}{'A' if key[-9] != 'A' else 'B'}{key[-8:]}"}),
    ):
        refused = hosts.module("manager1", module, options)
        assert refused["failed"], refused
        assert refused["changed"] is False
        assert "locked" in refused["msg"]
        assert "Nothing was changed" in refused["msg"]
        assert key not in str(refused)
        assert hosts.swarm("manager1") == locked

    done = four_times(hosts, "manager1", "swarm_unlock", {"unlock_key": key}, lambda: hosts.swarm("manager1"))
    assert key not in str(done)
    assert hosts.swarm("manager1") == before
    assert "no swarm" in hosts.module("worker1", "swarm_unlock", {"unlock_key": key})["msg"]


def test_managers_that_wait_for_each_other_are_unlocked_one_after_the_other(hosts: Hosts) -> None:
    hosts.docker("manager1", "swarm init --autolock")
    key = hosts.docker("manager1", "swarm unlock-key -q")
    hosts.join("manager2", "manager")
    start(hosts, "restart", "manager1", "manager2")
    first = hosts.module("manager1", "swarm_unlock", {"unlock_key": key, "wait_timeout": 1})
    assert (first["changed"], first["failed"], first["has_quorum"]) == (True, False, False)
    assert hosts.swarm("manager1")["LocalNodeState"] == "pending"
    # Engines lose a manager with autolock when they are made to go on alone (moby issue 36852).
    alone = {"force_new_cluster": first["node_id"], "wait_timeout": 1}
    assert "autolock" in hosts.module("manager1", "swarm_init", alone)["msg"]
    assert hosts.swarm("manager1")["LocalNodeState"] == "pending"
    second = hosts.module("manager2", "swarm_unlock", {"unlock_key": key})
    assert (second["changed"], second["has_quorum"]) == (True, True)
    third = hosts.module("manager1", "swarm_unlock", {"unlock_key": key})
    assert (third["changed"], third["has_quorum"]) == (False, True)
    assert hosts.swarm("manager1")["LocalNodeState"] == "active"
