#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_firewall
short_description: Opens the ports of a swarm on a host to its members only
version_added: 1.0.0
description:
  - Lets the members of a swarm reach the ports of Docker Swarm on this host, and nobody else. These are 2377/tcp on
    managers, 7946/tcp and 7946/udp, and the data path port (udp). ESP, which encrypted overlay networks use, is let in
    from members. With nftables it is left to the rules of the host.
  - Uses the firewall that is in charge of the host, which is found out. It is never switched on or off and never
    reloaded, and no other port is touched, ssh neither.
  - The rules are kept over a reboot. Who is no longer a member loses access.
  - Ports that services publish are not the matter of this module. Docker opens them before any of these firewalls.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
options:
  state:
    description: V(absent) takes away everything that this module made, from all firewalls that it knows.
    type: str
    choices: [present, absent]
    default: present
  backend:
    description:
      - The firewall to use. With V(auto), V(ufw) if it is active, else V(firewalld) if it runs, else V(nftables) if
        its service is enabled or there is no iptables, else V(iptables).
      - What this module made in others is removed.
    type: str
    choices: [auto, ufw, firewalld, nftables, iptables]
    default: auto
  members:
    description:
      - Addresses of all members of the swarm, this host included, as other members see them. Networks are taken too.
      - Required if O(state=present).
    type: list
    elements: str
  manager:
    description: Whether the host is a manager. If not, 2377/tcp is closed to everybody.
    type: bool
    default: false
  data_path_port:
    description: The data path port of the swarm.
    type: int
    default: 4789
  purge:
    description:
      - Whether O(members) are all there are. If not, what is open stays open, and nobody is shut out who is not shut
        out already.
    type: bool
    default: true
attributes:
  check_mode:
    details: Nothing on the host is changed.
notes:
  - With ufw and firewalld, connections of a former member that are established go on until they end. Removing its node
    ends them.
seealso:
  - module: apiary.swarm.host_firewall_info
"""

EXAMPLES = r"""
- name: A manager, and who may reach it
  apiary.swarm.host_firewall:
    members: [192.0.2.11, 192.0.2.12, 192.0.2.13, 198.51.100.0/24]
    manager: true
  become: true

- name: One more member, while not all are known
  apiary.swarm.host_firewall:
    members: [192.0.2.14]
    manager: true
    purge: false
  become: true

- name: As if it had never been there
  apiary.swarm.host_firewall:
    state: absent
  become: true
"""

RETURN = r"""
plan:
  description: What was done, or in check mode would be.
  returned: always
  type: list
  elements: dict
  sample:
    - action: update
      kind: firewall
      name: ufw
      reason: ""
      changes: [{path: members, before: [192.0.2.11], after: [192.0.2.11, 192.0.2.12]}]
backend:
  description: The firewall that is used. Empty with O(state=absent).
  returned: success
  type: str
  sample: ufw
access:
  description: What the rules of this module say afterwards. In check mode, what they say now.
  returned: success
  type: dict
  contains:
    members: {description: Addresses and networks., type: list, elements: str, sample: [192.0.2.11, 192.0.2.12]}
    opened: {description: Ports that are open to members., type: list, elements: str, sample: [2377/tcp, 7946/tcp]}
    closed: {description: Ports that are closed to all others., type: list, elements: str, sample: [2377/tcp, 7946/tcp]}
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import SwarmModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.access import wished
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.decide import present
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.host import carry_out
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fail, succeed


def main() -> None:
    options = {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "backend": {"type": "str", "choices": ["auto", "ufw", "firewalld", "nftables", "iptables"], "default": "auto"},
        "members": {"type": "list", "elements": "str"},
        "manager": {"type": "bool", "default": False},
        "data_path_port": {"type": "int", "default": 4789},
        "purge": {"type": "bool", "default": True},
    }
    module = SwarmModule(options, required_if=[("state", "present", ["members"])])
    module.run_command_environ_update = {"LC_ALL": "C.UTF-8"}  # what tools say is read
    try:
        wish = wished(module.params) if module.params["state"] == "present" else None
        plan, found, backend = carry_out(
            module.run_command, module.params["backend"], wish, module.params["purge"], module.check_mode
        )
    except SwarmError as error:
        fail(module, error)
    succeed(module, plan, {"backend": backend, "access": present(found, backend).as_dict()})


if __name__ == "__main__":
    main()
