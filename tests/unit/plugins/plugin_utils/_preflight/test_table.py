# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report: what comes first, what is put together, and that nothing is lost."""

from __future__ import annotations

import json

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.checks import run
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.table import report

from tests.unit.plugins.plugin_utils._preflight.hosts import survey

FAULTS = {
    "all": {"facts.cgroup": 1},
    "m0": {"facts.kernel.features.ip_vs": "missing"},
    "m1": {"facts.kernel.features.ip_vs": "missing", "facts.hostname": "host0"},
}


def made(spoilt=None, skip=(), verbose=False, **kwargs):
    looked = survey(spoilt, **kwargs)
    return report(looked, run(looked, skip), verbose)


def test_failures_come_first_and_hosts_that_are_alike_are_one_row():
    table = made(FAULTS)["table"]
    assert [line.split()[:2] for line in table if line.startswith(("fail", "warn"))] == [
        ["fail", "hostname"],
        ["fail", "ipvs"],
        ["warn", "cgroup"],
    ]
    assert "m0, m1" in next(line for line in table if " ipvs " in line)
    assert "all 4 hosts" in next(line for line in table if " cgroup " in line)


def test_what_is_well_is_one_line_unless_asked_for():
    assert len(made()["table"]) < len(made(verbose=True)["table"])
    assert "All well: reached, managers" in made()["table"][-1]
    assert any(line.startswith("ok ") for line in made(verbose=True)["table"])


def test_every_row_fails_into_the_complaint_and_warnings_do_not():
    complaint = made(FAULTS)["complaint"]
    assert "hostname: m0, m1: all have host0" in complaint
    assert "ipvs: m0, m1: ip_vs missing" in complaint
    assert "Nothing was changed." in complaint
    assert "preflight_skip: [hostname, ipvs]" in complaint
    assert "cgroup" not in complaint


@pytest.mark.parametrize(
    ("spoilt", "skip", "verdict"),
    [
        ({}, (), "ok"),
        ({"m0": {"facts.cgroup": 1}}, (), "warn"),
        (FAULTS, (), "fail"),
        (FAULTS, ("ipvs",), "fail"),
        (FAULTS, ("ipvs", "hostname"), "warn"),
        (FAULTS, ("ipvs", "hostname", "cgroup"), "ok"),
    ],
)
def test_the_verdict_is_the_worst_of_what_counts(spoilt, skip, verdict):
    made_report = made(spoilt, skip)
    assert made_report["verdict"] == verdict
    assert bool(made_report["complaint"]) is (verdict == "fail")


def test_lines_are_not_wider_than_a_terminal_but_for_the_summary():
    table = made({**FAULTS, "m2": {"__preflight_heard.heard": []}}, verbose=True)["table"]
    assert max(map(len, table[:-1])) <= 140


def test_the_report_has_the_same_shape_whatever_was_found_and_is_json():
    healthy, faulty = made(), made(FAULTS)
    assert set(healthy) == set(faulty)
    assert json.loads(json.dumps(faulty)) == faulty
    assert set(faulty["rows"][0]) == {"check", "host", "found", "wanted", "verdict", "advice"}


def test_the_matrix_tells_of_each_pair_both_ways():
    matrix = made({"m0": {"__preflight_heard.heard": []}, "w1": {"__preflight_sent": {}}}, managers=1, workers=1)[
        "matrix"
    ]
    assert matrix == {
        "2377/tcp": {"m0": {}, "w1": {"m0": "unknown"}},
        "7946/tcp": {"m0": {"w1": "open"}, "w1": {"m0": "unknown"}},
        "7946/udp": {"m0": {"w1": "open"}, "w1": {"m0": "unknown"}},
        "4789/udp": {"m0": {"w1": "open"}, "w1": {"m0": "unknown"}},
    }
