#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_probe
version_added: 1.0.0
short_description: Sends probes to other hosts, and tells which ones came
author: The apiary.swarm contributors (@apiary)
description:
  - With O(targets), tries TCP connections to other hosts and sends UDP datagrams to them, to all at once.
  - With O(collect), tells which datagrams the listener of M(apiary.swarm.preflight_host) on this host has seen, and
    ends it.
  - A datagram counts when it has passed the packet filter (iptables, nftables) of the host it was sent to. That holds
    for ports that an Engine has as well as for free ones. An Engine writes a line to its log for each datagram to its
    port 7946, because it is none of its own.
options:
  targets:
    description: The hosts to send to.
    type: list
    elements: dict
    suboptions:
      host:
        description: What the host is called in the results.
        type: str
        required: true
      address:
        description: Its address.
        type: str
        required: true
      tcp:
        description: Ports to connect to.
        type: list
        elements: int
        default: []
      udp:
        description: Ports to send a datagram to.
        type: list
        elements: int
        default: []
      full:
        description: The UDP port to send one as long as the MTU allows to, not to be fragmented. V(0) for none.
        type: int
        default: 0
  sender:
    description: The number that the datagrams carry.
    type: int
    default: 0
  collect:
    description: Whether to tell what the listener on this host has seen.
    type: bool
    default: false
  token:
    description: What the probes of this run are recognised by, 16 characters.
    type: str
    required: true
  timeout:
    description: Seconds to wait for connections.
    type: float
    default: 2.0
extends_documentation_fragment:
  - apiary.swarm.attributes
attributes:
  check_mode:
    details: Never writes anything, and sends in check mode too.
  diff_mode:
    details: There is nothing to show.
seealso:
  - module: apiary.swarm.preflight_host
"""

EXAMPLES = r"""
- name: Try whether a manager can be reached
  apiary.swarm.preflight_probe:
    token: 5ea1d0d1b1f04a2a
    targets:
      - host: swarm1
        address: 192.0.2.11
        tcp: [2377]
  register: tried
"""

RETURN = r"""
probes:
  description: What became of each attempt.
  returned: success
  type: list
  elements: dict
  contains:
    host: {description: The host of the target., type: str, sample: swarm1}
    tcp:
      description: By port, V(open) or why there was no connection.
      type: dict
      sample: {"2377": open, "7946": refused}
    udp:
      description: By port, V(sent) or why the datagram was not sent. Whether it came is in RV(heard) of the other host.
      type: dict
      sample: {"7946": sent}
    mtu: {description: The length of the packet that was sent whole. V(0) for none., type: int, sample: 1500}
heard:
  description: The datagrams that the listener saw. Empty without O(collect).
  returned: success
  type: list
  elements: dict
  contains:
    sender: {description: The number of the sender., type: int}
    port: {description: The port that the datagram came to., type: int, sample: 7946}
    source: {description: The address it came from., type: str, sample: 192.0.2.12}
    full: {description: Whether one as long as the MTU allows came., type: bool}
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import SwarmModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fail
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight import listener, probe
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.packet import check_token


def main() -> None:
    module = SwarmModule(
        {
            "targets": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "host": {"type": "str", "required": True},
                    "address": {"type": "str", "required": True},
                    "tcp": {"type": "list", "elements": "int", "default": []},
                    "udp": {"type": "list", "elements": "int", "default": []},
                    "full": {"type": "int", "default": 0},
                },
            },
            "sender": {"type": "int", "default": 0},
            "collect": {"type": "bool", "default": False},
            "token": {"type": "str", "required": True, "no_log": False},
            "timeout": {"type": "float", "default": 2.0},
        },
    )
    options = module.params
    try:
        check_token(options["token"])
        sent = probe.send(options["targets"] or [], options["token"], options["sender"], options["timeout"])
        heard = listener.collect(options["token"]) if options["collect"] else []
    except SwarmError as error:
        fail(module, error)
    module.exit_json(changed=False, probes=[outcome.as_dict() for outcome in sent], heard=heard)


if __name__ == "__main__":
    main()
