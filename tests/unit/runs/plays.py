# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays that Ansible itself runs against doubles of the Engine, and all that is left of them: output, files, journal.

The only host, `manager1`, is this one. What is given to a play is kept apart, so that all that is in the folder of the
traces comes from the play.
"""

from __future__ import annotations

import fcntl
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from tests.doubles import EngineDouble, served
from tests.unit.programs import run

Task = dict[str, Any]

# The modules of a play write into the journal of the host. Here that is a file, with every version of Ansible: Python
# runs this before anything else.
_JOURNAL = """
import syslog
def write(*arguments):
    with open({path!r}, "a", encoding="utf-8") as file:
        file.write(str(arguments[-1]) + "\\n")
syslog.syslog = write
"""
# What Ansible says for what it hides, up to 2.21 and from 2.22 on, and what this collection says.
HIDDEN = ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "NOT_LOGGING_PARAMETER", "$REDACTED$", "********")
# What differs from run to run, and what of it stays. The folder is the first.
_VARYING = (
    (r"\bafter \d+ s\b", "after N s"),
    (r"ansible-(local|tmp)-[\w.-]+|ansible_[\w.]+|\.ansible[\w.]+|(?<=/)\.\w{8}\b|tmp\w{8}\b", "TEMPORARY"),
    (r'(?m)(checksum|md5sum|_original_basename|size)(=|": ?"?)[\w.]+', r"\1"),
    (r"p=\d+ u=\w+", "PROCESS"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]?\d*Z?|\d:\d\d:\d\d\.\d+", "TIME"),
    (r'(time(?:stamp)?=")[^"]*"', r"\1"),
    (r'("lists_age": )\d+', r"\1"),
)
# Words of the size of a short secret, in a play that has nothing to do with it.
BYSTANDER = "1 of 11 is true: deploy 1 as deployed on manager1"


@dataclass(frozen=True)
class Played:
    """A play that was run. `traces` has all that is left of it, by where it is found."""

    folder: str
    status: int
    traces: Mapping[str, str] = field(repr=False)

    @property
    def output(self) -> str:
        return self.traces["output"]

    @property
    def results(self) -> dict[str, Any]:
        """What the tasks registered, as a later one wrote it into a file, by the names of the tasks."""
        if "results.json" not in self.traces:
            raise AssertionError(f"the play did not come to its end: {self.output}")
        return {name.replace("_", " "): result for name, result in json.loads(self.traces["results.json"]).items()}

    @property
    def journal(self) -> list[str]:
        return self.traces.get("journal", "").splitlines()

    def invoked(self, name: str) -> dict[str, Any]:
        """The options of a task as they are shown, and not in what it registers before Ansible 2.20."""
        _before, _task, after = self.output.partition(f"\nTASK [{name}] ")
        said, _end = json.JSONDecoder().raw_decode(after, after.index("=> {") + 3)
        options: dict[str, Any] = said["invocation"]["module_args"]
        return options

    def normalised(self) -> dict[str, list[str]]:
        """Without what differs from run to run, and with one word for all that is hidden. XML is on one line."""
        return {_normalised(where, self.folder): self._lines(text) for where, text in self.traces.items()}

    def _lines(self, text: str) -> list[str]:
        return _normalised(text.replace("><", ">\n<"), self.folder).splitlines()


def _normalised(text: str, folder: str) -> str:
    for pattern, words in ((re.escape(folder), "FOLDER"), (r"play-\d+\.\d+", "play"), *_VARYING):
        text = re.sub(pattern, words, text)
    for word in HIDDEN:
        text = text.replace(word, "HIDDEN")
    return text


def play(
    folder: Path,
    doubles: Mapping[str, EngineDouble],
    tasks: Sequence[Task],
    values: Mapping[str, Any],
    *arguments: str,
    **head: Any,
) -> Played:
    """Run tasks whose variables are the values, and after them another play.

    `{{ engines.NAME }}` is the address of a double, by its name. `head` has more keywords of the play.
    """
    given, traces = folder / "given", folder / "traces"
    (given / "python").mkdir(parents=True)
    traces.mkdir()
    (given / "python" / "sitecustomize.py").write_text(_JOURNAL.format(path=str(traces / "journal")))
    with ExitStack() as stack:
        engines = {name: stack.enter_context(served(double, given / name)) for name, double in doubles.items()}
        host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        variables = {**values, **host, "engines": engines, "traces": str(traces)}
        (given / "values.json").write_text(json.dumps(variables))
        bystander = {"name": "another", "tags": "always", "ansible.builtin.debug": {"msg": BYSTANDER}}
        common = {"hosts": "manager1", "gather_facts": False}
        plays = [{**common, "name": "secrets", "tasks": list(tasks), **head}, {**common, "tasks": [bystander]}]
        (given / "play.json").write_text(json.dumps(plays))
        done = run(
            traces,
            "ansible-playbook",
            *("-i", "manager1,", "-e", f"@{given}/values.json", *arguments, given / "play.json"),
            PYTHONPATH=str(given / "python"),
            ANSIBLE_CACHE_PLUGIN="ansible.builtin.jsonfile",
            ANSIBLE_CACHE_PLUGIN_CONNECTION=str(traces / "facts"),
            ANSIBLE_CALLBACKS_ENABLED="ansible.builtin.junit",
            ANSIBLE_INJECT_INVOCATION="1",
            ANSIBLE_LOG_PATH=str(traces / "log"),
            ANSIBLE_PIPELINING="1",
            ANSIBLE_REMOTE_TEMP=str(traces / "remote"),
            JUNIT_OUTPUT_DIR=str(traces / "junit"),
            DOCKER_CONFIG=str(given),
        )
    return Played(str(folder), done.returncode, {"output": done.stdout + done.stderr, **dict(_files(traces))})


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes().decode("utf-8", "replace")


def task(name: str, module: str, options: Mapping[str, Any], **keywords: Any) -> Task:
    """Whatever becomes of it, the play goes on. Its result is kept by its name."""
    register = name.replace(" ", "_")
    return {
        "name": name,
        f"apiary.swarm.{module}": dict(options),
        "register": register,
        "ignore_errors": True,
        **keywords,
    }


def kept(tasks: Sequence[Task]) -> list[Task]:
    """Tasks, and then others that write their results into a file and into the cache of facts."""
    names = [item["register"] for item in tasks if "register" in item]
    content = f"{{{{ {{{', '.join(f'{name!r}: {name}' for name in names)}}} | to_json }}}}"
    copy = {"dest": "{{ traces }}/results.json", "content": content}
    facts = {f"fact_{name}": f"{{{{ {name} }}}}" for name in names}
    return [
        *tasks,
        {"name": "results in a file", "ansible.builtin.copy": copy, "diff": False, "no_log": True},
        {"name": "results as facts", "ansible.builtin.set_fact": {**facts, "cacheable": True}},
    ]


def once(common: Path, name: str, makes: Mapping[str, Callable[[Path], Played]]) -> dict[str, Played]:
    """What is made, all at the same time, by the first of several processes that ask. They have the folder `common`."""
    folder = common / name
    path = folder / "played.json"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            with ThreadPoolExecutor() as pool:
                running = {key: pool.submit(make, folder / key) for key, make in makes.items()}
            path.write_text(json.dumps({key: astuple(future.result()) for key, future in running.items()}))
    return {key: Played(*values) for key, values in json.loads(path.read_text()).items()}
