# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""swarm_rotate on real Engines, and CAs of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.lab.wait import wait_until

from .conftest import Hosts
from .engines import four_times, new_ca, stopped

TOKEN = re.compile(r"SWM(TKN|KEY)-1-")


def tokens(hosts: Hosts) -> dict[str, str]:
    return {role: hosts.docker("manager1", f"swarm join-token -q {role}") for role in ("worker", "manager")}


def taken_notes(spec: dict[str, Any]) -> set[str]:
    """What labels of the swarm say was replaced; they are taken out of its spec."""
    beginning = "apiary.swarm.replaced."
    noted = [label for label in spec["Labels"] if label.startswith(beginning)]
    for label in noted:
        del spec["Labels"][label]
    return {label.removeprefix(beginning) for label in noted}


def test_tokens_and_the_unlock_key(hosts: Hosts) -> None:
    hosts.docker("manager1", "swarm init --task-history-limit 9")
    hosts.docker("manager1", "swarm update --dispatcher-heartbeat 7s")
    spec = hosts.swarm("manager1")["Cluster"]["Spec"]
    before = tokens(hosts)
    options = {"rotate": ["worker_token"], "compromised": [before["worker"]]}
    done = four_times(hosts, "manager1", "swarm_rotate", options, lambda: tokens(hosts))
    after = tokens(hosts)
    assert (after["worker"] != before["worker"], after["manager"]) == (True, before["manager"])
    assert not TOKEN.search(str(done))
    shown = hosts.module("manager1", "swarm_rotate", {"rotate": ["manager_token"], "join_tokens": True})
    assert shown["join_tokens"] == tokens(hosts) != after
    left = hosts.swarm("manager1")["Cluster"]["Spec"]
    assert taken_notes(left) == {"worker_token", "manager_token"}
    assert left == spec
    young = hosts.module("manager1", "swarm_rotate", {"rotate": ["manager_token"], "older_than": "1h"})
    assert (young["plan"], tokens(hosts)) == ([], shown["join_tokens"])

    refused = hosts.module("manager1", "swarm_rotate", {"rotate": ["worker_token", "unlock_key"]})
    assert "autolock is off" in refused["msg"]
    assert tokens(hosts) == shown["join_tokens"]
    hosts.docker("manager1", "swarm update --autolock")
    key = hosts.docker("manager1", "swarm unlock-key -q")
    assert hosts.module("manager1", "swarm_rotate", {"rotate": ["unlock_key"], "compromised": ["other"]})["plan"] == []
    rotated = hosts.module("manager1", "swarm_rotate", {"rotate": ["unlock_key"], "unlock_key": True})
    assert rotated["unlock_key"] == hosts.docker("manager1", "swarm unlock-key -q") != key


def test_a_node_that_is_down_holds_up_a_rotation_of_the_ca(cluster: Hosts) -> None:
    old = cluster.module("manager1", "swarm_info", {})["root_ca_digest"]
    options = {"rotate": ["ca"], "old_root_ca": old}
    with stopped(cluster, "worker1"):
        first = cluster.module("manager1", "swarm_rotate", {**options, "wait_timeout": 15})
        assert (first["failed"], first["changed"]) == (True, True)
        rotating = cluster.swarm("manager1")["Cluster"]
        assert rotating["RootRotationInProgress"] is True
        second = cluster.module("manager1", "swarm_rotate", {**options, "wait_timeout": 2})
        assert (second["failed"], second["changed"]) == (True, False)
        for answer in (first, second):
            # On a busy machine others may be late, too, and are named first.
            assert re.search(r"waits for .*worker1 \(\w+, \w+: its certificate is of the old CA\)", answer["msg"])
    third = cluster.module("manager1", "swarm_rotate", options)
    assert (third["failed"], third["changed"]) == (False, False), third
    after = cluster.swarm("manager1")["Cluster"]
    assert after["RootRotationInProgress"] is False
    assert after["Spec"] == rotating["Spec"]
    assert after["TLSInfo"]["CertIssuerPublicKey"] == rotating["TLSInfo"]["CertIssuerPublicKey"]
    assert after["TLSInfo"]["TrustRoot"] != rotating["TLSInfo"]["TrustRoot"]
    assert {node["Description"]["TLSInfo"]["TrustRoot"] for node in cluster.nodes("manager1").values()} == {
        after["TLSInfo"]["TrustRoot"]
    }


def test_a_ca_of_ones_own(hosts: Hosts, tmp_path: Path) -> None:
    def trust_root() -> str:
        return str(hosts.swarm("manager1")["Cluster"]["TLSInfo"]["TrustRoot"])

    def is_stable() -> bool:
        return not hosts.swarm("manager1")["Cluster"]["RootRotationInProgress"]

    first, second, third = (new_ca(tmp_path, name) for name in ("first", "second", "third"))
    settings = {"labels": {"a": ""}, "autolock": True}
    half = hosts.module("manager1", "swarm_init", {**settings, **new_ca(tmp_path, "short", days=30)})
    assert "made a swarm, but refused its settings" in half["msg"]
    assert half["changed"] is True
    assert hosts.swarm("manager1")["LocalNodeState"] == "active"
    hosts.reset()
    made = hosts.module("manager1", "swarm_init", {**settings, **first})
    assert made["changed"]
    wait_until(lambda: is_stable() and trust_root() == first["signing_ca_cert"])
    spec = hosts.swarm("manager1")["Cluster"]["Spec"]

    # The same certificate, written in another way.
    text = "Certificate:\n  Subject: CN=first\n" + first["signing_ca_cert"].replace("\n", "\r\n") + "\n"
    for arguments in ((), ("--check",)):
        assert hosts.module("manager1", "swarm_init", {**first, "signing_ca_cert": text}, *arguments)["plan"] == []

    changed = hosts.module("manager1", "swarm_init", second)
    assert [change["path"] for change in changed["plan"][0]["changes"]] == ["signing_ca_cert"]
    wait_until(lambda: is_stable() and trust_root() == second["signing_ca_cert"])
    assert hosts.module("manager1", "swarm_init", second)["plan"] == []

    rotated = four_times(hosts, "manager1", "swarm_rotate", {"rotate": ["ca"], **third}, trust_root)
    assert trust_root() == third["signing_ca_cert"]
    left = hosts.swarm("manager1")["Cluster"]["Spec"]
    assert taken_notes(left) == {"ca", "worker_token", "manager_token"}
    assert left == spec
    for answer in (made, changed, rotated):
        assert "PRIVATE KEY" not in str(answer)
