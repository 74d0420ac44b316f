#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_join
short_description: Lets a node join a swarm
version_added: 1.0.0
description:
  - Joins the Docker Engine to a swarm through the first of its managers that lets it in, and waits until it is really
    in.
  - An Engine that is in this swarm already is left as it is. Which swarm it is, is told by the digest of the root CA,
    which is in the join token too.
  - An Engine in another swarm, in another role than O(role), locked or in an error state is an error that says so, and
    nothing is changed. Nothing ever leaves a swarm here. One that is still joining is waited for.
  - Managers should join one after the other, C(throttle) set to 1. Workers can join at the same time.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
options:
  remote_addrs:
    description:
      - Addresses of managers, with a port or without (2377), tried in turn. Some 10 to 20 seconds pass for each that
        does not answer.
      - Must be set, except in check mode, where the swarm may be one that is still to be made.
    type: list
    elements: str
    default: []
  join_token:
    description:
      - The join token for workers or for managers, which decides the role of the node.
      - Must be set, except in check mode.
    type: str
    default: ""
  role:
    description: The role that the node is to have. If it is given, it is an error if the node has (or gets) the other
      one.
    type: str
    choices: [manager, worker]
  advertise_addr:
    description:
      - The address under which other nodes reach this one, an address or the name of a network interface, with a port
        or without.
      - By default the address from which the node reaches the manager.
    type: str
  listen_addr:
    description:
      - Where the manager listens, an address or the name of a network interface, with a port or without.
      - By default everywhere on port 2377, V([::]:2377) if O(advertise_addr) is an IPv6 address.
    type: str
  data_path_addr:
    description:
      - Address or interface for the traffic of overlay networks, when it is to be apart from that of the managers.
      - The Engine does not tell this address, so it is used only when the node joins and not compared later.
    type: str
  availability:
    description: The availability of the node when it joins. Later it is changed with M(apiary.swarm.node_update).
    type: str
    choices: [active, pause, drain]
  wait_timeout:
    description: Seconds to wait for the node to be in, once a manager has let it in.
    type: int
    default: 60
seealso:
  - module: apiary.swarm.swarm_init
  - module: apiary.swarm.swarm_info
"""

EXAMPLES = r"""
- name: Ask a manager for the join tokens
  apiary.swarm.swarm_info:
    join_tokens: true
  delegate_to: manager1
  run_once: true
  no_log: true
  register: door

- name: Join as a worker
  apiary.swarm.swarm_join:
    remote_addrs: "{{ door.manager_addrs }}"
    join_token: "{{ door.join_tokens.worker }}"
    role: worker
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

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import TICKET, make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.join_duty import join_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import texts


def main() -> None:
    module = make_module(
        {
            **TICKET,
            "remote_addrs": {"type": "list", "elements": "str", "default": []},
            "join_token": {"type": "str", "default": ""},
            "role": {"type": "str", "choices": ["manager", "worker"]},
            "advertise_addr": {"type": "str"},
            "listen_addr": {"type": "str"},
            "data_path_addr": {"type": "str"},
            "availability": {"type": "str", "choices": ["active", "pause", "drain"]},
            "wait_timeout": {"type": "int", "default": 60},
        },
        secret={"join_token": texts},
    )
    run_module(module, lambda options: join_duty(options, module.check_mode))


if __name__ == "__main__":
    main()
