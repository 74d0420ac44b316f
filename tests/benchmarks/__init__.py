# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Benchmarks: this collection, what people use today, and the limit, measured alternately in one run.

    make bench                                             all of it, and the table of docs/performance.md
    .cache/venv/bin/python -m tests.benchmarks --help      parts of it

measure.py      a row of the table, and how it is measured
deploy.py, labels.py, join.py, site.py, growth.py          the rows
hosts.py        the test hosts, and the commands that are timed; plays/ has their playbooks
peer.py         where the collection comes from that people use today
raw.py          what a host does without Ansible, for limits
machine.py      what all of it ran on
report.py, plot.py     the table, and the pictures
"""

from __future__ import annotations

import sys

from tests.lab.state import CHECKOUT

# The double of the Engine uses the collection, as in the unit tests.
sys.path.insert(0, str(CHECKOUT / ".cache" / "collections"))
