#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_gate
short_description: Waits until a node may go down, or is back
version_added: 1.0.0
description:
  - For work that takes nodes of a swarm down one after the other, such as restarts and reboots. Called before a node
    goes down it waits until the swarm can do without it; called after, with the RV(mark) of the call before, it waits
    until all is as it was. It fails when that does not come true in time, so that the next node is left alone.
  - Before, without a manager a majority of all managers must be reachable. A single manager may go, and one of two
    when both are reachable, because these have no quorum to keep. Workers may always go.
  - After, every manager that was reachable is reachable again, the node is ready, a new leader has heard of the other
    nodes, and of every service as many tasks run as did before, or as are wanted now where that is less. Jobs are not
    looked at.
  - Has to be run on a manager. Nothing is written.
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
attributes:
  check_mode:
    details: Does not wait; RV(problem) says what would be waited for.
author: The apiary.swarm contributors (@apiary)
options:
  node_id:
    description: The NodeID of the node that goes down.
    type: str
    required: true
  mark:
    description: The RV(mark) of the call before. Without it, this is the call before.
    type: dict
  wait_timeout:
    description: How long to wait, in seconds.
    type: int
    default: 120
seealso:
  - module: apiary.swarm.node_update
  - module: apiary.swarm.swarm_info
"""

EXAMPLES = r"""
- name: Wait until the manager may go down
  apiary.swarm.swarm_gate:
    node_id: "{{ node_id }}"
  register: before

- name: Reboot it
  ansible.builtin.reboot:

- name: Wait until it is back
  apiary.swarm.swarm_gate:
    node_id: "{{ node_id }}"
    mark: "{{ before.mark }}"
"""

RETURN = r"""
mark:
  description: What must hold again when the node is back.
  returned: success
  type: dict
  contains:
    reachable: {description: The NodeIDs of the managers that are reachable., type: list, elements: str}
    running: {description: "How many tasks run, by ID of the service.", type: dict}
quorum:
  description: The managers in numbers, as M(apiary.swarm.swarm_info) returns them.
  returned: success
  type: dict
  sample: {managers: 3, reachable: 3, majority: 2, can_lose: 1, holds: true}
problem:
  description: What is missing. Only in check mode; otherwise it is empty or the module fails.
  returned: success
  type: str
  sample: ""
plan:
  description: Always empty.
  returned: always
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import TICKET, make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.gate_duty import gate_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import ticket_of


def main() -> None:
    module = make_module(
        {
            **TICKET,
            "node_id": {"type": "str", "required": True},
            "mark": {"type": "dict"},
            "wait_timeout": {"type": "int", "default": 120},
        }
    )
    run_module(
        module,
        lambda options: gate_duty(options["node_id"], options["mark"], options["wait_timeout"], ticket_of(options)),
    )


if __name__ == "__main__":
    main()
