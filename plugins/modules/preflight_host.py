#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_host
version_added: 1.0.0
short_description: Looks at a host before anything is changed
author: The apiary.swarm contributors (@apiary)
description:
  - Reads what the checks of the role P(apiary.swarm.preflight#role) want to know of a host, in one go. It judges
    nothing.
  - Nothing is written, no kernel module is loaded, and an Engine that does not run is not started.
  - With O(token), a process stays on the host that listens for the probes of M(apiary.swarm.preflight_probe). It ends
    when it has been asked what it heard, or after O(listen_seconds).
  - Works on bare hosts. Needs nothing but Python, and C(ip) for addresses and routes. Only root can listen.
options:
  ports:
    description: The ports of which to tell who holds them.
    type: list
    elements: int
    default: [2377, 4789, 7946]
  token:
    description:
      - What the probes of this run are recognised by, 16 characters. Without it, nothing listens.
      - A listener that an interrupted run has left on the host ends.
    type: str
  listen:
    description: The TCP ports to listen on, where they are free.
    type: list
    elements: int
    default: []
  listen_seconds:
    description: When the listener ends unasked.
    type: int
    default: 120
extends_documentation_fragment:
  - apiary.swarm.attributes
attributes:
  check_mode:
    details: Never writes anything, and listens in check mode too.
  diff_mode:
    details: There is nothing to show.
seealso:
  - module: apiary.swarm.preflight_probe
  - module: apiary.swarm.engine_info
"""

EXAMPLES = r"""
- name: Look at the hosts
  apiary.swarm.preflight_host:
  register: host

- name: Show who holds the ports of Swarm
  ansible.builtin.debug:
    var: host.facts.ports
"""

RETURN = r"""
facts:
  description: What was read. What cannot be told is empty or V(null).
  returned: success
  type: dict
  contains:
    hostname: {description: The name by its own account., type: str, sample: swarm1}
    machine_id: {description: From C(/etc/machine-id)., type: str, sample: 5ea1d0d1b1f04a2ab5b1fd3ff5cf1c8b}
    root: {description: Whether the module ran as root., type: bool}
    clock:
      description:
        - C(now) is the clock of the host in seconds since the epoch, C(synchronised) whether something keeps it right.
        - C(asked) and C(answered) are the clock of the controller before and after that.
      type: dict
    addresses:
      description: Addresses that other hosts may use, each with C(interface), C(address), C(prefix) and C(mtu).
      type: list
      elements: dict
    routes:
      description: Networks that the host has routes to, each with C(destination) and C(interface).
      type: list
      elements: dict
    default_interface: {description: The interface of the default route., type: str, sample: eth0}
    kernel:
      description: C(release), and C(features), which says of each V(loaded), V(built in), V(module), V(missing) or
        V(unknown).
      type: dict
    cgroup: {description: The version of control groups., type: int, sample: 2}
    storage:
      description: The file system of Docker's data root, with C(path), C(size), C(free), C(inodes) and C(free_inodes).
      type: dict
    engine:
      description: The Engine, with C(running), C(problem), C(version) and its place in a swarm.
      type: dict
    daemon_json: {description: What of C(daemon.json) matters in a swarm., type: dict}
    certificate:
      description: C(not_before) and C(not_after) of the certificate of the node, in seconds since the epoch. V(null) on
        hosts in no swarm.
      type: dict
    updates:
      description: C(tool) upgrades packages by itself, C(touches) are those whose upgrade would restart the Engine.
      type: dict
    ports:
      description: O(ports) that are taken, each with C(protocol), C(port) and C(owner).
      type: list
      elements: dict
listening:
  description: Of each port of O(listen) whether the listener has it (V(listening)) or somebody else (V(taken)).
  returned: O(token) is given, and the module runs as root
  type: dict
  sample: {"2377": listening, "7946": taken}
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import SwarmModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fail
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight import listener
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.packet import check_token
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.read import read_host


def main() -> None:
    module = SwarmModule(
        {
            "ports": {"type": "list", "elements": "int", "default": [2377, 4789, 7946]},
            "token": {"type": "str", "no_log": False},
            "listen": {"type": "list", "elements": "int", "default": []},
            "listen_seconds": {"type": "int", "default": 120},
        },
    )
    options = module.params
    try:
        answer = {"facts": read_host(module.run_command, options["ports"])}
        if options["token"] and answer["facts"]["root"]:
            check_token(options["token"])
            heard = listener.start(options["token"], options["listen"], options["listen_seconds"])
            answer["listening"] = {str(port): state for port, state in heard.items()}
    except SwarmError as error:
        fail(module, error)
    module.exit_json(changed=False, **answer)


if __name__ == "__main__":
    main()
