# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small image that stands in for the public ones that the test hosts cannot pull.

It has busybox, opens the ports that those images open, and has the programs that their health checks call.
"""

from __future__ import annotations

import io
import json
import tarfile
import urllib.request

from tests.lab.registry import push
from tests.lab.state import Lab

# Options are for the program of the real image, which is not there; anything else is a command.
ENTRYPOINT = """#!/bin/sh
case "$1" in
    -*|"") ;;
    *) exec "$@" ;;
esac
for port in 80 443 3000 5432 8080 9090 9093 9100; do httpd -p $port -h /www; done
trap "exit 0" TERM
sleep 100000 &
wait
"""
ALWAYS_WELL = "#!/bin/sh\nexit 0\n"
FILES = {
    "bin/stand-in": ENTRYPOINT,
    "bin/pg_isready": ALWAYS_WELL,
    "bin/traefik": ALWAYS_WELL,
    "bin/docker": '#!/bin/sh\necho "docker $*"\n',
    "www/healthz": "well\n",
}


def push_stand_ins(lab: Lab) -> list[str]:
    """Two versions, which differ in the variable VERSION; returns their names."""
    registry = lab.registry
    base = f"http://{registry.address}:{registry.port}"
    layer = _with(FILES, _layer(f"{base}/v2/busybox"))
    for version in ("1", "2"):
        config = {
            "architecture": _config(f"{base}/v2/busybox")["architecture"],
            "os": "linux",
            "config": {"Env": ["PATH=/bin", f"VERSION={version}"], "Entrypoint": ["/bin/stand-in"]},
        }
        push(base, "stand-in", version, layer, config)
    return [f"{registry.host}/stand-in:{version}" for version in ("1", "2")]


def _manifest(repository: str) -> dict:
    accepted = {"Accept": "application/vnd.docker.distribution.manifest.v2+json"}
    with urllib.request.urlopen(urllib.request.Request(f"{repository}/manifests/1", headers=accepted)) as answer:
        return json.load(answer)


def _config(repository: str) -> dict:
    with urllib.request.urlopen(f"{repository}/blobs/{_manifest(repository)['config']['digest']}") as answer:
        return json.load(answer)


def _layer(repository: str) -> bytes:
    with urllib.request.urlopen(f"{repository}/blobs/{_manifest(repository)['layers'][0]['digest']}") as answer:
        return answer.read()


def _with(files: dict[str, str], layer: bytes) -> bytes:
    buffer = io.BytesIO(layer)
    with tarfile.open(fileobj=buffer, mode="a") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(text), 0o755
            tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()
