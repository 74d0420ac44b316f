# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who watches a swarm while something is done to it: an observer on each manager, and a client of a service."""

from __future__ import annotations

import base64
import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.integration.cluster.conftest import Hosts

# Runs on a manager. An Engine that is down is not asked over its socket, with which systemd would start it.
OBSERVER = """
import http.client, socket, subprocess, time

def look():
    active = subprocess.run(["systemctl", "is-active", "--quiet", "docker.service"]).returncode == 0
    if not active:
        return "down"
    try:
        connection = http.client.HTTPConnection("engine")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(2)
        connection.sock.connect("/run/docker.sock")
        connection.request("GET", "/nodes")
        return "ok" if connection.getresponse().status == 200 else "no leader"
    except OSError:
        return "silent"
    finally:
        connection.close()

while True:
    began = time.time()
    print(began, look(), flush=True)
    time.sleep(max(0, 0.4 - (time.time() - began)))
"""


class Managers:
    """What observers on all managers saw."""

    def __init__(self, looks: dict[str, list[tuple[float, str]]]) -> None:
        self.looks = looks
        self.counts = {name: dict(Counter(state for _time, state in seen)) for name, seen in looks.items()}

    @property
    def most_down(self) -> int:
        """How many managers were down at the same time, at most."""
        return max(self._each_second(lambda states: sum("down" in seen for seen in states)))

    @property
    def longest_silence(self) -> float:
        """The longest time, in seconds, in which no manager could be asked about the nodes (a leader was chosen)."""
        answers = sorted(moment for seen in self.looks.values() for moment, state in seen if state == "ok")
        return max(later - earlier for earlier, later in itertools.pairwise(answers))

    def _each_second(self, measure):
        slots: dict[int, dict[str, set[str]]] = {}
        for name, seen in self.looks.items():
            for moment, state in seen:
                slots.setdefault(int(moment), {}).setdefault(name, set()).add(state)
        return [measure(list(slot.values())) for slot in slots.values()]


@contextmanager
def observed(hosts: Hosts, *managers: str) -> Iterator[list[Managers]]:
    """Observers on these managers during the block; afterwards the list has what they saw."""
    text = base64.b64encode(OBSERVER.encode()).decode()
    for name in managers:
        hosts.console(name, f"echo {text} | base64 -d > /run/observer.py; systemctl reset-failed observer || true")
        hosts.console(
            name, "systemd-run --unit=observer sh -c 'exec python3 /run/observer.py > /run/observer.log'", check=True
        )
    found: list[Managers] = []
    try:
        yield found
    finally:
        looks = {}
        for name in managers:
            hosts.console(name, "systemctl stop observer", check=False)
            lines = hosts.console(name, "cat /run/observer.log").splitlines()
            looks[name] = [(float(line.split(" ", 1)[0]), line.split(" ", 1)[1]) for line in lines if " " in line]
        found.append(Managers(looks))


class Client:
    """Asks for a page several times a second, as a load balancer does: each time another node first, and the next one
    where nothing is served. A request failed when no node answered it.
    """

    def __init__(self, addresses: list[str], port: int) -> None:
        self.addresses, self.port = addresses, port
        self.requests = 0
        self.failed: list[tuple[float, list[str]]] = []
        self.troubles: Counter[str] = Counter()  # of single tries
        self.slowest = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Client:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def __str__(self) -> str:
        return (
            f"{self.requests} requests, {len(self.failed)} failed, slowest {self.slowest:.2f} s, "
            f"tries that went on to the next node: {dict(self.troubles)}"
        )

    def _run(self) -> None:
        for number in itertools.count():
            if self._over.wait(0.1):
                return
            began = time.monotonic()
            troubles = []
            for step in range(len(self.addresses)):
                trouble = self._ask(self.addresses[(number + step) % len(self.addresses)])
                if not trouble:
                    break
                troubles.append(trouble)
            else:
                self.failed.append((time.time(), troubles))
            self.requests += 1
            self.troubles.update(troubles)
            self.slowest = max(self.slowest, time.monotonic() - began)

    def _ask(self, address: str) -> str:
        connection = http.client.HTTPConnection(address, self.port, timeout=2)
        try:
            connection.request("GET", "/")
            status = connection.getresponse().status
            return "" if status == 200 else f"status {status}"
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()
