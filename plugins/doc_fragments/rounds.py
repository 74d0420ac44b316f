# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option of modules whose waits are shown while they last."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  ticket:
    description:
      - Set by the action plugin of this module. It cannot be set in a task.
      - While the module waits, the controller shows a line whenever something has changed, and at least every 15
        seconds, that says what it waits for and for how long already.
    type: dict
"""
