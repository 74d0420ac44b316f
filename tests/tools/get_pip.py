# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring pip into an empty virtual environment and install the packages named on the command line.

In place of the script of the same purpose that ansible-test downloads: Python's own ensurepip needs no download.
"""

from __future__ import annotations

import subprocess
import sys

# Since pip brings neither along any more, there is nothing to leave out.
UNUSED = ("--no-setuptools", "--no-wheel")

if __name__ == "__main__":
    subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
    arguments = [argument for argument in sys.argv[1:] if argument not in UNUSED]
    sys.exit(subprocess.run([sys.executable, "-m", "pip", "install", *arguments], check=False).returncode)
