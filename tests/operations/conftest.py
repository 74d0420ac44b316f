# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run ends with a table: each scenario, what came of it, and what it has printed after ``MEASURED``."""

from __future__ import annotations

import pytest

MEASURED = "measured: "


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [("scenario", "result", "seconds")]
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            if report.when == "call" or outcome in ("error", "skipped"):
                scenario = (
                    report.nodeid.rpartition("/")[2].replace("test_", "").replace(".py::", ": ").replace("_", " ")
                )
                rows.append((scenario, outcome, f"{report.duration:.0f}"))
                rows += [
                    (f"    {line.removeprefix(MEASURED)}", "", "")
                    for line in report.capstdout.splitlines()
                    if line.startswith(MEASURED)
                ]
    width = max(len(row[0]) for row in rows if row[1])
    terminalreporter.write_line("")
    for text, outcome, seconds in rows:
        terminalreporter.write_line(f"{text:<{width}}  {outcome:<8}{seconds:>8}".rstrip())
