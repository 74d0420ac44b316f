#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_info
short_description: Tells what a Docker Engine is in a swarm
version_added: 1.0.0
description:
  - Tells in which swarm an Engine is, in which role and in which state; on managers the state of the quorum too.
  - Works on every host and does not fail where there is no Engine, where it does not answer, on workers or on managers
    that have lost their quorum. RV(engine.reachable), RV(local_state) and RV(has_quorum) say what is the case.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
options:
  nodes:
    description: Return all nodes too. Managers only.
    type: bool
    default: false
  join_tokens:
    description:
      - Return the join tokens too. Managers only.
      - They are secrets, so set C(no_log) on the task.
    type: bool
    default: false
  unlock_key:
    description:
      - Return the unlock key too, if autolock is on. Managers only.
      - It is a secret, so set C(no_log) on the task.
    type: bool
    default: false
  encrypted_networks:
    description: Return the names of the encrypted overlay networks too. Managers only.
    type: bool
    default: false
  quorum_timeout:
    description:
      - How many seconds a manager that has no leader waits for one, before it says that there is no quorum.
      - When a leader is lost, the other managers need up to 20 seconds to choose another one.
    type: int
    default: 0
seealso:
  - module: apiary.swarm.swarm_init
"""

EXAMPLES = r"""
- name: Look at the swarm
  apiary.swarm.swarm_info:
    nodes: true
  register: status

- name: Stop when another manager must not fail
  ansible.builtin.assert:
    that: status.quorum.can_lose > 0

- name: Get the join tokens
  apiary.swarm.swarm_info:
    join_tokens: true
  no_log: true
  register: door
"""

RETURN = r"""
engine:
  description: The Docker Engine.
  returned: always
  type: dict
  contains:
    reachable:
      description: Whether it answers.
      type: bool
    installed:
      description: V(false) where there is none at all (no socket).
      type: bool
    problem:
      description: Why it does not answer.
      type: str
    name:
      description: The host name by its own account.
      type: str
    version:
      description: The version that runs.
      type: str
    api_version:
      description: The version of the API that is spoken.
      type: str
local_state:
  description:
    - V(inactive) (in no swarm), V(pending) (still joining), V(active), V(locked) (needs the unlock key) or V(error).
    - Empty where no Engine answers.
  returned: always
  type: str
  sample: active
role:
  description: V(manager) or V(worker); empty where the node cannot tell.
  returned: always
  type: str
  sample: manager
node_id:
  description: The NodeID of the Engine, by its own account; empty in no swarm.
  returned: always
  type: str
  sample: t2xjkbxmye4rgxhgq2rldc5ls
node_address:
  description: The address that the Engine advertises.
  returned: always
  type: str
  sample: 192.0.2.11
cluster_id:
  description: The ID of the swarm. On workers it is read from the certificate of the node, as root and on the node
    itself.
  returned: always
  type: str
  sample: gh0qs4v0sv30lnkwwa6bywdv8
root_ca_digest:
  description: The SHA-256 of the root CA of the swarm, the same number that is in its join tokens.
  returned: always
  type: str
has_quorum:
  description: Whether this is a manager and its managers have a quorum.
  returned: always
  type: bool
error:
  description: What the Engine says is wrong with its membership.
  returned: always
  type: str
remote_managers:
  description: The managers that the Engine knows, each with C(node_id) and C(addr); on a manager itself among them.
  returned: always
  type: list
  elements: dict
  sample:
    - node_id: t2xjkbxmye4rgxhgq2rldc5ls
      addr: 192.0.2.11:2377
swarm:
  description: The swarm; the values are empty where there is none (yet).
  returned: always
  type: dict
  contains:
    id:
      description: The ID of the swarm.
      type: str
    created_at:
      description: When it was made.
      type: str
    updated_at:
      description: When its settings were changed last.
      type: str
    settings:
      description: All settings, named as the options of M(apiary.swarm.swarm_init).
      type: dict
    default_addr_pool:
      description: The pools that overlay networks get their subnets from.
      type: list
      elements: str
    subnet_size:
      description: The size of these subnets.
      type: int
    data_path_port:
      description: The port of the overlay networks.
      type: int
    root_rotation_in_progress:
      description: Whether the root CA is being replaced.
      type: bool
quorum:
  description: The managers in numbers; all are zero except on managers that have a quorum.
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
manager_addrs:
  description: Addresses with port of all managers that are reachable, where nodes can join; empty except on managers.
  returned: always
  type: list
  elements: str
  sample: ["192.0.2.11:2377"]
nodes:
  description: All nodes with O(nodes=true); otherwise empty.
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
encrypted_networks:
  description: The names of the encrypted overlay networks with O(encrypted_networks=true); otherwise empty.
  returned: always
  type: list
  elements: str
join_tokens:
  description: The join tokens with O(join_tokens=true); otherwise empty. Secret.
  returned: always
  type: dict
  contains:
    manager:
      description: The token for managers.
      type: str
    worker:
      description: The token for workers.
      type: str
unlock_key:
  description: The unlock key with O(unlock_key=true); otherwise empty. Secret.
  returned: always
  type: str
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.report import report
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fail


def main() -> None:
    module = make_module(
        {
            "nodes": {"type": "bool", "default": False},
            "join_tokens": {"type": "bool", "default": False, "no_log": False},
            "unlock_key": {"type": "bool", "default": False, "no_log": False},
            "encrypted_networks": {"type": "bool", "default": False},
            "quorum_timeout": {"type": "int", "default": 0},
        },
        returned=("join_tokens", "unlock_key"),
    )
    try:
        answer = report(module.params)
    except SwarmError as error:
        fail(module, error)
    module.exit_json(changed=False, **answer)


if __name__ == "__main__":
    main()
