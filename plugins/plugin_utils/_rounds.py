# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of a wait in rounds (module_utils/_swarm/rounds.py): what is shown, and one result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.apiary.swarm.plugins.plugin_utils._telling import Telling

Result = Mapping[str, Any]  # what a module returned
Ticket = Mapping[str, Any]


class InRounds(Telling):
    """The action plugin of a module that waits: it shows meanwhile what the module waits for.

    `lasting` is what is told during the first call of a module that works for long before it waits: about what, and
    the words.
    """

    lasting: tuple[str, str] | None = None

    def in_rounds(
        self, arguments: Callable[[Ticket], dict[str, Any]], task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        """The result of the module with the arguments for a ticket."""

        def show(unfinished: Mapping[str, Any]) -> None:
            ticket = unfinished["ticket"]
            self.tell(task_vars, ticket["about"], ticket["waited"], unfinished["line"])

        def call(ticket: Ticket) -> dict[str, Any]:
            first = not ticket["shown"]
            with self.telling(task_vars, *self.lasting) if self.lasting and first else nullcontext():
                result: dict[str, Any] = self._execute_module(module_args=arguments(ticket), task_vars=task_vars)
            return result

        return through(call, show)


class ModuleInRounds(InRounds):
    """The same for a module that has the option `ticket` and needs nothing else of the controller."""

    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        if "ticket" in self._task.args:
            raise AnsibleActionFail("The option ticket cannot be set.")
        if self._task.async_val:  # nobody looks on
            result: dict[str, Any] = self._execute_module(task_vars=task_vars, wrap_async=True)
            return result
        return self.in_rounds(lambda ticket: {**self._task.args, "ticket": ticket}, task_vars)


def through(call: Callable[[Ticket], dict[str, Any]], show: Callable[[Mapping[str, Any]], None]) -> dict[str, Any]:
    """The result of a module, called again for as long as it has something to show and is not through."""
    rounds: list[dict[str, Any]] = []
    ticket: Ticket = {"shown": ""}
    while True:
        rounds.append(call(ticket))
        unfinished = rounds[-1].pop("unfinished", None)
        if unfinished is None:
            return joined(rounds)
        ticket = unfinished["ticket"]
        show(unfinished)


def joined(rounds: Sequence[Result]) -> dict[str, Any]:
    """The result of the last round, as if there had been no other: with the steps and warnings of all."""
    result = dict(rounds[-1])
    if len(rounds) == 1:
        return result
    result["changed"] = any(item.get("changed") for item in rounds)
    result["plan"] = [step for item in rounds for step in item.get("plan") or []]
    warnings = dict.fromkeys(text for item in rounds for text in item.get("warnings") or [])
    if warnings:
        result["warnings"] = list(warnings)
    if any("diff" in item for item in rounds):
        result["diff"] = {"prepared": "".join((item.get("diff") or {}).get("prepared", "") for item in rounds)}
    return result
