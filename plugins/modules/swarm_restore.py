#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_restore
short_description: Puts an archived swarm in the place of what a node knows
version_added: 1.0.0
description:
  - Unpacks an archive of M(apiary.swarm.swarm_archive), stops the Docker Engine, exchanges the swarm directory for the
    one of the archive, and starts the Engine again, whatever happens meanwhile. What was there is renamed and kept.
  - After this the node is a manager that looks for the others of its swarm. With M(apiary.swarm.swarm_init) and
    O(apiary.swarm.swarm_init#module:force_new_cluster) it becomes the only one.
  - Refuses what can be known to fail - a file that is not the one that was archived, an older Engine, another address
    of the host, a manager of a swarm that works.
  - Never have two managers run from one archive, nor one beside the managers that it is a copy of. The role
    P(apiary.swarm.swarm_restore#role) asks the other managers first.
  - While it lasts, a line shows after 5 seconds, and then every 15, for how long already.
  - Where the same archive was restored before, and the node did not leave the swarm since, nothing is done.
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
author: The apiary.swarm contributors (@apiary)
options:
  archive:
    description: The file on the node, decrypted. It is not needed in check mode.
    type: path
    default: ""
  manifest:
    description: What M(apiary.swarm.swarm_archive) returned beside it.
    type: dict
    required: true
  wait_timeout:
    description: Seconds to wait for the Engine.
    type: int
    default: 120
seealso:
  - module: apiary.swarm.swarm_archive
  - module: apiary.swarm.swarm_init
"""

EXAMPLES = r"""
- name: Put the archive in the place of what is there
  apiary.swarm.swarm_restore:
    archive: /root/swarm.tar.gz
    manifest: "{{ lookup('ansible.builtin.file', 'swarm.json') | from_json }}"
  register: restored

- name: Go on with this manager alone
  apiary.swarm.swarm_init:
    force_new_cluster: "{{ restored.node_id }}"
"""

RETURN = r"""
local_state:
  description:
    - V(inactive) (in no swarm), V(pending) (a manager without a leader), V(active), V(locked) (needs the unlock key) or
      V(error).
  returned: success
  type: str
  sample: pending
role:
  description: V(manager) or V(worker); empty where the node cannot tell.
  returned: success
  type: str
node_id:
  description: The NodeID of the Engine, by its own account; empty in no swarm.
  returned: success
  type: str
node_address:
  description: The address that the Engine advertises.
  returned: success
  type: str
cluster_id:
  description: The ID of the swarm.
  returned: success
  type: str
root_ca_digest:
  description: The SHA-256 of the root CA of the swarm.
  returned: success
  type: str
has_quorum:
  description: Whether this is a manager and its managers have a quorum.
  returned: success
  type: bool
error:
  description: What the Engine says is wrong with its membership.
  returned: success
  type: str
remote_managers:
  description: The managers that the Engine knows, each with C(node_id) and C(addr).
  returned: success
  type: list
  elements: dict
set_aside:
  description: Where the directory is now that was there before. Empty if there was none, or nothing was done.
  returned: success
  type: str
  sample: /var/lib/docker/swarm.before-restore-20260102T030405Z
plan:
  description: The step that was done, or in check mode would be. Empty when the archive was restored before.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.restore_duty import restore_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module


def main() -> None:
    module = make_module(
        {
            "archive": {"type": "path", "default": ""},
            "manifest": {"type": "dict", "required": True},
            "wait_timeout": {"type": "int", "default": 120},
        }
    )
    run_module(module, lambda options: restore_duty(options, module.check_mode))


if __name__ == "__main__":
    main()
