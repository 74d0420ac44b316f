# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module of the collection promises, in one place."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
attributes:
  check_mode:
    support: full
    description: Returns in check mode the plan that a real run would carry out, and sends no write to the Engine.
  diff_mode:
    support: full
    description: Shows with C(--diff) what differs, field by field.
  idempotent:
    support: full
    description: When run again with the same options, nothing is written and C(changed) is V(false).
  action_group:
    support: full
    description: Is in the group C(group/apiary.swarm.swarm), so C(module_defaults) can be set for all modules at once.
    membership:
      - apiary.swarm.swarm
"""
