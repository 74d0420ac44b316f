# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller shows while something lasts on a host."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import LONGEST
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import SystemClock

FIRST = 5.0  # seconds; what takes less needs no words


class Telling(ActionBase):
    """An action plugin that shows for how long something lasts already."""

    _supports_check_mode = True

    def tell(self, task_vars: Mapping[str, Any] | None, about: str, seconds: float, words: str) -> None:
        if not self._task.no_log:
            host = self._task.delegate_to or (task_vars or {}).get("inventory_hostname", "")
            self._display.display(line(host, about, seconds, words))

    def telling(self, task_vars: Mapping[str, Any] | None, about: str, words: str) -> AbstractContextManager[None]:
        """While a call of a module lasts that tells nothing before it ends."""
        return each_time(lambda seconds: self.tell(task_vars, about, seconds, words))


class ModuleTold(Telling):
    """The action plugin of a module that lasts, and of which nothing is known before it ends."""

    _supports_async = True
    about = ""
    words = ""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        result: dict[str, Any]
        if self._task.async_val:  # nobody looks on
            result = self._execute_module(task_vars=task_vars, wrap_async=True)
            return result
        with self.telling(task_vars, self.about, self.words):
            result = self._execute_module(task_vars=task_vars)
        return result


@contextmanager
def each_time(show: Callable[[float], None], first: float = FIRST, pause: float = LONGEST) -> Iterator[None]:
    """Call `show` after the first seconds, and then after each pause, with the seconds since the beginning.

    In a thread: what lasts is a call that waits for the host. Ansible's display may be used by any thread.
    """
    clock, over = SystemClock(), threading.Event()
    began = clock.now()

    def watch() -> None:
        seconds = first
        while not over.wait(seconds):
            show(clock.now() - began)
            seconds = pause

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def line(host: str, about: str, seconds: float, words: str) -> str:
    """`manager1: stack shop after 12 s: web 2/3 running, 1 starting; ...`."""
    return f"{host}: {about} after {seconds:.0f} s: {words}"
