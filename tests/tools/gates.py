# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the named checks, two at a time where they allow it, and print a table of results.

python -m tests.tools.gates STAGE...    a single stage writes to the terminal, of several only what failed is shown

A stage without its environment is not run, and counts as nothing else: the table has the reason. On CI, where every
environment has to be, it is a failure, unless that ansible-core is switched off in cores.py.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tests.tools.cores import CORES, span

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".cache"
DOCS = CACHE / "docs"
PLUGINS = "ansible_collections.apiary.swarm.plugins"
ON_CI = bool(os.environ.get("CI"))

Command = tuple[str, ...]

# What may run beside each other: what needs nothing but this machine's processor; tests that mostly wait for their own
# test hosts; and what nothing else runs beside, because it measures times.
QUICK, HOSTS, ALONE = "quick", "hosts", "alone"

LAST_LINES = 25
MOST_LETTERS = 1500


@dataclass(frozen=True)
class Stage:
    """Commands that are all run, one after another; the stage is good when all of them are."""

    commands: tuple[Command, ...]
    venv: str = "venv"
    group: str = QUICK


PYTEST = ("python", "-m", "pytest", "-q")
UNIT = (*PYTEST, "-n", "auto", "--dist", "worksteal")

STAGES: Mapping[str, Stage] = {
    "unit": Stage((UNIT,)),
    "unit-oldest": Stage((UNIT,), venv="venv-oldest"),
    "unit-next": Stage((UNIT,), venv="venv-next"),
    "lint": Stage(
        (
            ("ruff", "format", "--check"),
            ("ruff", "check"),
            ("yamllint", "--strict", "."),
            ("ansible-lint", "--offline", "--strict"),
        )
    ),
    "types": Stage(
        (
            ("mypy", "-p", f"{PLUGINS}.module_utils", "-p", f"{PLUGINS}.plugin_utils"),
            (
                "mypy",
                *(f"tests/tools/{tool}.py" for tool in ("bootstrap", "cores", "gates", "package", "sanity", "update")),
            ),
        )
    ),
    "docs-lint": Stage(
        (
            # antsibull-docs writes a log into the home directory.
            (
                "env",
                f"HOME={CACHE}",
                "antsibull-docs",
                "lint-collection-docs",
                "--plugin-docs",
                "--validate-collection-refs=dependent",
                ".",
            ),
            ("antsibull-changelog", "lint"),
        )
    ),
    # The pages of all modules, plugins and roles. What they refer to in Ansible's own pages is not here (docs-lint
    # looks at references); antsibull-docs does not make the directory.
    "docs": Stage(
        (
            ("mkdir", "-p", str(DOCS / "rst")),
            (
                *("env", f"HOME={CACHE}", "antsibull-docs", "collection", "--use-current", "--fail-on-error"),
                *("--squash-hierarchy", "--no-breadcrumbs", "--cleanup=everything", f"--dest-dir={DOCS / 'rst'}"),
                "apiary.swarm",
            ),
            (
                *("sphinx-build", "-q", "-W", "--keep-going", "-C", "-b", "html", "-D", "project=apiary.swarm"),
                *("-D", "extensions=sphinx_antsibull_ext", "-D", "html_theme=alabaster"),
                *("-D", "highlight_language=YAML+Jinja", "-D", "suppress_warnings=ref.ref"),
                *(str(DOCS / kind) for kind in ("rst", "html")),
            ),
        )
    ),
    "build": Stage((("python", "tests/tools/package.py"),)),
    "sanity": Stage((("python", "tests/tools/sanity.py"),)),
    "sanity-oldest": Stage((("python", "tests/tools/sanity.py"),), venv="venv-oldest"),
    "sanity-next": Stage((("python", "tests/tools/sanity.py"),), venv="venv-next"),
    "browser": Stage(((*PYTEST, "tests/browser"),)),
    "integration-cluster": Stage(((*PYTEST, "--durations=8", "tests/integration/cluster"),), group=HOSTS),
    "integration-stack": Stage(((*PYTEST, "--durations=8", "tests/integration/stack"),), group=HOSTS),
    # The core of it; `make test-operations` runs what takes longer, too.
    "operations": Stage(((*PYTEST, "--durations=8", "-m", "not long", "tests/operations"),), group=HOSTS),
    "operations-all": Stage(((*PYTEST, "--durations=0", "-v", "tests/operations"),), group=ALONE),
    "molecule": Stage((("molecule", "test", "--all"),), group=ALONE),
}


@dataclass(frozen=True)
class Result:
    name: str
    core: str  # which ansible-core it ran with
    seconds: float
    failed: bool
    not_run: str = ""  # the reason


def run(name: str, show: bool) -> Result:
    """Run a stage; unless it is shown as it goes, its output is printed only when it fails."""
    stage = STAGES[name]
    version = installed(stage.venv)
    reason = obstacle(stage.venv, version, ON_CI)
    log = log_of(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    if reason:
        log.write_text(f"not run: {reason}\n", encoding="utf-8")
        result = Result(name, "", 0, ON_CI and not CORES[stage.venv].off, reason)
        print(f"==> {name}: {verdict(result)}", flush=True)
        return result
    print(f"==> {name}", flush=True)
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as file:
        codes = [execute(command, stage, sys.stdout if show else file) for command in stage.commands]
    result = Result(name, called(stage.venv, version), time.monotonic() - started, any(codes))
    output = "" if show or not result.failed else said(name)
    with_core = f"after {result.seconds:.0f} s with ansible-core {result.core}"
    print(f"{output}==> {name}: {verdict(result)} {with_core}", flush=True)
    return result


def installed(venv: str) -> str:
    """The version of ansible-core that an environment really has, or nothing."""
    found = (CACHE / venv).glob("lib/python3*/site-packages/ansible_core-*.dist-info")
    return next((path.name.removeprefix("ansible_core-").removesuffix(".dist-info") for path in found), "")


def obstacle(venv: str, version: str, strict: bool) -> str:
    """Why nothing can be run in an environment with this version of ansible-core in it, or nothing."""
    core = CORES[venv]
    if core.off:
        return f"ansible-core {core.version} is switched off: {core.off}"
    if is_of(core.version, version) or (venv == "venv" and version and not strict):
        return ""
    return f"it needs ansible-core {core.version} on {span(core.pythons)}; .cache/{venv} has {version or 'none'}"


def is_of(core: str, version: str) -> bool:
    """Whether 2.21.5 or 2.21.0rc1 is a release of 2.21."""
    return version.startswith(f"{core}.")


def called(venv: str, version: str) -> str:
    """A version with its name; where Python is too old for the newest one, `venv` has one that has no name."""
    core = CORES[venv]
    return f"{version} ({core.name})" if is_of(core.version, version) else version


def log_of(name: str) -> Path:
    return CACHE / "logs" / f"{name}.log"


def said(name: str) -> str:
    """What the last run of a stage said."""
    return log_of(name).read_text(encoding="utf-8", errors="replace")


def execute(command: Command, stage: Stage, output: TextIO) -> int:
    print("$", *command, file=output, flush=True)
    environment = tools(stage.venv)
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        print(f"error: there is no {command[0]}", file=output, flush=True)
        return 127
    return subprocess.run(
        [program, *command[1:]], cwd=CHECKOUT, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False
    ).returncode


def tools(venv: str) -> dict[str, str]:
    """Tools of one virtual environment; what Ansible keeps stays in .cache, and the collection is the checkout."""
    return {
        **os.environ,
        "PATH": f"{CACHE / venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_HOME": str(CACHE / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(CACHE / "collections"),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "160",  # Molecule breaks lines at 80 where there is no terminal
    }


def remind(result: Result) -> None:
    """The end of what a failed stage said, once more: its output may be far above, and cut off."""
    print(f"\n==> {result.name} ended with", *said(result.name).splitlines()[-LAST_LINES:], sep="\n")


def failures(name: str) -> list[str]:
    """The names and reasons in pytest's summary, and the tasks' errors of Molecule, which puts both into coloured
    frames. On CI a summary has whole assertions, so that the end of what a stage said may name no test.
    """
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said(name))
    plain = re.sub(r"\n *│ {3}", " ", plain)  # how Molecule goes on with a line that was too long
    found = re.findall(r"^[ │]*((?:FAILED|ERROR) \S+::.*|(?:\[ERROR\]: Task failed|fatal: \[).*)", plain, re.MULTILINE)
    return [line[:MOST_LETTERS] for line in found]


def verdict(result: Result) -> str:
    if result.not_run:
        return ("FAILED, " if result.failed else "") + f"not run: {result.not_run}"
    return "FAILED" if result.failed else "ok"


def table(results: Sequence[Result], seconds: float) -> list[str]:
    """What became of all stages, as lines."""
    count = sum(bool(result.not_run) for result in results)
    failed = any(result.failed for result in results)
    whole = ("FAILED" if failed else "ok") + (f", but {count} of {len(results)} not run" if count else "")
    return [
        f"{'stage':<21}{'ansible-core':<20}{'seconds':>8}  result",
        *(f"{result.name:<21}{result.core:<20}{result.seconds:>8.0f}  {verdict(result)}" for result in results),
        f"{'all':<21}{'':<20}{seconds:>8.0f}  {whole}",
    ]


def code(results: Sequence[Result]) -> int:
    """The exit code: where nothing was run, nothing is good."""
    return int(any(result.failed for result in results) or all(result.not_run for result in results))


def run_all(names: Sequence[str]) -> list[Result]:
    results: list[Result] = []
    for group, workers in ((QUICK, 2), (HOSTS, 2), (ALONE, 1)):
        with ThreadPoolExecutor(max_workers=workers) as pool:
            chosen = [name for name in names if STAGES[name].group == group]
            results += pool.map(functools.partial(run, show=len(names) == 1), chosen)
    return results


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in STAGES]
    if unknown or not names:
        print(f"error: unknown stage {' '.join(unknown)}; there are {' '.join(STAGES)}", file=sys.stderr)
        return 2
    started = time.monotonic()
    results = run_all(names)
    if len(results) > 1:
        for result in results:
            if result.failed:
                remind(result)
        print("", *table(results, time.monotonic() - started), sep="\n")
        for result in results:
            for failure in failures(result.name) if result.failed else ():
                print(f"{result.name}: {failure}")
    return code(results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
