# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for what a deployment wrote to services, and going back where that fails."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Unfinished
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import converge, images
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.overtaken import Overtaken, mark, overtaken
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rounds import Ticket
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.settle import Watch, converged_in_rounds, own
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import Wish

Object = Mapping[str, Any]  # a service as the API lists it


@dataclass
class Rollout:
    """What was written to services, and whether it has been waited for. Only `ticket` outlives a round."""

    wish: Wish
    auths: Mapping[str, Mapping[str, str]]
    ticket: Ticket = field(default_factory=Ticket)
    waited: bool = False
    settled: bool = False

    def created(self, service: str) -> None:
        self.ticket.changed[service] = mark(None)

    def updated(self, service: str, previous: Mapping[str, Any]) -> None:
        """`previous` is the spec that was read before."""
        self.ticket.changed[service] = mark(previous)
        if self.wish.on_failure == "rollback":
            self.ticket.previous.setdefault(service, previous)

    def converge(self, engine: Engine, services: Iterable[Object]) -> None:
        """Wait until all services have converged; where they do not, and it is wished, until they are as before.

        `services` are those of the stack, as they were read last. Where they show that there is nothing to wait for,
        nothing more is read.
        """
        if not self.wish.wait or self.settled or self._is_quiet(services):
            return
        self.waited = True
        if not self.ticket.failure:
            try:
                self.require_own(self._wait(engine, self.wish.services))
                self.settled = True
                return
            except (Unfinished, Overtaken):
                raise
            except SwarmError as failure:
                if not self.ticket.previous:
                    raise
                self._restore(engine, failure)
        raise self._restored(engine)

    def require_own(self, services: Iterable[Object]) -> None:
        others = overtaken(services, self.ticket.changed)
        if others:
            raise Overtaken(
                f"Someone else wrote to services of stack {self.wish.stack} during this run: {', '.join(others)}.",
                "They are as the last one left them. Deploy a stack once at a time.",
            )

    def _wait(self, engine: Engine, names: Collection[str]) -> Sequence[Object]:
        """Wait until services have converged; the services then."""
        ticket = self.ticket
        watch = Watch(engine, self.wish.stack, set(names), ticket.changed, ticket.before or ())
        converged_in_rounds(ticket, f"stack {self.wish.stack}", watch, self.wish.wait_timeout)
        look, _progress = watch.last
        return look.services

    def _is_quiet(self, services: Iterable[Object]) -> bool:
        """Whether nothing was written to a service, and nothing of an earlier run is still going on."""
        wanted = [service for service in services if service["Spec"]["Name"] in self.wish.services]
        now = datetime.datetime.now(datetime.timezone.utc).timestamp()
        return not self.ticket.changed and not self.ticket.waited and converge.is_quiet(wanted, now)

    def _restore(self, engine: Engine, failure: SwarmError) -> None:
        """Give the services that this run updated, and nobody after it, their old specs again."""
        names, written = [], {}
        services = engine.services(own(self.wish.stack))
        others = overtaken(services, self.ticket.changed)
        for service in services:
            name, spec = service["Spec"]["Name"], self.ticket.previous.get(service["ID"])
            if spec is None or (name in others and service["Spec"] != spec):
                continue
            names.append(name)
            if service["Spec"] != spec:
                written[service["ID"]] = mark(service["Spec"])
                credentials = images.credentials(images.of(spec), self.auths)
                engine.update_service(service["ID"], service["Version"]["Index"], spec, credentials)
        said = {"message": failure.message, "hint": failure.hint, "facts": failure.facts, "restored": sorted(names)}
        self.ticket = Ticket(shown=self.ticket.shown, changed=written, before=self.ticket.before, failure=said)

    def _restored(self, engine: Engine) -> SwarmError:
        """The failure, after the old specs have converged."""
        failure = self.ticket.failure
        names = ", ".join(failure["restored"]) or "of none, because others have written since"
        restored = f"The previous specs were restored: {names}."
        try:
            self._wait(engine, failure["restored"])
        except Unfinished:
            raise
        except SwarmError as second:
            restored += f" They did not converge either: {second.message}"
        facts = {**failure["facts"], "rolled_back": failure["restored"]}
        return SwarmError(f"{failure['message']} {restored}", failure["hint"], **facts)

    def note_tasks(self, engine: Engine) -> None:
        """Before the first write to a service: errors of tasks from before do not speak of this run."""
        if self.ticket.before is None and self.wish.wait:
            self.ticket.before = [task["ID"] for task in engine.tasks(own(self.wish.stack))]
