# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of the role preflight: whom to probe, and the verdicts over what all hosts reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

# Every process that Ansible starts for a task loads all filters of a collection when the task names one of them. What a
# filter needs is imported when it is called: docs/performance.md.


HostVars = Mapping[str, Mapping[str, Any]]


def preflight_targets(
    hostvars: HostVars, managers: Sequence[str], workers: Sequence[str], data_path_port: int | None = None
) -> list[dict[str, Any]]:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight import survey

    return survey.targets(survey.collect(hostvars, managers, workers, _wishes(data_path_port=data_path_port)))


def _wishes(**given: Any) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Wishes

    return Wishes(**{name: value for name, value in given.items() if value is not None})


def preflight_report(
    hostvars: HostVars,
    managers: Sequence[str],
    workers: Sequence[str],
    play_hosts: Sequence[str] | None = None,
    skip: Sequence[str] = (),
    verbose: bool = False,
    default_addr_pool: Sequence[str] = (),
    data_path_port: int | None = None,
    clock_tolerance: float | None = None,
    free_gib: float | None = None,
    free_inodes_percent: float | None = None,
) -> Any:
    from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight import checks, survey, table
    from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

    wishes = _wishes(
        pools=[str(pool) for pool in default_addr_pool],
        data_path_port=data_path_port,
        clock_tolerance=clock_tolerance,
        free_space=None if free_gib is None else int(free_gib * 2**30),
        free_inodes=free_inodes_percent,
    )
    looked = survey.collect(hostvars, managers, workers, wishes, play_hosts)
    return untrusted(table.report(looked, checks.run(looked, skip), verbose))  # hosts say this, and it is no template


class FilterModule:
    """Filters for the role preflight."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"preflight_targets": preflight_targets, "preflight_report": preflight_report}
