# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of swarm_lock: who runs this, and whether the run that has the lock is still there."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.apiary.swarm.plugins.plugin_utils import _lock_holder


class ActionModule(ActionBase):
    """Runs the module, and once more where a run of this controller has the lock and was killed."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        if "holder" in self._task.args:
            raise AnsibleActionFail("The option holder cannot be set.")
        try:
            here = _lock_holder.of_this_run()
        except ProcessLookupError:
            raise AnsibleActionFail("The run that this task belongs to has ended. Nothing was changed.") from None
        result = self._ask(task_vars, holder=here)
        # Only a refusal tells of a lock and is a failure.
        lock = result.get("lock")
        if not (result.get("failed") and lock and _lock_holder.is_gone(lock, here, _lock_holder.started)):
            return result
        return self._ask(task_vars, holder={**here, "gone": True}, break_lock=lock["id"])

    def _ask(self, task_vars: dict[str, Any] | None, **options: Any) -> dict[str, Any]:
        result: dict[str, Any] = self._execute_module(
            module_name="apiary.swarm.swarm_lock",
            module_args={**self._task.args, **options},
            task_vars=task_vars,
        )
        return result
