#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_unlock
short_description: Unlocks a manager after its Engine was restarted
version_added: 1.0.0
description:
  - Gives a manager of a swarm with autolock the unlock key that it needs after each restart of its Engine, and waits
    until it works again.
  - Where nothing is locked, nothing is done. A wrong key is an error, and the manager stays locked.
  - A manager gets a leader only when a majority of the managers is unlocked. So when all were restarted (after a power
    failure, say), unlock them at the same time and not one after the other. A manager that is unlocked, but has no
    leader within O(wait_timeout), is not an error but a warning; RV(has_quorum) is V(false) then.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
options:
  unlock_key:
    description:
      - The unlock key of the swarm (V(SWMKEY-1-...)).
      - On a manager that is not locked it is compared with the present key of the swarm, with a warning when it is
        another one.
    type: str
    required: true
  wait_timeout:
    description: Seconds to wait for the manager to be ready, once it is unlocked.
    type: int
    default: 60
seealso:
  - module: apiary.swarm.swarm_info
  - module: apiary.swarm.swarm_init
"""

EXAMPLES = r"""
- name: Unlock the managers that are locked
  apiary.swarm.swarm_unlock:
    unlock_key: "{{ vault_swarm_unlock_key }}"
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
plan:
  description: The steps that were done, or in check mode would be. Empty when everything is as it should be.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.unlock_duty import unlock_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import texts


def main() -> None:
    module = make_module(
        {
            "unlock_key": {"type": "str", "required": True},
            "wait_timeout": {"type": "int", "default": 60},
        },
        secret={"unlock_key": texts},
    )
    run_module(module, unlock_duty)


if __name__ == "__main__":
    main()
