# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, in words for the person who has to act.

Nothing below a module calls `fail_json`: it raises one of these, and the module's one exit turns it into a failure.
"""

from __future__ import annotations

from typing import Any


class SwarmError(Exception):
    """Something is wrong and nothing more will be done.

    `message` says what is wrong, with the names and values; `hint` what to do about it; `facts` are returned beside
    the message (what was last seen by a wait, for instance).
    """

    def __init__(self, message: str, hint: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class EngineUnreachable(SwarmError):
    """No Engine answers at the address.

    `absent` is true where there is nothing that could answer (no SDK, no socket): a host on which Docker Engine is not
    installed. It is false where something is there and does not answer, or refuses.
    """

    def __init__(self, message: str, hint: str = "", absent: bool = False) -> None:
        super().__init__(message, hint)
        self.absent = absent


class Unanswered(EngineUnreachable):
    """The Engine did not answer a request in time; whether it does what was asked, only looking at it can tell."""


class EngineError(SwarmError):
    """The Engine refused a request. `status` is the HTTP status of its answer."""

    def __init__(self, message: str, status: int, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status


class NotFound(EngineError):
    """The Engine does not know the object (404)."""


class OutOfSequence(EngineError):
    """Someone else changed the object since it was read: read again, decide again, try again."""


class NotAManager(EngineError):
    """The Engine is no swarm manager, or its managers have no quorum (503)."""


class Timeout(SwarmError):
    """A wait ended before the state was reached. `facts` hold what was last seen."""
