#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_scale
short_description: Sets how many replicas services have
version_added: 1.0.0
description:
  - Scales any number of services in one task, like C(docker service scale). All are read with one request, those with
    another number are written, and all are waited for at the same time.
  - Only the number changes; everything else in the spec of a service stays as it is.
  - Services that do not exist, and services without a number of replicas (V(global), V(global-job)), are one error
    before anything is written, in check mode too.
  - M(apiary.swarm.stack_deploy) restores the number that the Compose file states.
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
author: The apiary.swarm contributors (@apiary)
options:
  services:
    description:
      - How many replicas each service is to have, by its full name (C(shop_web) for C(web) of the stack C(shop)).
      - Of a job (V(replicated-job)), it is how often it is to complete. A job with another number runs again from the
        beginning, as with every update of a job.
    type: dict
    required: true
  wait:
    description:
      - Whether to wait until all of these services have converged, and to fail if they do not. Converged means that the
        wanted tasks run and go on running for the monitor period (C(update_config.monitor), 5 s by default), that jobs
        are complete, and that tasks which are too many have ended.
    type: bool
    default: true
  wait_timeout:
    description: How long to wait, in seconds.
    type: int
    default: 300
seealso:
  - module: apiary.swarm.stack_deploy
  - module: apiary.swarm.stack_info
"""

EXAMPLES = r"""
- name: Scale two services
  apiary.swarm.service_scale:
    services:
      shop_web: 5
      shop_worker: 2

- name: Stop a service for a while, and do not wait
  apiary.swarm.service_scale:
    services:
      shop_worker: 0
    wait: false
"""

RETURN = r"""
services:
  description: The services that were named, as they are now (in check mode, as they were).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Full name.
      type: str
      sample: shop_web
    id:
      description: ID.
      type: str
    mode:
      description: V(Replicated) or V(ReplicatedJob).
      type: str
    wanted:
      description: How many tasks are wanted; of a job, how many are to complete.
      type: int
    running:
      description: How many tasks run.
      type: int
    completed:
      description: How many tasks of a job are complete; V(0) for other services.
      type: int
plan:
  description: The steps that were done, or in check mode would be. Empty when all numbers are as they should be.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: V(update).
      type: str
    kind:
      description: V(service).
      type: str
    name:
      description: Full name of the service.
      type: str
    reason:
      description: Empty.
      type: str
    changes:
      description: The field that differs, with C(path) (V(deploy.replicas)), C(before) and C(after).
      type: list
      elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import TICKET, make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scale_duty import ScaleTicket, scale_duty


def main() -> None:
    module = make_module(
        {
            **TICKET,
            "services": {"type": "dict", "required": True},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 300},
        }
    )
    run_module(
        module,
        lambda options: scale_duty(
            options["services"],
            options["wait"],
            options["wait_timeout"],
            module.check_mode,
            ScaleTicket(**(options["ticket"] or {})),
        ),
    )


if __name__ == "__main__":
    main()
