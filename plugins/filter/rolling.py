# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the role swarm_rolling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

# Every process that Ansible starts for a task loads all filters of a collection when the task names one of them. What a
# filter needs is imported when it is called: docs/performance.md.


# The names under which roles register what engine_info and swarm_info say.
ENGINES = "__docker_engine"
CHECKED = "__docker_engine_checked"
BEFORE = "__swarm_rolling_before"
AFTER = "__swarm_rolling_after"


def plan_rolling(play_hosts: Sequence[str], hostvars: Mapping[str, Mapping[str, Any]], key_known: bool = False) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import rolling
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.engines import reports_of
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    known, before = reports_of(hostvars, play_hosts, ENGINES), reports_of(hostvars, play_hosts, BEFORE)
    return untrusted(rolling.plan(play_hosts, known, before, key_known))


def rolling_summary(
    planned: Mapping[str, Any], hostvars: Mapping[str, Mapping[str, Any]], play_hosts: Sequence[str]
) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster import rolling
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.engines import reports_of
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    after, checked = reports_of(hostvars, play_hosts, AFTER), reports_of(hostvars, play_hosts, CHECKED)
    return untrusted(rolling.summary(planned, after, checked))


class FilterModule:
    """Filters over what the hosts of a play report."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"plan_rolling": plan_rolling, "rolling_summary": rolling_summary}
