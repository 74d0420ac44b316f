# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets that ansible-core itself hides, for the rest of a run and in the output of all tasks, from 2.22 on."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import searchable

try:
    from ansible.module_utils.secrets import register_secrets  # type: ignore[import-not-found,unused-ignore]
except ImportError:  # before ansible-core 2.22

    def register_secrets(values: Iterable[str], /) -> None:
        """There is nowhere to register them."""


def register(secrets: Iterable[str]) -> None:
    """Have ansible-core hide those that are long enough. It would search for the others as well, and find too much."""
    register_secrets(searchable(secrets))
