# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A decision as data for tasks, with its warnings shown to the user."""

from __future__ import annotations

from typing import Any, Protocol

from ansible.utils.display import Display
from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted


class Decision(Protocol):
    """What the filters of the roles decide."""

    warnings: list[str]

    def as_dict(self) -> dict[str, Any]:
        """The decision as plain data."""


def shown(decision: Decision) -> Any:
    """The decision as data for tasks, after its warnings went to the user. None of it is a template: hosts say much of
    it themselves.
    """
    for warning in decision.warnings:
        Display().warning(warning)
    return untrusted(decision.as_dict())
