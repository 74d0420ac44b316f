#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_remove
short_description: Removes nodes from the swarm
version_added: 1.0.0
description:
  - Removes any number of nodes in one task, on one manager that stays. Nodes that are not in the swarm are as they
    should be.
  - Managers are demoted first, one after the other, lost ones before others. Each must have left the managers before it
    is removed and before the next one is demoted. What would cost the quorum or the last manager is refused before
    anything is changed.
  - A run that was interrupted is finished by the next.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
options:
  nodes:
    description:
      - The nodes by NodeID or by host name. A NodeID counts first; a host name that several nodes have is an error.
    type: list
    elements: str
    required: true
  force:
    description:
      - Remove nodes that are up, too. They are drained before (see O(drain)).
      - An Engine that is removed so is not told and takes itself for a member. It must leave by itself, before or after
        (on the node, C(docker swarm leave --force)); a warning names the node.
      - Otherwise nodes must have left the swarm, or be down.
      - The quorum is never given up, by force neither.
    type: bool
    default: false
  drain:
    description:
      - Drain nodes that are up, and wait until their tasks are gone, before any node is demoted or removed.
      - Draining stops the tasks of services. Those of jobs go on, and are waited for until they are complete.
    type: bool
    default: true
  down_timeout:
    description:
      - Seconds to wait until it is certain that nodes are down, before anything is changed.
      - A node that leaves or dies is seen as up until it has missed some heartbeats, which takes 15 seconds by default.
        When a new manager leads, it takes as long until the state of all nodes is known.
    type: int
    default: 30
  wait_timeout:
    description: Seconds to wait for tasks to leave, and for each manager to be demoted.
    type: int
    default: 120
seealso:
  - module: apiary.swarm.node_update
  - module: apiary.swarm.node_info
"""

EXAMPLES = r"""
- name: Remove two nodes that are lost
  apiary.swarm.node_remove:
    nodes: [worker7, t2xjkbxmye4rgxhgq2rldc5ls]

- name: Take a node out of service, on a manager
  apiary.swarm.node_remove:
    nodes: [worker1]
    force: true

- name: Let its Engine know, on the node itself
  ansible.builtin.command: docker swarm leave --force
  delegate_to: worker1.example.org
"""

RETURN = r"""
nodes:
  description: The nodes that were removed (in check mode, that would be), as they were. See docker node inspect.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The NodeID.
      type: str
    name:
      description: The host name by the account of the node. Several nodes may have the same.
      type: str
    role:
      description: V(manager) or V(worker).
      type: str
    availability:
      description: V(active), V(pause) or V(drain).
      type: str
    labels:
      description: The labels of the node.
      type: dict
    state:
      description: V(ready), V(down), V(unknown) or V(disconnected).
      type: str
    address:
      description: Its address.
      type: str
    engine_version:
      description: The version of its Engine.
      type: str
    leader:
      description: Whether it is the leader of the managers.
      type: bool
    reachability:
      description: V(reachable), V(unreachable) or V(unknown) for managers; empty for workers.
      type: str
absent:
  description: Those of O(nodes) that were not in the swarm.
  returned: always
  type: list
  elements: str
quorum:
  description: The managers in numbers.
  returned: always
  type: dict
  contains:
    managers:
      description: How many there are.
      type: int
    reachable:
      description: How many of them are reachable.
      type: int
    majority:
      description: How many must be, so that the swarm can be changed.
      type: int
    can_lose:
      description: How many more may fail.
      type: int
    holds:
      description: Whether there is a quorum.
      type: bool
plan:
  description: The steps that were done, or in check mode would be. Empty when everything is as it should be.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import TICKET, make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.removal import read_removal
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.removal_duty import remove_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import ticket_of


def main() -> None:
    module = make_module(
        {
            **TICKET,
            "nodes": {"type": "list", "elements": "str", "required": True},
            "force": {"type": "bool", "default": False},
            "drain": {"type": "bool", "default": True},
            "down_timeout": {"type": "int", "default": 30},
            "wait_timeout": {"type": "int", "default": 120},
        }
    )
    run_module(
        module,
        lambda options: remove_duty(
            read_removal(options["nodes"], options["force"], options["drain"]),
            options["wait_timeout"],
            options["down_timeout"],
            module.check_mode,
            ticket_of(options),
        ),
    )


if __name__ == "__main__":
    main()
