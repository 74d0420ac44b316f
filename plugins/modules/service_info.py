#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_info
short_description: Tells of the services of a swarm
version_added: 1.0.0
description:
  - Tells of all services, those of stacks and those of none, how many of their tasks are wanted and run, and what went
    wrong.
  - This takes four requests, however many services there are. Nothing of their environment is told.
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
seealso:
  - module: apiary.swarm.stack_info
  - module: apiary.swarm.node_info
"""

EXAMPLES = r"""
- name: Look at all services
  apiary.swarm.service_info:
  register: found

- name: Stop unless each has all of its tasks
  ansible.builtin.assert:
    that: found.services | rejectattr('converged') | length == 0

- name: Show those that were not deployed as a stack
  ansible.builtin.debug:
    msg: "{{ found.services | selectattr('stack', 'eq', '') | map(attribute='name') }}"
"""

RETURN = r"""
services:
  description:
    - All services, in the order of their names. Each has its C(stack), which is empty where it is in none, and all that
      M(apiary.swarm.stack_info) returns for a service of a stack.
  returned: success
  type: list
  elements: dict
  contains:
    stack:
      description: Name of its stack; empty if it is in none.
      type: str
      sample: shop
    name:
      description: Full name.
      type: str
      sample: shop_web
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
      description: How many tasks are wanted; of a job, how many are to complete.
      type: int
    running:
      description: How many tasks of the current spec run.
      type: int
    completed:
      description: How many tasks of a job are complete; V(0) for other services.
      type: int
    ports:
      description: Published ports, each with C(published), C(target), C(protocol) and C(mode).
      type: list
      elements: dict
    update_status:
      description: The last update, with C(state), C(message), C(started_at) and C(completed_at).
      type: dict
    converged:
      description: Whether all wanted tasks run and have been running for the monitor period; of a job, are complete.
      type: bool
    errors:
      description: The distinct errors of its tasks, the most frequent first, with C(error), C(count) and C(nodes).
      type: list
      elements: dict
plan:
  description: Always empty, since there is never anything to do.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.info_duty import services_duty


def main() -> None:
    module = make_module({})
    run_module(module, lambda options: services_duty(module.check_mode))


if __name__ == "__main__":
    main()
