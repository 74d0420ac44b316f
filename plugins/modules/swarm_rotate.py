#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_rotate
short_description: Replaces join tokens, the unlock key and the CA of a swarm
version_added: 1.0.0
description:
  - Replaces secrets of the swarm by new ones, in one update that leaves all settings as they are. Runs on a manager.
    The same update notes when, in labels of the swarm (C(apiary.swarm.replaced.ca), for instance).
  - For the CA it waits until each node has a certificate of the new one. Nodes that are down hold this up. When the
    time is over, the error names them. The rotation goes on by itself then, and the next run waits for it and begins no
    other.
  - Without O(older_than), O(compromised), O(old_root_ca) or O(signing_ca_cert) each run replaces again what O(rotate)
    states. With them a second run changes nothing.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
attributes:
  idempotent:
    support: partial
    details: Only with O(older_than), O(compromised), O(old_root_ca) or O(signing_ca_cert).
options:
  rotate:
    description:
      - What is to be replaced.
      - A new V(worker_token) or V(manager_token) keeps nodes out that have only the old one; nodes that are in stay in.
      - A new V(unlock_key) needs autolock. Managers that are down meanwhile still need the old one when they start, so
        keep that for a while.
      - V(ca) is the root CA, and with it the certificates of all nodes. When it is finished, both join tokens are new
        as well.
    type: list
    elements: str
    choices: [worker_token, manager_token, unlock_key, ca]
    required: true
  older_than:
    description:
      - A duration such as V(1h) or V(2160h). With it, only what is at least as old is replaced; for the rest there is a
        warning.
      - What was never replaced by this module is as old as the swarm. What the docker CLI replaced is not known.
    type: str
  compromised:
    description:
      - Join tokens and unlock keys that must not be valid any more. With it, a token or key is replaced only if its
        present value is among these.
      - It does not count for the CA.
    type: list
    elements: str
  old_root_ca:
    description:
      - The SHA-256 of a root CA, as in RV(apiary.swarm.swarm_info#module:root_ca_digest). With it, the CA is replaced
        only if it is still this one.
    type: str
  signing_ca_cert:
    description:
      - The certificate (PEM) of the CA that is to sign the certificates of nodes from now on. By default the Engine
        makes a new one.
      - If the swarm has this CA already, it is not rotated.
    type: str
  signing_ca_key:
    description: The key (PEM) of O(signing_ca_cert).
    type: str
  join_tokens:
    description:
      - Return the join tokens too.
      - They are secrets, so set C(no_log) on the task.
    type: bool
    default: false
  unlock_key:
    description:
      - Return the unlock key too, if autolock is on.
      - It is a secret, so set C(no_log) on the task.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait for the rotation of the CA to be finished.
    type: int
    default: 300
seealso:
  - module: apiary.swarm.swarm_info
  - module: apiary.swarm.swarm_init
"""

EXAMPLES = r"""
- name: Make a worker token worthless that was published by mistake
  apiary.swarm.swarm_rotate:
    rotate: [worker_token]
    compromised: ["{{ vault_published_token }}"]

- name: Replace the unlock key, and keep the new one
  apiary.swarm.swarm_rotate:
    rotate: [unlock_key]
    unlock_key: true
  no_log: true
  register: rotated

- name: Replace the join tokens every 90 days (in a playbook that runs each night)
  apiary.swarm.swarm_rotate:
    rotate: [worker_token, manager_token]
    older_than: 2160h

- name: Replace the root CA
  apiary.swarm.swarm_rotate:
    rotate: [ca]
    old_root_ca: 8f015374cb9803d00165c224d9bb2e6f3828795ce6f8e1b246afca8d15e74653
    wait_timeout: 900
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
join_tokens:
  description: The join tokens as they are after all, with O(join_tokens=true); otherwise empty. Secret.
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
  description: The unlock key as it is after all, with O(unlock_key=true); otherwise empty. Secret.
  returned: always
  type: str
plan:
  description: The steps that were done, or in check mode would be. Empty when everything is as it should be.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import TICKET, make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.rotate_duty import rotate_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import texts


def main() -> None:
    module = make_module(
        {
            **TICKET,
            "rotate": {
                "type": "list",
                "elements": "str",
                "choices": ["worker_token", "manager_token", "unlock_key", "ca"],
                "required": True,
            },
            "older_than": {"type": "str"},
            "compromised": {"type": "list", "elements": "str"},
            "old_root_ca": {"type": "str"},
            "signing_ca_cert": {"type": "str"},
            "signing_ca_key": {"type": "str"},
            "join_tokens": {"type": "bool", "default": False, "no_log": False},
            "unlock_key": {"type": "bool", "default": False, "no_log": False},
            "wait_timeout": {"type": "int", "default": 300},
        },
        secret={"compromised": texts, "signing_ca_key": texts},
        returned=("join_tokens", "unlock_key"),
        required_together=[("signing_ca_cert", "signing_ca_key")],
        mutually_exclusive=[
            ("signing_ca_cert", "old_root_ca"),
            *(("older_than", other) for other in ("compromised", "old_root_ca", "signing_ca_cert")),
        ],
    )
    run_module(module, rotate_duty)


if __name__ == "__main__":
    main()
