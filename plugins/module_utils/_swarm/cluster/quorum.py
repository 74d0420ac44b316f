# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Quorum arithmetic. A swarm can be changed as long as a majority of its managers is reachable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Quorum:
    """Numbers of managers."""

    managers: int
    reachable: int

    @property
    def majority(self) -> int:
        return self.managers // 2 + 1

    @property
    def holds(self) -> bool:
        return self.managers > 0 and self.reachable >= self.majority

    @property
    def can_lose(self) -> int:
        """How many more managers may fail."""
        return max(self.reachable - self.majority, 0)

    def after_removing(self, reachable: bool) -> Quorum:
        """When one manager leaves the raft group, which is reachable now or not."""
        return Quorum(self.managers - 1, self.reachable - int(reachable))

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "majority": self.majority, "can_lose": self.can_lose, "holds": self.holds}


def quorum_of(nodes: Iterable[Mapping[str, Any]]) -> Quorum:
    """From `GET /nodes`."""
    managers = [node["ManagerStatus"] for node in nodes if node.get("ManagerStatus")]
    return Quorum(len(managers), sum(is_reachable(status) for status in managers))


def is_reachable(manager_status: Mapping[str, Any]) -> bool:
    return manager_status.get("Reachability") == "reachable"


def advice(managers: int) -> str:
    """A warning about a number of managers, or nothing."""
    if managers == 2:
        return "Two managers tolerate no failure: when either fails, the swarm cannot be changed. Use one, or three."
    if managers and managers % 2 == 0:
        return f"{managers} managers tolerate no more failures than {managers - 1}. Use an odd number."
    return ""
