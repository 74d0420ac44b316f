#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_init
short_description: Makes a swarm and keeps its settings
version_added: 1.0.0
description:
  - Makes the Docker Engine the first manager of a new swarm, if it is in no swarm.
  - On a manager of a swarm, brings the settings of the swarm to what is stated. Settings that are not stated stay as
    they are.
  - On a worker, on a locked Engine, on one that is still joining and on a manager without quorum it fails, and changes
    nothing. It never makes a second swarm on an Engine that is in one.
  - Whether I(other) hosts are in a swarm already it cannot know. The role C(apiary.swarm.swarm_manager) asks them
    first.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
options:
  advertise_addr:
    description:
      - The address under which other nodes reach this one, an address or the name of a network interface, with a port
        or without.
      - Needed when the host has several addresses to choose from. Other managers need it to stay the same.
    type: str
  listen_addr:
    description:
      - Where the manager listens, an address or the name of a network interface, with a port or without.
      - By default everywhere on port 2377, V([::]:2377) if O(advertise_addr) is an IPv6 address.
    type: str
  data_path_addr:
    description:
      - Address or interface for the traffic of overlay networks, when it is to be apart from that of the managers.
      - The Engine does not tell this address, so it is used only when the swarm is made and not compared later.
    type: str
  data_path_port:
    description: The UDP port of overlay networks, 1024 to 49151. Set when the swarm is made (default 4789).
    type: int
  default_addr_pool:
    description: The address pools that overlay networks get their subnets from. Set when the swarm is made.
    type: list
    elements: str
  subnet_size:
    description: The size (prefix length) of the subnets that are taken from O(default_addr_pool), which must be given
      too. Set when the swarm is made (default
      24).
    type: int
  availability:
    description:
      - The availability of the node when the swarm is made. Later it is changed with M(apiary.swarm.node_update).
    type: str
    choices: [active, pause, drain]
  autolock:
    description:
      - Lock managers, so that each needs the unlock key after its Engine was restarted.
      - Read the key with O(apiary.swarm.swarm_info#module:unlock_key) and keep it in a safe place.
    type: bool
  task_history_limit:
    description: How many old tasks are kept of each slot of a service (the default of the Engine is 5).
    type: int
  snapshot_interval:
    description: Number of raft log entries between snapshots (10000).
    type: int
  keep_old_snapshots:
    description: Number of snapshots to keep beside the present one (0).
    type: int
  log_entries_for_slow_followers:
    description: Number of log entries that are kept after a snapshot for slow followers (500).
    type: int
  election_tick:
    description: Number of ticks without a leader after which managers elect one (10). Must be greater than
      O(heartbeat_tick).
    type: int
  heartbeat_tick:
    description: Number of ticks between heartbeats of the leader (1).
    type: int
  dispatcher_heartbeat:
    description: How often nodes report, a duration such as V(5s).
    type: str
  node_cert_expiry:
    description: How long certificates of nodes are valid, a duration such as V(2160h); at least one hour.
    type: str
  external_cas:
    description: Certificate authorities outside of the swarm that sign the certificates of nodes. The list is complete.
    type: list
    elements: dict
    suboptions:
      protocol:
        description: How it is talked to.
        type: str
        choices: [cfssl]
        default: cfssl
      url:
        description: Where it is.
        type: str
        required: true
      options:
        description: Options for it.
        type: dict
      ca_cert:
        description: The root certificate (PEM) that it signs with.
        type: str
  signing_ca_cert:
    description:
      - The certificate (PEM) of the CA that signs the certificates of nodes, when it is to be one of your own. It must
        be valid for a year at least.
      - If the swarm trusts another root, its CA is rotated to this one.
    type: str
  signing_ca_key:
    description: The key (PEM) of O(signing_ca_cert).
    type: str
  log_driver:
    description:
      - The log driver of tasks whose service names none.
      - The API has it, but no Docker Engine stores it, so it is not sent and reported in RV(drift). Set it in the
        configuration of each Engine instead.
    type: dict
    suboptions:
      name:
        description: Name of the driver.
        type: str
        required: true
      options:
        description: Options of the driver.
        type: dict
  labels:
    description: The labels of the swarm. They are complete; V({}) removes all but those that begin with
      C(apiary.swarm.), in which this collection remembers something.
    type: dict
  force_new_cluster:
    description:
      - Recovers a swarm that has lost its quorum for good, by making this manager its only one. Services, networks,
        secrets, configs, settings and workers stay.
      - The value is the NodeID of this very manager (RV(apiary.swarm.swarm_info#module:node_id)), as a confirmation.
      - It is done only if this is a manager that has no leader and gets none within O(wait_timeout). Where there is a
        quorum it does nothing. With autolock on it is refused, because Engines lose the manager then.
      - Settings that differ from the options are left to the next run, since they can be read only afterwards.
      - The other managers must not come back into the old swarm. Let each leave (M(apiary.swarm.swarm_leave)) before it
        joins again, and remove the old entries (M(apiary.swarm.node_remove)).
    type: str
  on_drift:
    description:
      - What to do when the swarm differs in what can be set only when it is made (O(data_path_port),
        O(default_addr_pool), O(subnet_size)), or the Engine advertises another address than O(advertise_addr).
    type: str
    choices: [warn, fail]
    default: warn
  wait_timeout:
    description: Seconds to wait for the manager to be ready.
    type: int
    default: 60
seealso:
  - module: apiary.swarm.swarm_join
  - module: apiary.swarm.swarm_info
"""

EXAMPLES = r"""
- name: Make a swarm
  apiary.swarm.swarm_init:
    advertise_addr: eth1
    default_addr_pool: [10.20.0.0/16]
    subnet_size: 26

- name: Go on with the one manager that is left of three
  apiary.swarm.swarm_init:
    force_new_cluster: t2xjkbxmye4rgxhgq2rldc5ls

- name: Turn on autolock and leave all other settings as they are
  apiary.swarm.swarm_init:
    autolock: true
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
drift:
  description: What differs and can be set only when the swarm is made or the node joins.
  returned: always
  type: list
  elements: dict
  contains:
    option:
      description: The option.
      type: str
    wished:
      description: Its value.
      type: raw
    actual:
      description: What is so.
      type: raw
plan:
  description: The steps that were done, or in check mode would be. Empty when everything is as it should be.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.init_duty import init_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import texts
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import named

EXTERNAL_CA = {
    "protocol": {"type": "str", "choices": ["cfssl"], "default": "cfssl"},
    "url": {"type": "str", "required": True},
    "options": {"type": "dict"},
    "ca_cert": {"type": "str"},
}


def main() -> None:
    module = make_module(
        {
            "advertise_addr": {"type": "str"},
            "listen_addr": {"type": "str"},
            "data_path_addr": {"type": "str"},
            "data_path_port": {"type": "int"},
            "default_addr_pool": {"type": "list", "elements": "str"},
            "subnet_size": {"type": "int"},
            "availability": {"type": "str", "choices": ["active", "pause", "drain"]},
            "autolock": {"type": "bool"},
            "task_history_limit": {"type": "int"},
            "snapshot_interval": {"type": "int"},
            "keep_old_snapshots": {"type": "int"},
            "log_entries_for_slow_followers": {"type": "int"},
            "election_tick": {"type": "int"},
            "heartbeat_tick": {"type": "int"},
            "dispatcher_heartbeat": {"type": "str"},
            "node_cert_expiry": {"type": "str"},
            "external_cas": {"type": "list", "elements": "dict", "options": EXTERNAL_CA},
            "signing_ca_cert": {"type": "str"},
            "signing_ca_key": {"type": "str"},
            "log_driver": {
                "type": "dict",
                "options": {"name": {"type": "str", "required": True}, "options": {"type": "dict"}},
            },
            "labels": {"type": "dict"},
            "force_new_cluster": {"type": "str"},
            "on_drift": {"type": "str", "choices": ["warn", "fail"], "default": "warn"},
            "wait_timeout": {"type": "int", "default": 60},
        },
        secret={"signing_ca_key": texts, "external_cas": named, "log_driver": named},
        required_by={"signing_ca_key": ["signing_ca_cert"], "subnet_size": ["default_addr_pool"]},
    )
    run_module(module, init_duty)


if __name__ == "__main__":
    main()
