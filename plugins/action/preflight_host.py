# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of preflight_host: what time it is here, before and after the host tells its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Runs the module and puts the controller's clock beside the host's."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        asked = _now()
        result.update(self._execute_module(task_vars=task_vars))
        if "facts" in result:
            result["facts"]["clock"].update(asked=asked, answered=_now())
        return result


def _now() -> float:
    return datetime.now(UTC).timestamp()
