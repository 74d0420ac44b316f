# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The peer: community.docker, out of the package `ansible` of the Python package index.

Only the collection is taken. It runs with the ansible-core that ours runs with, so that nothing else differs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.lab.state import CHECKOUT

PEER = CHECKOUT / ".cache" / "peer"
COLLECTION = PEER / "ansible_collections" / "community" / "docker"
# community.docker does not load without the other one.
WANTED = ("ansible_collections/community/docker/", "ansible_collections/community/library_inventory_filtering_v1/")


def installed() -> Path:
    """Where Ansible finds the peer; it is fetched when it is not there."""
    if not (COLLECTION / "MANIFEST.json").is_file():
        download = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*download, "--dest", PEER, "ansible"], check=True)
        (wheel,) = PEER.glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(PEER, [name for name in archive.namelist() if name.startswith(WANTED)])
        wheel.unlink()
    return PEER


def version() -> str:
    manifest = json.loads((COLLECTION / "MANIFEST.json").read_text(encoding="utf-8"))
    return str(manifest["collection_info"]["version"])
