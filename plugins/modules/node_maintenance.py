#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_maintenance
short_description: Takes nodes out of service for a while, and puts them back as they were
version_added: 1.0.0
description:
  - For work on a node that goes on after it, such as an upgrade or a reboot. Begun, a node gets no tasks any more and
    those that it has have left it; ended, it is as available as it was before.
  - What it was is kept in the label C(apiary.swarm.availability) of the node, which is written together with the
    availability. So a run that follows an interrupted one knows it, and a node that had been drained on purpose before
    is still drained afterwards.
  - Has to be run on a manager, best on another one than the node that goes down.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
options:
  nodes:
    description: The nodes by NodeID or by host name. A host name that several nodes have is an error.
    type: list
    elements: str
    required: true
  state:
    description:
      - V(begun) drains nodes that are V(active) or V(pause) and keeps that in their label. A node that is drained
        already stays as it is and gets no label. Then it waits until no task is left on the nodes that are up.
      - Draining stops the tasks of services. Those of jobs go on, and are waited for until they are complete.
        Containers that belong to no service are not looked at.
      - V(ended) gives nodes that have the label the availability in it and takes the label away. They must be ready,
        which is waited for. Nodes without the label stay as they are.
      - Where a node is not drained although it has the label, somebody has changed it in between, and that counts.
    type: str
    choices: [begun, ended]
    required: true
  wait_timeout:
    description: Seconds to wait for nodes to be ready, and for tasks to leave.
    type: int
    default: 120
seealso:
  - module: apiary.swarm.node_update
  - module: apiary.swarm.swarm_gate
"""

EXAMPLES = r"""
- name: Take a worker out of service
  apiary.swarm.node_maintenance:
    nodes: [worker1]
    state: begun
  delegate_to: manager1

- name: Reboot it
  ansible.builtin.reboot:

- name: Put it back
  apiary.swarm.node_maintenance:
    nodes: [worker1]
    state: ended
  delegate_to: manager1
"""

RETURN = r"""
nodes:
  description: The nodes that were named, as they are now (in check mode, as they were). See docker node inspect.
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
plan:
  description: The steps that were done, or in check mode would be. Empty when everything is as it should be.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import TICKET, make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.maintenance import BEGUN, ENDED
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.maintenance_duty import maintenance_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import ticket_of


def main() -> None:
    module = make_module(
        {
            **TICKET,
            "nodes": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": [BEGUN, ENDED], "required": True},
            "wait_timeout": {"type": "int", "default": 120},
        }
    )
    run_module(
        module,
        lambda options: maintenance_duty(
            options["nodes"], options["state"], options["wait_timeout"], module.check_mode, ticket_of(options)
        ),
    )


if __name__ == "__main__":
    main()
