#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: stack_info
short_description: Tells how stacks and their services are
version_added: 1.0.0
description:
  - Tells of one stack or of all stacks which services, networks, secrets and configs they have, and of each service
    whether it has converged and what errors its tasks have had.
  - Everything comes from seven lists of the Engine, however many stacks and services there are. Contents of secrets and
    configs are not returned.
  - Runs on a manager. On any other node it fails, apart from check mode on a host that is in no swarm (yet), which has
    no stacks.
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
attributes:
  check_mode:
    details: Never writes anything.
  diff_mode:
    details: There is never a difference.
author: The apiary.swarm contributors (@apiary)
options:
  name:
    description:
      - Name of the stack. If there is nothing of it, RV(stacks[].exists) is V(false).
      - Without it, all stacks are returned.
    type: str
seealso:
  - module: apiary.swarm.stack_deploy
"""

EXAMPLES = r"""
- name: Look at a stack
  apiary.swarm.stack_info:
    name: shop
  register: found

- name: Stop unless all of its services have converged
  ansible.builtin.assert:
    that:
      - found.stacks[0].exists
      - found.stacks[0].services | rejectattr('converged') | length == 0

- name: Look at all stacks
  apiary.swarm.stack_info:
  register: all

- name: Show the errors of tasks
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.errors }}"
  loop: "{{ all.stacks | map(attribute='services') | flatten | selectattr('errors') }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
stacks:
  description: The stack that was asked for, or all stacks in the order of their names.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the stack.
      type: str
      sample: shop
    exists:
      description: Whether there is anything of it.
      type: bool
    services:
      description: Its services, in the order of their names.
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
          description: V(Replicated), V(Global), V(ReplicatedJob) or V(GlobalJob).
          type: str
        image:
          description: Image, with its digest if it is pinned.
          type: str
        wanted:
          description:
            - How many tasks are wanted; of a job, how many are to complete.
            - Of a global service, it is the number of nodes that are eligible for it.
          type: int
        running:
          description:
            - How many tasks of the current spec run.
            - Where tasks that succeed are not restarted (C(restart_policy)), those that did count too.
          type: int
        completed:
          description: How many tasks of a job are complete; V(0) for other services.
          type: int
        ports:
          description: Published ports, those that the swarm chose among them.
          type: list
          elements: dict
          contains:
            published:
              description: Port of the nodes; V(0) where each node chooses one.
              type: int
            target:
              description: Port of the containers.
              type: int
            protocol:
              description: V(tcp), V(udp) or V(sctp).
              type: str
            mode:
              description: V(ingress) or V(host).
              type: str
        update_status:
          description: The last update; its values are empty if there was none that replaced tasks.
          type: dict
          contains:
            state:
              description: V(updating), V(completed), V(paused), V(rollback_started), V(rollback_completed) or
                V(rollback_paused).
              type: str
            message:
              description: What the Engine says of it.
              type: str
            started_at:
              description: When it began.
              type: str
            completed_at:
              description: When it ended.
              type: str
        converged:
          description:
            - Whether all wanted tasks of the current spec run and have been running for the monitor period
              (C(update_config.monitor), 5 s by default); of a job, whether they are complete.
            - M(apiary.swarm.stack_deploy) waits for the same.
          type: bool
        errors:
          description:
            - The distinct errors of its tasks, the most frequent first. A task that is pending says here why.
            - Errors stay for as long as the swarm keeps tasks that have ended, so a service that has converged may have
              some.
          type: list
          elements: dict
          contains:
            error:
              description: What the task says.
              type: str
            count:
              description: How many tasks say so.
              type: int
            nodes:
              description: Host names of the nodes that they were on; empty where they never got one.
              type: list
              elements: str
    networks:
      description: Its networks, each with C(name) and C(id).
      type: list
      elements: dict
    secrets:
      description: Its secrets, each with C(name) and C(id). Old versions are among them.
      type: list
      elements: dict
    configs:
      description: Its configs, each with C(name) and C(id). Old versions are among them.
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
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.info_duty import info_duty


def main() -> None:
    module = make_module({"name": {"type": "str"}})
    run_module(module, lambda options: info_duty(options["name"], module.check_mode))


if __name__ == "__main__":
    main()
