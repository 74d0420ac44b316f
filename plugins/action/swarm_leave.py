# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of swarm_leave: it shows for how long the module lasts already."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.plugin_utils._telling import ModuleTold


class ActionModule(ModuleTold):
    """Runs the module."""

    about = "leave"
    words = "the node is demoted if it is a manager, and leaves"
