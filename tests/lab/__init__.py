# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test hosts: systemd machines with sshd on a private network of this machine. See README.md."""

from __future__ import annotations

from .progress import LabError
from .state import Host, Lab, Registry

__all__ = ["Host", "Lab", "LabError", "Registry"]
