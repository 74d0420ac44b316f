# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metrics are in Prometheus' text format, as Prometheus' own library reads it, and named as Prometheus asks."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._report.data import Seen, report_data
from ansible_collections.apiary.swarm.plugins.plugin_utils._report.metrics import metrics
from prometheus_client.parser import text_string_to_metric_families

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


def parsed(text):
    """Values by name and labels. The parser lets a metric or sample through that is there twice."""
    families = list(text_string_to_metric_families(text))
    names = [family.name for family in families]
    assert len(set(names)) == len(names), "all lines of a metric are one group"
    for family in families:
        assert family.type == "gauge"
        assert family.documentation.endswith(".")
        assert {sample.name for sample in family.samples} == {family.name}
        assert not any(sample.timestamp for sample in family.samples), "the textfile collector refuses them"
    samples = [sample for family in families for sample in family.samples]
    found = {key(sample.name, **sample.labels): sample.value for sample in samples}
    assert len(found) == len(samples), "no sample is there twice"
    assert text.count("\n") == len(samples) + 2 * len(families)
    return found


def key(name, **labels):
    return name, *sorted(labels.items())


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
    m1, m2 = {"node_id": "id-m1", "node": "m1"}, {"node_id": "id-m2", "node": "m2"}
    shop = {"service": "shop_web", "stack": "shop", "mode": "Replicated"}
    expected = [
        ("report_timestamp_seconds", {}, NOW),
        ("managers", {}, 2),
        ("has_quorum", {}, 1),
        ("managers_can_lose", {}, 0),
        ("root_ca_not_after_timestamp_seconds", {}, NOW),
        ("node_up", m1, 1),
        ("node_up", m2, 0),
        ("node_leader", m1, 1),
        ("node_tasks", {**m1, "state": "running"}, 2),
        ("node_tasks", {**m1, "state": "failed"}, 1),
        ("node_certificate_not_after_timestamp_seconds", m1, IN_WEEKS),
        ("service_tasks_wanted", shop, 2),
        ("service_tasks_running", shop, 1),
        ("service_converged", shop, 1),
    ]
    for name, labels, value in expected:
        assert found[key(f"apiary_swarm_{name}", **labels)] == value, name
    assert key("apiary_swarm_node_certificate_not_after_timestamp_seconds", **m2) not in found


@pytest.mark.parametrize(
    "name", ['a"b', "a\\b", "a\\", "a\nb", "a\\nb", '\\"', "a}b", 'x",node="y', "a, b=c", "\r", "é\u2028", ""]
)
def test_values_of_labels_come_through(name):
    found = parsed(metrics(report_data(seen([manager(name)], [service(name)]))))
    assert key("apiary_swarm_node_up", node_id=f"id-{name}", node=name) in found
    labels = {"service": name, "stack": name.partition("_")[0], "mode": "Replicated"}
    assert key("apiary_swarm_service_converged", **labels) in found


def test_names_follow_the_conventions_of_prometheus():
    """https://prometheus.io/docs/practices/naming/: base units, no name of a type, and `_total` for counters only."""
    names = {name for name, *_labels in parsed(metrics(troubled(50)))}
    assert len(names) == 17
    for name in names:
        words = name.split("_")
        assert words[:2] == ["apiary", "swarm"]
        assert not {"total", "count", "sum", "bucket", "gauge", "milliseconds", "minutes", "days"} & set(words)
        assert ("seconds" in words) is name.endswith("_timestamp_seconds")
        assert "info" not in words or name.endswith("_info")


def test_what_is_not_known_has_none():
    found = parsed(metrics(report_data(Seen(at=NOW))))
    assert found[key("apiary_swarm_has_quorum")] == 0
    assert not any("node" in name or "root_ca" in name for name, *_labels in found)


def test_a_large_swarm():
    found = parsed(metrics(troubled(500)))
    assert sum(name == "apiary_swarm_node_up" for name, *_labels in found) == 500
