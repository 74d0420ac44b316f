# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clocks that go wrong: certificates that are not valid yet, logs that cannot be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import CLUSTER, FAIL, SKIPPED, WARN, Finding
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Host, Survey

_NOTICEABLE = 1.0  # seconds
_ADVICE = "Let a time service keep the clock right (chrony, systemd-timesyncd), and correct it."


@dataclass(frozen=True)
class Offset:
    """How far a clock is ahead, in seconds: somewhere between the two, because the question took some time itself."""

    least: float
    most: float

    @property
    def middle(self) -> float:
        return (self.least + self.most) / 2

    @property
    def doubt(self) -> float:
        return (self.most - self.least) / 2

    def surely(self, reference: float) -> float:
        """By how much it is off a reference at least."""
        return max(self.least - reference, reference - self.most, 0.0)

    def __str__(self) -> str:
        return f"{self.middle:+.1f} s (within {self.doubt:.1f} s)"


def offset_of(host: Host) -> Offset | None:
    """Against the clock of the controller, which was read before and after the host's."""
    clock = host.facts.get("clock") or {}
    if not {"now", "asked", "answered"} <= set(clock):
        return None
    return Offset(clock["now"] - clock["answered"], clock["now"] - clock["asked"])


def clocks(survey: Survey) -> Iterator[Finding]:
    """Each host against most of them: when all agree but the controller, it is the controller that is wrong."""
    offsets = {host.name: offset_of(host) for host in survey.known}
    measured = {name: offset for name, offset in offsets.items() if offset}
    reference = _reference([offset.middle for offset in measured.values()])
    for host in survey.known:
        offset = offsets[host.name]
        if offset is None:
            yield Finding(host.name, "its clock was not read", SKIPPED)
            continue
        off = offset.surely(reference)
        if off > survey.wishes.clock_tolerance:
            yield Finding(host.name, f"{offset} off the controller", FAIL, _ADVICE)
        elif off > _NOTICEABLE:
            yield Finding(host.name, f"{offset} off the controller", WARN, _ADVICE)
        elif host.facts["clock"].get("synchronised") is False:
            yield Finding(host.name, "right, but nothing keeps it right", WARN, _ADVICE)
        else:
            yield Finding(host.name, f"{offset} off the controller")
    wrong = [offset.surely(0.0) for offset in measured.values()]
    if wrong and min(wrong) > _NOTICEABLE and abs(reference) > _NOTICEABLE:
        yield Finding(CLUSTER, f"the controller is off by {-reference:+.1f} s", WARN, "Correct the controller's clock.")


def _reference(middles: list[float]) -> float:
    """The median; of the two in the middle of an even number, that which is nearer to the controller."""
    if not middles:
        return 0.0
    ordered = sorted(middles)
    half = len(ordered) // 2
    return min(ordered[half - 1 + len(ordered) % 2 : half + 1], key=abs)
