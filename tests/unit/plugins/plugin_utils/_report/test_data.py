# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the status page says of a swarm."""

from __future__ import annotations

import json

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report
from ansible_collections.apiary.swarm.plugins.plugin_utils._report.data import DAY, Seen, report_data

from tests.unit.plugins.plugin_utils._report.swarms import (
    IN_WEEKS,
    NOW,
    WEEKS_AGO,
    manager,
    node,
    seen,
    service,
    task,
    troubled,
)

THREE = [manager("m1", leader=True), manager("m2"), manager("m3")]


def test_all_is_well():
    data = report_data(seen([*THREE, node("w1", tasks=[task(), task(state="complete")])], [service()]))
    assert (data["verdict"], data["problems"], data["warnings"]) == ("ok", [], [])
    assert data["cluster_id"] == "cluster"
    assert data["generated_at"] == "2026-11-25T09:46:40Z"
    assert (data["quorum"]["reachable"], data["quorum"]["can_lose"]) == (3, 1)
    assert data["counts"] == {
        "nodes": 4,
        "ready": 4,
        "managers": 3,
        "workers": 1,
        "services": 1,
        "short": 0,
        "tasks": {"running": 1, "waiting": 0, "done": 1, "broken": 0},
    }
    assert data["engines"] == {"28.5.2": 4}


def test_nodes_are_in_their_zones_by_role_and_as_people_sort_them():
    zone = {"labels": {"zone": "b"}}
    nodes = [
        *(node(name, **zone) for name in ("w10", "w2", "w1")),
        manager("m1", **zone),
        manager("m2", leader=True, **zone),
        node("elsewhere"),
        manager("m3", labels={"zone": "a"}),
    ]
    found = [
        (zone["name"], [item["name"] for item in zone["managers"]], [item["name"] for item in zone["workers"]])
        for zone in report_data(seen(nodes))["zones"]
    ]
    assert found == [("a", ["m3"], []), ("b", ["m2", "m1"], ["w1", "w2", "w10"]), ("", [], ["elsewhere"])]


def test_zones_are_told_by_any_label():
    (zone,) = report_data(seen([manager("m1", labels={"rack": "7", "zone": "a"})], zone_label="rack"))["zones"]
    assert zone["name"] == "7"


def test_tasks_that_were_replaced_are_not_shown():
    tasks = [task(state="failed", desired_state="shutdown"), task(state="starting", slot=2)]
    (zone,) = report_data(seen([manager("m1", tasks=tasks)]))["zones"]
    (shown,) = zone["managers"][0]["tasks"]
    assert shown == {"service": "shop_web", "slot": 2, "state": "starting", "kind": "waiting", "error": ""}


@pytest.mark.parametrize(
    ("change", "short", "error"),
    [
        ({}, False, ""),
        ({"running": 1, "converged": False, "errors": [{"error": "no such image"}]}, True, "no such image"),
        ({"converged": True, "errors": [{"error": "long ago"}]}, False, ""),
        ({"mode": "ReplicatedJob", "running": 0, "completed": 2}, False, ""),
    ],
)
def test_a_service_has_what_runs_and_what_is_wanted(change, short, error):
    data = report_data(seen(THREE, [service(**change)]))
    (row,) = data["services"]
    assert (row["short"], row["error"], row["wanted"]) == (short, error, 2)
    assert row["image"] == "registry.example.com/shop/web:1.4"
    assert bool(data["problems"]) is short


@pytest.mark.parametrize(
    ("port", "text"),
    [
        ({"published": 80, "target": 8080, "protocol": "tcp", "mode": "ingress"}, "80:8080/tcp"),
        ({"published": 0, "target": 53, "protocol": "udp", "mode": "host"}, "*:53/udp (host)"),
    ],
)
def test_ports_in_words(port, text):
    (row,) = report_data(seen(THREE, [service(ports=[port])]))["services"]
    assert row["ports"] == [text]


@pytest.mark.parametrize(
    ("papers", "root", "problems", "warnings"),
    [
        ((WEEKS_AGO, IN_WEEKS), (0, NOW + 7000 * DAY), [], []),
        ((WEEKS_AGO, NOW - 1), None, ["The certificate of m1 ran out at 2026-11-25T09:46:39Z."], []),
        (
            (NOW - 80 * DAY, NOW + 10 * DAY),
            None,
            [],
            ["The certificate of m1 is valid for 10 more days and should have been renewed."],
        ),
        (
            (WEEKS_AGO, IN_WEEKS),
            (0, NOW + 30 * DAY),
            [],
            ["The root CA is valid for 30 more days. Replace it (rotate)."],
        ),
        ((WEEKS_AGO, IN_WEEKS), (0, NOW - DAY), ["The root CA ran out at 2026-11-24T09:46:40Z."], []),
    ],
)
def test_certificates_that_run_out_are_told_of(papers, root, problems, warnings):
    data = report_data(seen(THREE, certificates={"m1": papers}, root=root))
    assert (data["problems"], data["warnings"]) == (problems, warnings)
    assert data["zones"][0]["managers"][0]["certificate_not_after"]
    assert data["zones"][0]["managers"][1]["certificate_not_after"] == ""


def test_what_preflight_found_is_among_the_warnings():
    rows = [
        {"verdict": verdict, "check": "clock", "host": "w1", "found": f"found {verdict}"}
        for verdict in ("fail", "warn", "ok", "skipped")
    ]
    data = report_data(seen(THREE, preflight={"rows": rows}))
    assert data["warnings"] == ["Preflight, clock: w1: found fail.", "Preflight, clock: w1: found warn."]


def test_without_a_manager_that_answers_it_says_what_hosts_say():
    lost = Report("m1", heard=True, local_state="active", role="manager", node_id="id1", cluster_id="")
    data = report_data(Seen(at=NOW, reports={"m1": lost, "m2": Report("m2")}))
    assert data["verdict"] == "fail"
    assert data["zones"] == []
    assert not data["quorum"]["holds"]
    assert any(text.startswith("m2 was not reached") for text in data["problems"])


def test_it_is_plain_data():
    data = troubled(5)
    assert json.loads(json.dumps(data)) == data
