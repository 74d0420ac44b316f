# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In the place of a node's Python: run a module, and record how much came and how much memory it took."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys

content = sys.stdin.buffer.read()
python = os.environ["BENCH_PYTHON"]
code = subprocess.run([python, *sys.argv[1:]], input=content, check=False).returncode
with open(os.environ["BENCH_RECORD"], "a", encoding="utf-8") as record:
    print(
        json.dumps({"bytes": len(content), "kib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}), file=record
    )
sys.exit(code)
