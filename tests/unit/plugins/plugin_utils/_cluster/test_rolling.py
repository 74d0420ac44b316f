# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done to the Engines of a swarm in turn, and what came of it."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import MAINTENANCE
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.rolling import plan, summary

HOSTS = ("m1", "m2", "w1")


def engine(name, after="28.5.2", waits=True, **more):
    """What engine_info says of a host with 26.1.5."""
    changes = [{"path": "version", "before": "26.1.5+dfsg1-9", "after": f"{after}+dfsg4-5"}]
    steps = [{"action": "upgrade", "kind": "package", "name": "docker.io", "reason": "", "changes": changes}]
    return {
        "engine": {"version": "26.1.5+dfsg1", "swarm": "active", "node_id": f"id-{name}", "manager": name[0] == "m"},
        "packages": {"docker.io": "26.1.5+dfsg1-9"},
        "plan": steps if after else [],
        "needs": {"in_turn": waits, "refresh": False},
        **more,
    }


def node(name, availability="active", kept="", version="26.1.5", state="ready"):
    return {
        "id": f"id-{name}",
        "name": name,
        "role": "manager" if name[0] == "m" else "worker",
        "leader": name == "m2",
        "availability": availability,
        "labels": {MAINTENANCE: kept} if kept else {},
        "engine_version": version,
        "state": state,
    }


def status(*nodes, encrypted=(), autolock=False, quorum=True):
    settings = {"settings": {"autolock": autolock}}
    return {"has_quorum": quorum, "nodes": list(nodes), "encrypted_networks": list(encrypted), "swarm": settings}


NODES = [node("m1"), node("m2"), node("w1", "drain")]
ENGINES = {name: engine(name) for name in HOSTS}


def planned(engines=None, managers=None, key=False):
    return plan(HOSTS, engines or ENGINES, managers or {"m1": status(*NODES)}, key)


def column(answer, name):
    return [row[name] for row in answer["rows"]]


def test_what_is_to_be_done_is_shown():
    answer = planned()
    assert (answer["errors"], answer["warnings"], answer["restore"], answer["managers"]) == ([], [], [], ["m1"])
    assert answer["table"] == [
        "HOST  ROLE     BEFORE  AFTER   AVAILABILITY  WHAT TO DO",
        "m1    manager  26.1.5  28.5.2  active        upgrade",
        "m2    leader   26.1.5  28.5.2  active        upgrade",
        "w1    worker   26.1.5  28.5.2  drain         upgrade",
    ]


def test_hosts_that_are_as_wanted_and_those_that_are_only_restarted():
    engines = {"m1": engine("m1"), "m2": engine("m2", after=""), "w1": engine("w1", after="", waits=False)}
    assert column(planned(engines), "result") == ["upgrade", "restart", "nothing"]
    assert column(planned(engines), "after") == ["28.5.2", "26.1.5", "26.1.5"]


def test_packages_that_were_replaced_without_a_restart_count():
    engines = {**ENGINES, "w1": engine("w1", after="", packages={"docker.io": "28.5.2+dfsg4-5"})}
    assert column(planned(engines), "result")[2] == "upgrade"
    assert column(planned(engines), "after")[2] == "28.5.2"


def test_a_version_that_is_not_known_yet():
    engines = {**ENGINES, "w1": engine("w1", after="", waits=False, needs={"in_turn": False, "refresh": True})}
    assert column(planned(engines), "after")[2] == "(not known yet)"
    assert column(planned(engines), "result")[2] == "upgrade"


def test_what_an_interrupted_run_has_drained_is_put_back_unless_it_has_its_turn_yet():
    engines = {**ENGINES, "w1": engine("w1", after="", waits=False)}
    nodes = [node("m1", "drain", "active"), node("m2"), node("w1", "drain", "pause")]
    answer = planned(engines, {"m1": status(*nodes)})
    assert answer["restore"] == ["id-w1"]
    assert column(answer, "result") == ["upgrade", "upgrade", "put back"]
    assert column(answer, "availability") == ["drain (active before)", "active", "drain (pause before)"]


@pytest.mark.parametrize(
    ("engines", "managers", "words"),
    [
        ({}, {"m1": {}}, "No manager of a swarm that has a quorum"),
        ({}, {"m1": status(*NODES, quorum=False)}, "No manager of a swarm that has a quorum"),
        ({"w1": {**engine("w1"), "engine": None}}, {}, "w1 (no Engine runs). Run site"),
        ({"w1": {}}, {}, "w1 (no Engine runs)"),
        ({"w1": {**engine("w1"), "engine": {"swarm": "inactive", "node_id": ""}}}, {}, "w1 (inactive)"),
        ({"w1": engine("stranger")}, {}, "w1 (active)"),
        ({}, {"m1": status(*NODES, autolock=True)}, "the unlock key is not known"),
        ({"m1": engine("m1", after="25.0.0")}, {}, "would be a downgrade"),
        ({"m1": engine("m1", after="29.1.0")}, {"m1": status(*NODES, encrypted=["net"])}, "networks: net"),
    ],
)
def test_what_is_refused(engines, managers, words):
    answer = planned({**ENGINES, **engines}, managers or None)
    assert len(answer["errors"]) == 1
    assert words in answer["errors"][0]


def test_autolock_matters_only_where_managers_go_down_and_no_key_is_known():
    managers = {"m1": status(*NODES, autolock=True)}
    assert planned(managers=managers, key=True)["errors"] == []
    still = {name: engine(name, after="", waits=False) for name in HOSTS}
    assert planned(still, managers)["errors"] == []


def outcome(nodes, engines=None, turned=HOSTS, restored=None):
    before = planned(engines, restored and {"m1": status(*restored)})
    checked = {name: {"needs": {}} for name in turned}
    return summary(before, {"m1": {}, "m2": status(*nodes)}, checked)


def test_what_came_of_it():
    nodes = [node("m1", version="28.5.2"), node("m2", version="28.5.2"), node("w1", "drain", version="28.5.2")]
    answer = outcome(nodes)
    assert answer["table"][0] == "HOST  ROLE     BEFORE  AFTER   AVAILABILITY  RESULT"
    assert column(answer, "result") == ["upgraded"] * 3
    assert column(answer, "availability") == ["active", "active", "drain"]


@pytest.mark.parametrize(
    ("left", "turned", "result"),
    [
        (node("m1"), (), "not upgraded"),
        (node("m1", version="28.5.2"), (), "not upgraded"),
        (node("m1", "drain", "active", version="28.5.2"), ("m1",), "still drained, run again"),
        (node("m1", state="down"), (), "not upgraded, node is down"),
        (node("m1", state="unknown", version="28.5.2"), ("m1",), "upgraded, node is unknown"),
    ],
)
def test_a_run_that_failed(left, turned, result):
    assert column(outcome([left, *copy.deepcopy(NODES[1:])], turned=turned), "result")[0] == result


def test_results_without_an_upgrade():
    engines = {"m1": engine("m1", after=""), "m2": engine("m2", after=""), "w1": engine("w1", after="", waits=False)}
    restored = [node("m1"), node("m2"), node("w1", "drain", "active")]
    answer = outcome([node("m1"), node("m2"), node("w1")], engines, ("m1",), restored)
    assert column(answer, "result") == ["restarted", "not restarted", "put back"]
    assert column(answer, "availability")[2] == "drain (active before) -> active"


def test_nobody_who_could_tell():
    answer = summary(planned(), {}, {})
    assert column(answer, "result") == ["not known"] * 3
    assert column(answer, "after") == ["?"] * 3
