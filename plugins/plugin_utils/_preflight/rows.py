# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check finds: rows of one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

OK, WARN, FAIL, SKIPPED = "ok", "warn", "fail", "skipped"
VERDICTS = (FAIL, WARN, SKIPPED, OK)  # in the order in which they are shown

CLUSTER = "all hosts"


@dataclass(frozen=True)
class Row:
    """`host` is a host or CLUSTER. `advice` says what to do, where there is something to do.

    The verdict is fail, warn, ok or skipped; the last is for what could not be looked at, and what was not to be.
    """

    check: str
    host: str
    found: str
    wanted: str
    verdict: str
    advice: str = ""

    def as_dict(self) -> dict[str, str]:
        return dict(vars(self))


@dataclass(frozen=True)
class Finding:
    """A row without its check, which is the same for all that a function returns."""

    host: str
    found: str
    verdict: str = OK
    advice: str = ""


def rows(check: str, wanted: str, findings: Iterator[Finding]) -> list[Row]:
    return [Row(check, item.host, item.found, wanted, item.verdict, item.advice) for item in findings]
