# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test hosts, and the commands that are timed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks import peer
from tests.benchmarks.measure import seconds
from tests.doubles import EngineDouble, served
from tests.lab import access
from tests.lab.state import CHECKOUT, Lab

HERE = Path(__file__).parent
PLAYS = HERE / "plays"
BIN = Path(sys.executable).parent
WORK = CHECKOUT / ".cache" / "bench"
COLLECTIONS = CHECKOUT / ".cache" / "collections"

# What an Engine that is asked to writes for each request; the words differ between versions.
REQUEST = re.compile(r'(?:Calling|handling) (?:GET|HEAD|POST|PUT|DELETE)\b|msg="(?:Calling|handling)')


class Failed(Exception):
    """A command that is measured did not do what it should."""


class Commands:
    """Runs of Ansible, each as long as who started it has to wait for it."""

    def __init__(self, inventory: str, configuration: str | None = None) -> None:
        WORK.mkdir(parents=True, exist_ok=True)
        self.inventory = inventory
        self.variables: dict[str, Any] = {}  # of all runs
        self.environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}{os.pathsep}{peer.installed()}",
            "ANSIBLE_HOME": str(CHECKOUT / ".cache" / "ansible"),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
            "LC_ALL": "C.UTF-8",
            **({"ANSIBLE_CONFIG": configuration} if configuration else {}),
        }

    def play(self, name: str, **variables: Any) -> str:
        """A playbook of plays/, or of a collection; its output."""
        file = PLAYS / f"{name}.yml"
        values = WORK / f"variables-{os.getpid()}.json"
        values.write_text(json.dumps({**self.variables, **variables}), encoding="utf-8")
        arguments = [str(file if file.exists() else name), "-i", self.inventory, "-e", f"@{values}"]
        done = subprocess.run(
            [BIN / "ansible-playbook", *arguments],
            env=self.environment,
            cwd=WORK,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1800,
        )
        if done.returncode:
            raise Failed(f"ansible-playbook {' '.join(arguments)}: {done.returncode}\n{done.stdout[-4000:]}")
        return done.stdout

    def time(self, name: str, **variables: Any) -> float:
        return seconds(lambda: self.play(name, **variables))

    def time_unchanged(self, name: str, **variables: Any) -> float:
        """As `time`; a run that changes anything is an error, because something else was to be measured."""
        started = time.monotonic()
        output = self.play(name, **variables)
        taken = time.monotonic() - started
        if any(int(number) for number in re.findall(r"\bchanged=(\d+)", output)):
            raise Failed(f"{name} was to change nothing:\n{output[-4000:]}")
        return taken

    def ping(self, hosts: str) -> float:
        """The least that a command of Ansible takes: one task that does nothing."""
        return self.time("ping", hosts=hosts)


@contextmanager
def answering(double: EngineDouble) -> Iterator[dict[str, str]]:
    """The double behind a socket of this machine; the variables with which plays meet it."""
    with TemporaryDirectory() as directory, served(double, Path(directory) / "engine.sock") as address:
        yield {"manager": "localhost", "docker_host": address}


def here() -> Commands:
    """This machine."""
    WORK.mkdir(parents=True, exist_ok=True)
    inventory = WORK / "localhost.json"
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory.write_text(json.dumps({"all": {"hosts": {"localhost": local}}}), encoding="utf-8")
    return Commands(str(inventory))


class Hosts(Commands):
    """The hosts of a lab."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(str(lab.inventory_file), str(lab.directory / "ansible.cfg"))
        self.lab = lab
        self.names = [host.name for host in lab.hosts]
        self.managers = [host.name for host in lab.group("swarm_managers")]

    def console(self, host: str, command: str, check: bool = True) -> str:
        return access.console(self.lab, host, command, check=check).strip()

    def ssh(self, host: str, command: str, stdin: str = "") -> str:
        """By plain ssh; each connection is a new one, as without Ansible."""
        done = subprocess.run(
            [*access.ssh_command(self.lab, host), command], input=stdin, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Failed(f"{host}: {command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def everywhere(self, command: str, names: Iterable[str] | None = None, check: bool = True) -> None:
        """On the consoles of several hosts at once."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: self.console(name, command, check), names or self.names))

    def raw(self, verb: str, **options: Any) -> str:
        """raw.py on the first manager, by plain ssh."""
        program = (HERE / "raw.py").read_text(encoding="utf-8") + f"\nmain({verb!r}, **{options!r})\n"
        return self.ssh(self.managers[0], "sudo python3 -", program)

    def make_swarm(self) -> None:
        """All hosts in one swarm, without the collection."""
        first = self.managers[0]
        self.everywhere("docker swarm leave --force", check=False)
        self.console(first, f"docker swarm init --advertise-addr {self.lab.host(first).address}")
        for name in self.names[1:]:
            self.console(name, self.join_command(name))

    def join_command(self, host: str) -> str:
        first = self.managers[0]
        role = "manager" if host in self.managers else "worker"
        token = self.console(first, f"docker swarm join-token --quiet {role}")
        return f"docker swarm join --token {token} {self.lab.host(first).address}:2377"

    def remove_stack(self, name: str) -> None:
        """The stack is gone, and all of its containers and networks."""
        manager = self.managers[0]
        self.console(manager, f"docker stack rm {name}", check=False)
        label = f"--filter label=com.docker.stack.namespace={name}"
        left = f"docker service ls -q {label}; docker network ls -q {label}; docker ps -aq {label}"
        deadline = time.monotonic() + 180
        for host in self.names:
            while found := self.console(host, left if host in self.managers else f"docker ps -aq {label}"):
                if time.monotonic() > deadline:
                    raise Failed(f"{name} does not go away: on {host} there are still {found.split()}")
                time.sleep(0.3)

    def count_requests(self, action: Callable[[], object]) -> float:
        """How many requests the Engine of the first manager gets meanwhile, by its own log."""
        manager = self.managers[0]
        with self._talkative(manager):
            cursor = self.console(manager, "journalctl -u docker -n 1 -o cat --show-cursor | tail -n 1")
            action()
            time.sleep(1)  # the journal is written a little later
            since = cursor.removeprefix("-- cursor: ")
            log = self.console(manager, f"journalctl -u docker -o cat --after-cursor='{since}'")
        count = sum(1 for line in log.splitlines() if REQUEST.search(line))
        if not count:
            raise Failed(f"the Engine of {manager} has logged no request:\n{log[-2000:]}")
        return count

    @contextmanager
    def _talkative(self, manager: str) -> Iterator[None]:
        """The Engine logs each request; it need not be restarted for that."""
        file = "/etc/docker/daemon.json"
        before = self.console(manager, f"cat {file}")
        changed = json.dumps({**json.loads(before), "debug": True})
        for content in (changed, before):
            self.console(manager, f"printf '%s\n' '{content}' > {file} && systemctl reload docker")
            time.sleep(1)
            if content == changed:
                yield
