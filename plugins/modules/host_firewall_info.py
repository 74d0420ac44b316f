#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_firewall_info
short_description: Which firewall a host has, and by which addresses others see it
version_added: 1.0.0
description:
  - Tells what M(apiary.swarm.host_firewall) needs to know of a host and of the others. Nothing is written.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
attributes:
  check_mode:
    details: Never writes anything.
  diff_mode:
    support: none
seealso:
  - module: apiary.swarm.host_firewall
"""

EXAMPLES = r"""
- name: Look at the firewall
  apiary.swarm.host_firewall_info:
  become: true
  register: firewall
"""

RETURN = r"""
backend:
  description: The firewall that is in charge, C(ufw), C(firewalld), C(nftables) or C(iptables). Empty where there is
    none of them.
  returned: success
  type: str
  sample: iptables
addresses:
  description: The host's global addresses, without those of Docker's bridges.
  returned: success
  type: list
  elements: str
  sample: [192.0.2.11, "2001:db8::11"]
access:
  description: What the rules of M(apiary.swarm.host_firewall) say. Its lists are empty where there are none.
  returned: success
  type: dict
  contains:
    members: {description: Addresses and networks., type: list, elements: str, sample: [192.0.2.11, 192.0.2.12]}
    opened: {description: Ports that are open to members., type: list, elements: str, sample: [2377/tcp, 7946/tcp]}
    closed: {description: Ports that are closed to all others., type: list, elements: str, sample: [2377/tcp, 7946/tcp]}
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import SwarmModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.decide import present
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.found import detect
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.firewall.host import read
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fail


def main() -> None:
    module = SwarmModule({})
    module.run_command_environ_update = {"LC_ALL": "C.UTF-8"}  # what tools say is read
    try:
        found = read(module.run_command)
    except SwarmError as error:
        fail(module, error)
    backend = detect(found)
    access = present(found, backend)
    module.exit_json(changed=False, backend=backend, addresses=list(found.addresses), access=access.as_dict())


if __name__ == "__main__":
    main()
