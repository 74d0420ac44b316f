#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_leave
short_description: Lets a node leave its swarm
version_added: 1.0.0
description:
  - Takes the Docker Engine out of its swarm, and waits until it is out. Where it is in no swarm, nothing is done.
  - A manager that the others can do without demotes itself first, so that they no longer count it.
  - A manager whose departure would break the quorum, the last manager, and one that cannot tell (locked, or without a
    leader) leaves only if O(force) names it. Otherwise it is an error, and nothing is changed.
  - Services run elsewhere afterwards. To move them before, drain the node with M(apiary.swarm.node_update).
  - The swarm keeps an entry of the node that is down. M(apiary.swarm.node_remove) removes it, on a manager.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
options:
  force:
    description:
      - The NodeID of this very node, to let it leave even if that breaks the quorum or ends the swarm. Where the Engine
        does not know its NodeID, the name of the Engine.
      - The error that asks for it says what it has to be. It has no effect on nodes that can leave without harm.
    type: str
  wait_timeout:
    description: Seconds to wait for the demotion, and for the node to be out.
    type: int
    default: 120
seealso:
  - module: apiary.swarm.swarm_join
  - module: apiary.swarm.node_remove
  - module: apiary.swarm.node_update
"""

EXAMPLES = r"""
- name: Leave the swarm
  apiary.swarm.swarm_leave:
  register: departure

- name: Remove what is left of the node
  apiary.swarm.node_remove:
    nodes: ["{{ departure.left_node_id }}"]
  delegate_to: manager1
  when: departure.left_node_id != ""

- name: End a swarm at its last manager
  apiary.swarm.swarm_leave:
    force: t2xjkbxmye4rgxhgq2rldc5ls
"""

RETURN = r"""
local_state:
  description:
    - V(inactive) (in no swarm), V(pending) (still joining), V(active), V(locked) (needs the unlock key) or V(error).
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
left_node_id:
  description: The NodeID that the node had, when it left just now; otherwise empty. Managers still list it, until
    M(apiary.swarm.node_remove) removes it.
  returned: always
  type: str
plan:
  description: The steps that were done, or in check mode would be. Empty when everything is as it should be.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.leave_duty import leave_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module


def main() -> None:
    module = make_module({"force": {"type": "str"}, "wait_timeout": {"type": "int", "default": 120}})
    run_module(module, leave_duty)


if __name__ == "__main__":
    main()
