# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the role docker_engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

# Every process that Ansible starts for a task loads all filters of a collection when the task names one of them. What a
# filter needs is imported when it is called: docs/performance.md.


# The name under which the role docker_engine registers what engine_info says.
REGISTERED = "__docker_engine"


def engine_turn(
    host: str, hostvars: Mapping[str, Mapping[str, Any]], play_hosts: Sequence[str], batch: int = 1
) -> dict[str, str]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.engines import reports_of, turn_of

    return turn_of(host, reports_of(hostvars, play_hosts, REGISTERED), batch)


def engines_outside_swarms(play_hosts: Sequence[str], hostvars: Mapping[str, Mapping[str, Any]]) -> list[str]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.engines import outside_swarms, reports_of

    return outside_swarms(reports_of(hostvars, play_hosts, REGISTERED))


class FilterModule:
    """Filters over what the hosts of a play report of their Engines."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"engine_turn": engine_turn, "engines_outside_swarms": engines_outside_swarms}
