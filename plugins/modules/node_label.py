#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_label
short_description: Sets the labels of nodes
version_added: 1.0.0
description:
  - Sets and removes labels of any number of nodes in one task, on one manager. All nodes are read with one request, and
    only those that differ are written.
  - Labels are compared by their names; a label with an empty value is a label.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
options:
  nodes:
    description:
      - The labels of each node, by NodeID or host name. A NodeID counts first; a host name that several nodes have is
        an error.
      - Values are strings. Integers and booleans are turned into strings (V(true), V(false)), nothing into the empty
        string; numbers with a fraction must be in quotes.
      - In check mode nodes that are not in the swarm are planned for, with a warning.
    type: dict
  node:
    description: NodeID or host name of a single node.
    type: str
  labels:
    description: The labels of O(node).
    type: dict
    default: {}
  mode:
    description:
      - Whether labels are added to the others of a node (V(merge)) or are all that it is to have (V(replace)).
      - The label of a maintenance that goes on (M(apiary.swarm.node_maintenance)) stays, unless it is named.
    type: str
    choices: [merge, replace]
    default: merge
  remove:
    description: Names of labels that are removed from all nodes that are named here.
    type: list
    elements: str
    default: []
seealso:
  - module: apiary.swarm.node_update
"""

EXAMPLES = r"""
- name: Label two nodes
  apiary.swarm.node_label:
    nodes:
      t2xjkbxmye4rgxhgq2rldc5ls: {zone: a, ssd: ""}
      worker2: {zone: b}

- name: Give one node these labels and no others
  apiary.swarm.node_label:
    node: worker1
    labels: {zone: c}
    mode: replace

- name: Remove a label from one node
  apiary.swarm.node_label:
    node: worker1
    remove: [zone]
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

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.update_duty import nodes_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import label_wishes


def main() -> None:
    module = make_module(
        {
            "nodes": {"type": "dict"},
            "node": {"type": "str"},
            "labels": {"type": "dict", "default": {}},
            "mode": {"type": "str", "choices": ["merge", "replace"], "default": "merge"},
            "remove": {"type": "list", "elements": "str", "default": []},
        },
        required_one_of=[("nodes", "node")],
        mutually_exclusive=[("nodes", "node")],
    )
    run_module(
        module, lambda options: nodes_duty(label_wishes(options), module.check_mode, wait_timeout=0, drained=False)
    )


if __name__ == "__main__":
    main()
