#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: stack_remove
short_description: Removes stacks
version_added: 1.0.0
description:
  - Removes a stack with all that it owns, like C(docker stack rm), and waits until it is gone.
  - It is the same as M(apiary.swarm.stack_deploy) with O(apiary.swarm.stack_deploy#module:state=absent), for playbooks
    that only remove.
  - Services, secrets, configs and networks are removed by the label C(com.docker.stack.namespace), in this order,
    whether or not there are services left.
  - What services of other stacks use stays, with a warning. Volumes stay.
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
author: The apiary.swarm contributors (@apiary)
options:
  name:
    description: Name of the stack. It does not have to exist.
    type: str
    required: true
  wait:
    description:
      - Whether to wait until the tasks and networks are gone, so that the stack can be deployed again at once.
      - Tasks of nodes that are down are not waited for.
    type: bool
    default: true
  wait_timeout:
    description: How long to wait, in seconds.
    type: int
    default: 300
seealso:
  - module: apiary.swarm.stack_deploy
"""

EXAMPLES = r"""
- name: Remove a stack
  apiary.swarm.stack_remove:
    name: shop

- name: Show what would be removed
  apiary.swarm.stack_remove:
    name: shop
  check_mode: true
  diff: true
"""

RETURN = r"""
services:
  description: The services of the stack that are left, normally none (in check mode, those that would be removed).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Full name.
      type: str
    id:
      description: ID.
      type: str
    mode:
      description: V(Replicated), V(Global), V(ReplicatedJob) or V(GlobalJob).
      type: str
    image:
      description: Image, with its digest if it is pinned.
      type: str
    wanted:
      description: How many tasks are wanted.
      type: int
    running:
      description: How many tasks run.
      type: int
plan:
  description: The steps that were done, or in check mode would be. Empty where nothing is left of the stack.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: V(remove).
      type: str
    kind:
      description: V(service), V(secret), V(config) or V(network).
      type: str
    name:
      description: Full name of what is removed.
      type: str
"""

import json
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import TICKET, make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty, run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.deploy import make_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.options import DEPLOYMENT
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import State


def main() -> None:
    module = make_module({**TICKET, **{option: DEPLOYMENT[option] for option in ("name", "wait", "wait_timeout")}})

    def duty(options: dict[str, Any]) -> Duty[State]:
        model = json.dumps({"ticket": options["ticket"]})
        return make_duty({**options, "state": "absent", "model": model}, module.check_mode)

    run_module(module, duty)


if __name__ == "__main__":
    main()
