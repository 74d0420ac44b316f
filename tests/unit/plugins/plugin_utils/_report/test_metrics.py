# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metrics are in Prometheus' text format."""

from __future__ import annotations

import re

from ansible_collections.apiary.swarm.plugins.plugin_utils._report.data import Seen, report_data
from ansible_collections.apiary.swarm.plugins.plugin_utils._report.metrics import metrics

from tests.unit.plugins.plugin_utils._report.swarms import (
    IN_WEEKS,
    NOW,
    WEEKS_AGO,
    manager,
    seen,
    service,
    task,
    troubled,
)

# https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
SAMPLE = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{{({LABEL}(?:,{LABEL})*)\}})? ([0-9.e+-]+)")


def parsed(text):
    """Samples by name and labels, after the rules of the format were held against them."""
    assert text.endswith("\n")
    found, types, family = {}, {}, ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split()[2]
            assert family not in types, "all lines of a metric are one group"
        elif line.startswith("# TYPE "):
            assert line.split()[2] == family
            types[family] = line.split()[3]
        else:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert name == family
            assert types[name] == "gauge"
            assert (name, labels) not in found, "no sample is there twice"
            found[name, labels] = float(value)
    return found


def test_what_is_known_has_samples():
    nodes = [
        manager("m1", leader=True, tasks=[task(), task(slot=2), task(state="failed")]),
        manager("m2", state="down"),
    ]
    found = parsed(
        metrics(
            report_data(seen(nodes, [service(running=1)], certificates={"m1": (WEEKS_AGO, IN_WEEKS)}, root=(0, NOW)))
        )
    )
    m1, m2 = ('node_id="id-m1",node="m1"', 'node_id="id-m2",node="m2"')
    shop = 'service="shop_web",stack="shop",mode="Replicated"'
    expected = {
        ("report_timestamp_seconds", None): NOW,
        ("managers", None): 2,
        ("has_quorum", None): 1,
        ("managers_can_lose", None): 0,
        ("root_ca_not_after_seconds", None): NOW,
        ("node_up", m1): 1,
        ("node_up", m2): 0,
        ("node_leader", m1): 1,
        ("node_tasks", f'{m1},state="running"'): 2,
        ("node_tasks", f'{m1},state="failed"'): 1,
        ("node_certificate_not_after_seconds", m1): IN_WEEKS,
        ("service_tasks_wanted", shop): 2,
        ("service_tasks_running", shop): 1,
        ("service_converged", shop): 1,
    }
    assert {key: found[f"apiary_swarm_{key[0]}", key[1]] for key in expected} == expected
    assert ("apiary_swarm_node_certificate_not_after_seconds", m2) not in found


def test_values_of_labels_are_escaped():
    text = metrics(report_data(seen([manager('a"b\\c\nd}')])))
    parsed(text)
    assert r'node="a\"b\\c\nd}"' in text


def test_what_is_not_known_has_none():
    found = parsed(metrics(report_data(Seen(at=NOW))))
    assert found["apiary_swarm_has_quorum", None] == 0
    assert not any("node" in name or "root_ca" in name for name, _labels in found)


def test_a_large_swarm():
    found = parsed(metrics(troubled(500)))
    assert sum(name == "apiary_swarm_node_up" for name, _labels in found) == 500
