# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the status page."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# Every process that Ansible starts for a task loads all filters of a collection when the task names one of them. What a
# filter needs is imported when it is called: docs/performance.md.

Results = Sequence[Mapping[str, Any]]

_CERTIFICATE = "__swarm_report_certificate"


def swarm_report(
    hosts: Sequence[str],
    hostvars: Mapping[str, Mapping[str, Any]],
    nodes: Results,
    services: Results,
    now: float,
    root_ca: Mapping[str, Any] | None = None,
    preflight: Mapping[str, Any] | None = None,
    zone_label: str = "zone",
) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import collect
    from ansible_collections.apiary.swarm.plugins.plugin_utils._report.data import Seen, report_data
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    validities = {host: _validity(hostvars[host].get(_CERTIFICATE)) for host in hosts}
    seen = Seen(
        at=float(now),
        reports=collect(hostvars, hosts, hosts),
        said={key: value for result in (*nodes, *services) for key, value in result.items()},
        certificates={host: validity for host, validity in validities.items() if validity},
        root=_validity(root_ca),
        preflight=preflight or {},
        zone_label=zone_label,
    )
    # Nodes say much of this themselves: none of it is a template.
    return untrusted(report_data(seen))


def _validity(slurped: Any) -> tuple[int, int] | None:
    """Of a certificate that ansible.builtin.slurp has read."""
    from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import read_validity

    content = slurped.get("content") if isinstance(slurped, Mapping) else None
    return read_validity(base64.b64decode(content).decode("utf-8", "replace")) if content else None


def swarm_report_page(data: Mapping[str, Any]) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._report.page import page
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    return untrusted(page(data))


def swarm_report_metrics(data: Mapping[str, Any]) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._report.metrics import metrics
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    return untrusted(metrics(data))


class FilterModule:
    """Filters that make the status page of a swarm."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "swarm_report": swarm_report,
            "swarm_report_page": swarm_report_page,
            "swarm_report_metrics": swarm_report_metrics,
        }
