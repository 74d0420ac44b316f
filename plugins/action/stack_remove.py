# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of stack_remove: it shows what the module waits for."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.plugin_utils._rounds import ModuleInRounds


class ActionModule(ModuleInRounds):
    """Runs the module, in as many rounds as it wants."""
