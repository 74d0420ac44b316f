# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the person in front of the terminal sees: one line per step, with the seconds since the start."""

from __future__ import annotations

import sys
import threading
import time

_START = time.monotonic()
_LOCK = threading.Lock()


class LabError(Exception):
    """Something the user can act on; the text says what is wrong and what to do."""


def say(message: str) -> None:
    with _LOCK:
        print(f"[{time.monotonic() - _START:6.1f}s] {message}", file=sys.stderr, flush=True)
