#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_rebalance
short_description: Spreads the tasks of services over the nodes again
version_added: 1.0.0
description:
  - A swarm does not move tasks that run. Nodes that are added, activated or started again stay empty until something is
    deployed. This module replaces the tasks of the services that are unevenly spread, like
    C(docker service update --force), so that the swarm places them anew.
  - A service is unevenly spread when the node with the fewest of its running tasks has at least two less than the node
    with the most. Only nodes count that may have tasks of the service; they are ready and active, and its constraints
    and the platforms of its image fit.
  - Services that are evenly spread, global services and jobs are left alone.
  - Services are done one after the other, each within its own C(update_config), and the next begins when the one before
    has converged. When a rollout is paused, rolled back or not finished in time, the module fails, and the services
    that follow are left as they are.
  - A service stays as it is, with a warning, while an update of it has not ended, and while not all of its tasks run.
  - A service also stays as it is, with a warning, when all of its tasks are newer than the last change of the nodes
    that have too few. The swarm has placed them so although it had these nodes, because of reservations, placement
    preferences or ports, and would do so again. So a second run changes nothing. Any change of a node counts, also of
    its labels, and that it was down or the leader was replaced.
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
  - apiary.swarm.rounds
author: The apiary.swarm contributors (@apiary)
options:
  services:
    description:
      - The services to look at, by their full names (C(shop_web) for C(web) of the stack C(shop)). Without this option,
        all replicated services.
      - Services that do not exist, and services that are not V(replicated), are one error before anything is written.
    type: list
    elements: str
  wait_timeout:
    description: How long to wait for each service, in seconds. Tasks are replaced in the steps of C(update_config), by
      default one after the other.
    type: int
    default: 300
seealso:
  - module: apiary.swarm.service_scale
  - module: apiary.swarm.node_update
"""

EXAMPLES = r"""
- name: Use the nodes that were added
  apiary.swarm.service_rebalance:

- name: Spread two services again
  apiary.swarm.service_rebalance:
    services:
      - shop_web
      - shop_worker
    wait_timeout: 900
"""

RETURN = r"""
services:
  description: The services that were rebalanced, or in check mode would be.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Full name.
      type: str
      sample: shop_web
    before:
      description: How many of its tasks ran on each node, by host name; by NodeID where several nodes have the name.
      type: dict
      sample: {manager1: 3, worker1: 3, worker2: 0}
    after:
      description: How many run there now. In check mode as before.
      type: dict
      sample: {manager1: 2, worker1: 2, worker2: 2}
plan:
  description: The steps that were done, or in check mode would be. Empty when no service is to be rebalanced.
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
      description: That all of its tasks are replaced.
      type: str
    changes:
      description: For each node, C(path) (C(tasks.) and its host name), C(before), and as C(after) what an even spread
        is. Which nodes have one task more is up to the swarm.
      type: list
      elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import TICKET, make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rebalance_duty import (
    RebalanceTicket,
    rebalance_duty,
)


def main() -> None:
    module = make_module(
        {
            **TICKET,
            "services": {"type": "list", "elements": "str"},
            "wait_timeout": {"type": "int", "default": 300},
        }
    )
    run_module(
        module,
        lambda options: rebalance_duty(
            options["services"],
            options["wait_timeout"],
            module.check_mode,
            RebalanceTicket(**(options["ticket"] or {})),
        ),
    )


if __name__ == "__main__":
    main()
