#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_archive
short_description: Archives what a manager knows of its swarm
version_added: 1.0.0
description:
  - Stops the Docker Engine of a manager (C(docker.service) and C(docker.socket)), packs its whole swarm directory into
    a file on the node that only root can read, and starts the Engine again, whatever happens meanwhile.
  - Waits until the manager takes part in its swarm again. With autolock, the unlock key is asked for before, and the
    manager is unlocked with it.
  - Whether the swarm can do without the manager for a while it does not ask; M(apiary.swarm.swarm_gate) does. Tasks on
    this node end, and are started again or elsewhere. The role P(apiary.swarm.swarm_backup#role) does all of it.
  - While the Engine is away, a line shows after 5 seconds, and then every 15, for how long already.
  - The file holds keys of the swarm and its secrets. Remove it from the node when it is fetched.
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
attributes:
  idempotent:
    support: none
    details: Each call makes another archive.
author: The apiary.swarm contributors (@apiary)
options:
  directory:
    description: Where on the node the file is made. Archives of interrupted runs are removed from there.
    type: path
    default: /var/tmp
  wait_timeout:
    description: Seconds to wait for the manager to take part in its swarm again.
    type: int
    default: 120
seealso:
  - module: apiary.swarm.swarm_restore
  - module: apiary.swarm.swarm_gate
"""

EXAMPLES = r"""
- name: Archive the swarm
  apiary.swarm.swarm_archive:
  register: archived
"""

RETURN = r"""
path:
  description: The file on the node. Empty in check mode.
  returned: success
  type: str
  sample: /var/tmp/apiary-swarm-archive-k3u7x.tar.gz
size:
  description: Its size in bytes.
  returned: success
  type: int
sha256:
  description: Its checksum.
  returned: success
  type: str
manifest:
  description: What is to be kept beside it. Nothing in it is secret.
  returned: success
  type: dict
  contains:
    format: {description: Of this manifest., type: int}
    created: {description: "When, in UTC.", type: str}
    cluster_id: {description: The ID of the swarm., type: str}
    node_id: {description: The NodeID of the manager., type: str}
    host: {description: Its host name., type: str}
    address: {description: The address that it advertises., type: str}
    engine_version: {description: The version of its Engine., type: str}
    autolock: {description: "Whether the unlock key is needed to use the backup.", type: bool}
    managers: {description: "All managers of the swarm, with C(node_id) and C(addr).", type: list, elements: dict}
    services: {description: "The names of all services, by ID.", type: dict}
    size: {description: Of the file., type: int}
    sha256: {description: Of the file., type: str}
plan:
  description: The step that was done, or in check mode would be.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import TICKET, make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.backup.archive_duty import archive_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module


def main() -> None:
    module = make_module(
        {
            **TICKET,
            "directory": {"type": "path", "default": "/var/tmp"},
            "wait_timeout": {"type": "int", "default": 120},
        }
    )
    run_module(module, archive_duty)


if __name__ == "__main__":
    main()
