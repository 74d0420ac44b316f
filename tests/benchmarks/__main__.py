# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""python -m tests.benchmarks: see the package."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.benchmarks import deploy, growth, join, labels, machine, plot, report, site
from tests.benchmarks.hosts import WORK, Commands, Failed, Hosts, here
from tests.benchmarks.measure import Outcome, Row, measured
from tests.lab import lab
from tests.lab.progress import LabError, say

LAB = "bench"
DESCRIPTION = "Measure this collection, its peer and the limit, alternately, on test hosts that are made for it."

# In this order: what needs no hosts at all, what needs a swarm, and what takes longest: hosts without an Engine.
ON_HOSTS: dict[str, Callable[[Hosts], Iterator[Row]]] = {
    "noop": deploy.unchanged,
    "labels": labels.real,
    "site": site.warm,
    "changed": deploy.changed,
    "first": deploy.first,
    "join": join.joins,
}
WITHOUT_HOSTS: dict[str, Callable[[Commands], Iterator[Row]]] = {"many": labels.many}
BARE: dict[str, Callable[[], Iterator[Row]]] = {"cold": site.cold}
FAMILIES = (*WITHOUT_HOSTS, "growth", *ON_HOSTS, *BARE)


class Run:
    """One run: what was measured so far, and how."""

    def __init__(self, rounds: int | None, chosen: list[str]) -> None:
        self.rounds = rounds
        self.chosen = chosen
        self.outcomes: list[Outcome] = []
        self.curves: dict[str, Any] = {}
        self.engines: dict[str, str] = {}
        self.failures = dict.fromkeys(chosen, "it was not its turn yet")  # by family; until it is through

    def measure(self, family: str, rows: Iterator[Row]) -> None:
        """What fails is told at the end, too, and the others go on."""
        try:
            for row in rows:
                say(row.name)
                self.outcomes.append(measured(row, self.rounds, say))
            del self.failures[family]
        except (Failed, LabError, subprocess.SubprocessError) as failure:
            self.failures[family] = str(failure)
            say(f"{family}: {failure}")

    def everything(self) -> None:
        for name in self._chosen(WITHOUT_HOSTS):
            self.measure(name, WITHOUT_HOSTS[name](here()))
        if "growth" in self.chosen:
            self.curves = growth.curves(say)
            del self.failures["growth"]
        if self._chosen(ON_HOSTS):
            with swarm() as hosts:
                self.engines = machine.engines(hosts)
                for name in self._chosen(ON_HOSTS):
                    self.measure(name, ON_HOSTS[name](hosts))
        for name in self._chosen(BARE):
            self.measure(name, BARE[name]())

    def _chosen(self, families: dict[str, Any]) -> list[str]:
        return [name for name in families if name in self.chosen]


@contextmanager
def swarm() -> Iterator[Hosts]:
    """Five hosts in one swarm, with what the peer needs there beside Docker Engine; with LAB_NAME, they stay."""
    with lab.for_tests(LAB, managers=3, workers=2, engine=True) as made:
        hosts = Hosts(made)
        hosts.make_swarm()
        hosts.console(
            hosts.managers[0],
            "dpkg -s python3-jsondiff >/dev/null 2>&1 || { apt-get update -qq && "
            "apt-get install -qq --no-install-recommends python3-jsondiff python3-yaml; }; "
            f"printf '{deploy.CONFIG}' > /opt/conf.txt",
        )
        yield hosts


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=DESCRIPTION)
    parser.add_argument("--rounds", type=int, help="of all rows (default: 5, and fewer of those that take long)")
    parser.add_argument("--only", nargs="+", choices=FAMILIES, default=list(FAMILIES), help="these rows alone")
    parser.add_argument("--page", action="store_true", help="write the results into docs/performance.md, too")
    chosen = parser.parse_args()
    if chosen.page and set(chosen.only) != set(FAMILIES):
        parser.error("--page is for results of everything: leave out --only")
    return chosen


def main() -> int:
    options = arguments()
    run = Run(options.rounds, options.only)
    load = os.getloadavg()[0]
    try:
        run.everything()
    except KeyboardInterrupt:
        say("stopped: what was measured until now is told")
    about = machine.description(run.engines, load)
    WORK.mkdir(parents=True, exist_ok=True)
    found = {"about": about, "rows": [outcome.as_dict() for outcome in run.outcomes], "growth": run.curves}
    (WORK / "results.json").write_text(json.dumps(found, indent=2), encoding="utf-8")
    (WORK / "results.svg").write_text(plot.drawing(run.outcomes, run.curves), encoding="utf-8")
    report.show(run.outcomes, run.curves, about)
    if options.page:
        report.write_page(run.outcomes, run.curves, about, run.failures)
        plot.PICTURE.write_text(plot.drawing(run.outcomes, run.curves), encoding="utf-8")
    say(f"all that was measured: {WORK}/results.json, results.svg")
    print(*(f"FAILED {family}: {failure}" for family, failure in run.failures.items()), sep="\n")
    return int(bool(run.failures))


if __name__ == "__main__":
    sys.exit(main())
