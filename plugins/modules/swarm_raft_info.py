#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_raft_info
short_description: Tells how new the state is that a manager has of its swarm
version_added: 1.0.0
description:
  - When a swarm has lost its quorum, managers that are left can be at different places in the log of its changes. The
    one with the highest RV(term), and of these the highest RV(index), knows most.
  - Reads the files of the manager, as root and on the node itself; no leader is needed. On other nodes both are V(0).
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
author: The apiary.swarm contributors (@apiary)
seealso:
  - module: apiary.swarm.swarm_info
  - module: apiary.swarm.swarm_init
"""

EXAMPLES = r"""
- name: Find out how new the state of each manager is
  apiary.swarm.swarm_raft_info:
  register: state
"""

RETURN = r"""
node_id:
  description: The NodeID.
  returned: success
  type: str
term:
  description: The term of the last entry in its log.
  returned: success
  type: int
index:
  description: The number of the last entry in its log.
  returned: success
  type: int
key_is_encrypted:
  description: Whether autolock is on.
  returned: success
  type: bool
plan:
  description: Always empty.
  returned: always
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.raft_duty import raft_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module


def main() -> None:
    module = make_module({})
    run_module(module, lambda options: raft_duty(options["docker_host"]))


if __name__ == "__main__":
    main()
