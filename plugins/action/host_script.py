# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of host_script: it shows for how long the script runs already."""

from __future__ import annotations

from typing import Any

from ansible_collections.apiary.swarm.plugins.plugin_utils._telling import ModuleTold


class ActionModule(ModuleTold):
    """Runs the module."""

    words = "still running"

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        self.about = str(self._task.args.get("about"))
        return super().run(tmp, task_vars)
