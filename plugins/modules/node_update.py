#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_update
short_description: Changes labels, availability and roles of nodes
version_added: 1.0.0
description:
  - Changes any number of nodes in one task, on one manager. All nodes are read with one request, and only those that
    differ are written.
  - Roles change one after the other, promotions first, demotions last. Each is waited for; a promoted manager must be
    reachable before another one goes. What would cost the quorum or the last manager is refused before anything is
    changed, in check mode too. The manager that is asked does not demote itself; any other one can be asked to do it.
  - What an interrupted run has begun is waited for by the next.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
options:
  nodes:
    description:
      - The nodes by NodeID or by host name. A NodeID counts first; a host name that several nodes have is an error.
      - Each value is a dictionary with any of C(labels) (dictionary), C(remove_labels) (list of keys), C(availability)
        (V(active), V(pause), V(drain)) and C(role) (V(manager), V(worker)). What is not there stays as it is.
      - Values of labels are strings. Integers and booleans are turned into strings (V(true), V(false)), nothing into
        the empty string; numbers with a fraction must be in quotes.
      - In check mode nodes that are not in the swarm are planned for, with a warning.
    type: dict
    required: true
  labels_mode:
    description:
      - Whether C(labels) are added to the others of a node (V(merge)) or are all that it is to have (V(replace)).
      - The label of a maintenance that goes on (M(apiary.swarm.node_maintenance)) stays, unless it is named.
    type: str
    choices: [merge, replace]
    default: merge
  wait_drained:
    description:
      - Wait until no task is left on the nodes that are to be drained and are up.
      - Draining stops the tasks of services. Those of jobs go on, and are waited for until they are complete.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait for each change of a role, and for tasks to leave.
      - For at most a minute of it, the state of nodes is waited for that have to register with a new leader first.
    type: int
    default: 120
seealso:
  - module: apiary.swarm.node_maintenance
  - module: apiary.swarm.node_label
  - module: apiary.swarm.node_remove
  - module: apiary.swarm.node_info
"""

EXAMPLES = r"""
- name: Set up three nodes
  apiary.swarm.node_update:
    nodes:
      t2xjkbxmye4rgxhgq2rldc5ls:
        availability: drain
      worker1:
        labels: {zone: a, ssd: ""}
        role: manager
      worker2:
        remove_labels: [zone]

- name: Drain a node and wait until it is empty
  apiary.swarm.node_update:
    nodes:
      worker1: {availability: drain}
    wait_drained: true
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
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.update_duty import nodes_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import read_wishes
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import ticket_of


def main() -> None:
    module = make_module(
        {
            **TICKET,
            "nodes": {"type": "dict", "required": True},
            "labels_mode": {"type": "str", "choices": ["merge", "replace"], "default": "merge"},
            "wait_drained": {"type": "bool", "default": False},
            "wait_timeout": {"type": "int", "default": 120},
        }
    )
    run_module(
        module,
        lambda options: nodes_duty(
            read_wishes(options["nodes"], options["labels_mode"]),
            module.check_mode,
            options["wait_timeout"],
            options["wait_drained"],
            ticket_of(options),
        ),
    )


if __name__ == "__main__":
    main()
