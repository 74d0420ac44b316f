# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of swarm_archive: it shows for how long the Engine is away, and what is waited for then."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.plugin_utils._rounds import ModuleInRounds


class ActionModule(ModuleInRounds):
    """Runs the module, in as many rounds as it wants."""

    lasting = ("archive", "the Engine stops, its swarm directory is packed, and it starts again")
