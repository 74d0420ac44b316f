#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_info
short_description: Tells of the nodes of a swarm
version_added: 1.0.0
description:
  - Tells of all nodes of the swarm or of some, on one manager and with one request.
  - Nodes that are not in the swarm are listed in RV(missing) and are no error. A host that is no manager, and managers
    without a quorum, do not know the nodes, which is an error; M(apiary.swarm.swarm_info) works on them.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
options:
  nodes:
    description:
      - NodeIDs or host names of the nodes to tell of. A NodeID counts first; all nodes that have a host name are told
        of.
      - Without any, and without O(self), all nodes of the swarm.
    type: list
    elements: str
    default: []
  self:
    description: Tell of the manager that is asked.
    type: bool
    default: false
  tasks:
    description: Tell which tasks the nodes have, too. This takes two more requests, however many nodes there are.
    type: bool
    default: false
seealso:
  - module: apiary.swarm.swarm_info
  - module: apiary.swarm.node_update
  - module: apiary.swarm.node_remove
"""

EXAMPLES = r"""
- name: Look at all nodes
  apiary.swarm.node_info:
  register: swarm

- name: Stop when a node is not ready
  ansible.builtin.assert:
    that: swarm.nodes | rejectattr('state', 'eq', 'ready') | length == 0

- name: Remove what is left of hosts that are gone
  apiary.swarm.node_remove:
    nodes: "{{ swarm.nodes | selectattr('state', 'eq', 'down') | map(attribute='id') }}"

- name: What runs on one node
  apiary.swarm.node_info:
    nodes: [worker1]
    tasks: true
"""

RETURN = r"""
nodes:
  description: The nodes that were asked for, in that order; all nodes by their names. See docker node inspect.
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
    message:
      description: What the managers have to say of its state.
      type: str
    manager_addr:
      description: For managers, where they talk to each other, with port; empty for workers.
      type: str
    os:
      description: Its operating system.
      type: str
      sample: linux
    architecture:
      description: Its architecture.
      type: str
      sample: x86_64
    nano_cpus:
      description: Its processors, in billionths.
      type: int
      sample: 2000000000
    memory_bytes:
      description: Its memory in bytes.
      type: int
    engine_labels:
      description: The labels of its Engine, which are set in the configuration of the daemon.
      type: dict
    root_ca_digest:
      description: The SHA-256 of the root CA that it trusts. While the CA is being replaced, nodes differ.
      type: str
    created_at:
      description: When it joined.
      type: str
    updated_at:
      description: When its entry was changed last.
      type: str
    tasks:
      description: Its tasks with O(tasks=true), those that have ended among them; otherwise empty.
      type: list
      elements: dict
      contains:
        id:
          description: The ID of the task.
          type: str
        service:
          description: The name of its service; the ID when the service is gone.
          type: str
        slot:
          description: Its number within the service; 0 for global services.
          type: int
        state:
          description: V(running), V(complete), V(failed), V(shutdown) and others.
          type: str
        desired_state:
          description: The state that it is to have.
          type: str
        error:
          description: What went wrong.
          type: str
missing:
  description: Those of O(nodes) that are not in the swarm.
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
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.info_duty import info_duty


def main() -> None:
    module = make_module(
        {
            "nodes": {"type": "list", "elements": "str", "default": []},
            "self": {"type": "bool", "default": False},
            "tasks": {"type": "bool", "default": False},
        }
    )
    run_module(
        module, lambda options: info_duty(options["nodes"], options["self"], options["tasks"], module.check_mode)
    )


if __name__ == "__main__":
    main()
