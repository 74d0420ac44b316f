# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is to see of stacks on an Engine that is no manager."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import State


def without_manager(engine: Engine, problem: NotAManager, check_mode: bool) -> State:
    """What to plan for on an Engine that is no manager: in check mode, one that is in no swarm may become one."""
    swarm = engine.info().get("Swarm") or {}
    local = swarm.get("LocalNodeState") or "inactive"
    if local == "inactive" and check_mode:
        return State(
            api=engine.api_version, blank=True, warnings=("This host is in no swarm yet: planned as for an empty one.",)
        )
    if local == "active" and swarm.get("ControlAvailable"):
        raise SwarmError(
            f"The swarm's managers do not answer: {problem.message}", "Have they lost their quorum?"
        ) from problem
    states = {"active": "a worker", "inactive": "in no swarm"}
    raise SwarmError(
        f"This node is no swarm manager: it is {states.get(local, f'in the state {local}')}.",
        "Nothing was changed. Run the task on a manager.",
    ) from problem
