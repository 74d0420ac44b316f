#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_lock
short_description: Lets one operation on a swarm run at a time
version_added: 1.0.0
description:
  - A lock of the whole swarm, so that two operators or jobs do not upgrade, back up or drain it at once. It is kept in
    the swarm itself, as a label of the config C(apiary.swarm.operations), whichever controller or manager is used. It
    binds those who ask for it, and nobody else.
  - Beside it, the newest 20 operations that ended are kept, with who ran them and how they ended.
  - The lock belongs to a run of Ansible (its main process on the controller). A second task of the same run that asks
    for it changes nothing, and neither does one on another manager.
  - If the run that has the lock was killed, the next one on the same controller takes it at once, with a warning, if it
    is certain that the process is gone. From elsewhere, it can be broken with O(break_lock), or it expires after its
    O(limit).
  - The time is that of the Engine that is asked, so the clocks of managers have to agree, as they must for Swarm.
  - Has to be run on a manager.
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
attributes:
  check_mode:
    details: The lock is not taken, so RV(lock) is what was there before.
  idempotent:
    details: Within one run of Ansible. Another run that asks for the lock fails for as long as it is held.
author: The apiary.swarm contributors (@apiary)
options:
  state:
    description:
      - With V(held), this run has the lock afterwards, or the task fails and says who has it.
      - With V(released), this run does not have it any more. The lock of another run stays, with a warning.
    type: str
    choices: [held, released]
    default: held
  operation:
    description:
      - What the lock is for, such as V(upgrade). Must be given for O(state=held).
      - With O(state=released), only the lock of this operation is released. So a part of an operation that asks for the
        lock as well does not end that of the whole.
    type: str
  limit:
    description:
      - How long the lock counts, in seconds. After that anybody may take it, whether the operation still runs or not.
      - It is not extended when the same run asks again.
    type: int
    default: 3600
  break_lock:
    description:
      - The RV(lock.id) of another run's lock. That lock is taken over or, with O(state=released), released.
      - Any other lock is left alone, so nobody breaks a lock that they have not seen.
    type: str
  result:
    description: What the audit says of the end of the operation, with O(state=released).
    type: str
    default: released
  holder:
    description: Set by the action plugin of this module. It cannot be set in a task.
    type: dict
    suboptions:
      who:
        description: The user and the host of the controller.
        type: str
        required: true
      controller:
        description: What tells this controller from others.
        type: str
        required: true
      process:
        description: The main process of this run, and when it was started.
        type: str
        required: true
      gone:
        description: Whether the run that has the lock O(break_lock) was found to be gone.
        type: bool
        default: false
seealso:
  - module: apiary.swarm.swarm_gate
"""

EXAMPLES = r"""
- name: One at a time
  block:
    - name: Take the lock
      apiary.swarm.swarm_lock:
        operation: upgrade
        limit: 7200

    - name: Upgrade the swarm
      ansible.builtin.include_tasks: upgrade.yml

    - name: Release the lock
      apiary.swarm.swarm_lock:
        state: released
        operation: upgrade
        result: succeeded
  rescue:
    - name: Release the lock, if this run has it
      apiary.swarm.swarm_lock:
        state: released
        operation: upgrade
        result: failed

    - name: Fail all the same
      ansible.builtin.fail:
        msg: "{{ ansible_failed_result.msg }}"

- name: Break the lock of a run that is known to be dead
  apiary.swarm.swarm_lock:
    state: released
    break_lock: lock-3fa9c1d20b
"""

RETURN = r"""
lock:
  description: The lock, or null if there is none. If another run has it and the task fails, it is that one.
  returned: success, or when another run has the lock
  type: dict
  sample:
    id: lock-3fa9c1d20b
    operation: upgrade
    who: ci@runner1
    controller: 5f0c2f1f6f0e9b3a
    process: "4711@8812345"
    since: "2026-11-25T09:00:00Z"
    until: "2026-11-25T11:00:00Z"
  contains:
    id: {description: What O(break_lock) names it by., type: str}
    operation: {description: What it is for., type: str}
    who: {description: The user and the host of the controller., type: str}
    controller: {description: What tells the controller from others., type: str}
    process: {description: "The main process on the controller, and when it was started.", type: str}
    since: {description: When it was taken., type: str}
    until: {description: When it expires., type: str}
audit:
  description: The newest 20 operations that ended, the last one first.
  returned: success, or when another run has the lock
  type: list
  elements: dict
  sample:
    - operation: backup
      who: ci@runner1
      since: "2026-11-25T08:00:00Z"
      ended: "2026-11-25T08:03:12Z"
      result: succeeded
  contains:
    operation: {description: What was done., type: str}
    who: {description: Who did it., type: str}
    since: {description: When it began., type: str}
    ended: {description: "When the lock was released, broken or found without its run, or when it expired.", type: str}
    result:
      description:
        - The O(result) of its release, or V(expired), V(interrupted) (its run was gone) or C(broken by) somebody.
      type: str
plan:
  description: The lock that was (in check mode, would be) taken or released, as one step.
  returned: always
  type: list
  elements: dict
  sample:
    - action: take
      kind: lock
      name: apiary.swarm.operations
      reason: ""
      changes:
        - {path: operation, before: null, after: upgrade}
        - {path: who, before: null, after: ci@runner1}
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.lock_duty import lock_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module


def main() -> None:
    module = make_module(
        {
            "state": {"type": "str", "choices": ["held", "released"], "default": "held"},
            "operation": {"type": "str"},
            "limit": {"type": "int", "default": 3600},
            "break_lock": {"type": "str"},
            "result": {"type": "str", "default": "released"},
            "holder": {
                "type": "dict",
                "options": {
                    "who": {"type": "str", "required": True},
                    "controller": {"type": "str", "required": True},
                    "process": {"type": "str", "required": True},
                    "gone": {"type": "bool", "default": False},
                },
            },
        }
    )
    run_module(module, lock_duty)


if __name__ == "__main__":
    main()
