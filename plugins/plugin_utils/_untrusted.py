# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts say is no template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.collections import is_sequence
from ansible.utils.unsafe_proxy import wrap_var


def untrusted(value: Any) -> Any:
    """The same as plain data in which no text is a template.

    wrap_var alone makes sequences of the class that they have, and lists in variables are of one that cannot be made.
    """
    if isinstance(value, Mapping):
        return {wrap_var(key): untrusted(item) for key, item in value.items()}
    return [untrusted(item) for item in value] if is_sequence(value) else wrap_var(value)
