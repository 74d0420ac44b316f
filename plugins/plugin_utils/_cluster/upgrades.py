# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which steps from one version of Docker Engine to another are known to break a swarm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.versions import numbers


@dataclass(frozen=True)
class Move:
    """The version of a host's Engine before and after. `after` is empty where it cannot be told yet."""

    host: str
    before: str
    after: str


@dataclass(frozen=True)
class Trouble:
    """What is known of the versions from `first` to `last`. It counts for a step into them from elsewhere.

    `encrypted`: only where there are encrypted overlay networks. `refused`: no upgrade is made, instead of a warning.
    """

    first: tuple[int, ...]
    last: tuple[int, ...]
    words: str
    encrypted: bool = False
    refused: bool = False

    def holds(self, version: str) -> bool:
        return bool(version) and self.first <= numbers(version) <= self.last


# From moby's release notes and issues.
KNOWN = (
    Trouble(
        (29, 0, 0),
        (29, 2, 0),
        "does not understand other versions on encrypted overlay networks (moby/moby#51798, mended in 29.2.1), so "
        "services would not reach each other during the upgrade",
        encrypted=True,
        refused=True,
    ),
    Trouble(
        (29, 0, 0),
        (29, 2, 99),
        "refuses clients that speak an API older than 1.44, such as old proxies and monitors (29.3.0 accepts 1.40)",
    ),
    Trouble(
        (29, 6, 0),
        (29, 6, 99),
        "lets tasks fail whose image must be pulled with a login that the node does not have (mended in 29.7.0)",
    ),
)


def judge(moves: Sequence[Move], encrypted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Why the upgrade must not be made, and what to know about it. `encrypted` are names of encrypted networks."""
    errors = [
        f"{move.host} has {move.before}, and {move.after} would be a downgrade: managers cannot be relied on to read "
        "what a newer one has written."
        for move in moves
        if move.after and numbers(move.after) < numbers(move.before)
    ]
    warnings: list[str] = []
    for trouble in KNOWN:
        if trouble.encrypted and not encrypted:
            continue
        networks = f" There are such networks: {', '.join(encrypted)}." if trouble.encrypted else ""
        into = [move for move in moves if trouble.holds(move.after) and not trouble.holds(move.before)]
        if into:
            said = f"Docker Engine {_versions(into)} {trouble.words}.{networks}"
            (errors if trouble.refused else warnings).append(said)
        away = [move for move in moves if move.after and trouble.holds(move.before) and not trouble.holds(move.after)]
        if away and trouble.refused:
            before = ", ".join(sorted({move.before for move in away}, key=numbers))
            warnings.append(f"Docker Engine {before}, which is to go, {trouble.words}.{networks}")
    return errors, warnings


def _versions(moves: Iterable[Move]) -> str:
    return ", ".join(sorted({move.after for move in moves}, key=numbers))
