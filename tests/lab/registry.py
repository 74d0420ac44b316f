# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real registry on the lab network, and the small service images that it holds from the start."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import tarfile
import time
from typing import Any
from urllib.parse import urljoin
from urllib.request import Request, urlopen

import docker
from docker.models.containers import Container

from .execute import execute
from .ownership import own_container
from .progress import LabError
from .state import Lab

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar"

# One process for each port; both serve the same storage.
_COMMAND = """
hash=$(perl -e 'print crypt($ENV{PASSWORD}, q{$2b$05$} . $ENV{SALT})')
mkdir -p /run/lab
echo "$USERNAME:$hash" > /run/lab/htpasswd
for port in $PORT $AUTH_PORT; do
    cat > /run/lab/$port.yml <<END
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: /var/lib/docker-registry}
  delete: {enabled: true}
http: {addr: ":$port"}
END
done
echo "auth: {htpasswd: {realm: lab, path: /run/lab/htpasswd}}" >> /run/lab/$AUTH_PORT.yml
unset PASSWORD
docker-registry serve /run/lab/$AUTH_PORT.yml &
exec docker-registry serve /run/lab/$PORT.yml
"""


def start_registry(client: docker.DockerClient, lab: Lab, image: str) -> None:
    """Run the registry and put the service images into it."""
    registry = lab.registry
    container = own_container(client, lab, registry.name)
    if container is None:
        endpoint = client.api.create_endpoint_config(ipv4_address=registry.address, aliases=[registry.name])
        created = client.api.create_container(
            image,
            command=["/bin/sh", "-ec", _COMMAND],
            name=lab.container_name(registry.name),
            hostname=registry.name,
            environment={
                "PORT": str(registry.port),
                "AUTH_PORT": str(registry.auth_port),
                "USERNAME": registry.username,
                "PASSWORD": registry.password,
                "SALT": hashlib.sha256(registry.password.encode()).hexdigest()[:22],
            },
            labels=lab.labels,
            networking_config=client.api.create_networking_config({lab.network_name: endpoint}),
            host_config=client.api.create_host_config(
                network_mode=lab.network_name, restart_policy={"Name": "unless-stopped"}, init=True
            ),
        )
        container = client.containers.get(created["Id"])
    container.start()
    for port in (registry.port, registry.auth_port):
        _wait_for(registry.address, port)
    layer = _layer(container)
    architecture = client.version()["Arch"]
    for tag in ("1", "2"):
        push(f"http://{registry.address}:{registry.port}", "busybox", tag, layer, _image_config(tag, architecture))


def push(base: str, repository: str, tag: str, layer: bytes, config: dict[str, Any]) -> str:
    """Put a one-layer image into the registry at ``base``; returns the digest of its manifest."""
    config = {**config, "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]}}
    encoded = json.dumps(config, sort_keys=True).encode()
    for blob in (layer, encoded):
        _upload(base, repository, blob)
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": {"mediaType": _CONFIG, "size": len(encoded), "digest": _digest(encoded)},
        "layers": [{"mediaType": _LAYER, "size": len(layer), "digest": _digest(layer)}],
    }
    body = json.dumps(manifest, sort_keys=True).encode()
    _request("PUT", f"{base}/v2/{repository}/manifests/{tag}", body, _MANIFEST)
    return _digest(body)


def _upload(base: str, repository: str, blob: bytes) -> None:
    location = _request("POST", f"{base}/v2/{repository}/blobs/uploads/", b"")
    joiner = "&" if "?" in location else "?"
    _request("PUT", f"{urljoin(base, location)}{joiner}digest={_digest(blob)}", blob, "application/octet-stream")


def _request(method: str, address: str, body: bytes, content_type: str = "") -> str:
    headers = {"Content-Type": content_type} if content_type else {}
    with urlopen(Request(address, data=body, headers=headers, method=method), timeout=60) as answer:
        return str(answer.headers.get("Location", ""))


def _layer(container: Container) -> bytes:
    """A file system of nothing but busybox and its applets, always the same bytes for the same busybox."""
    stream, _stat = container.get_archive("/bin/busybox")
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
        binary = archive.extractfile("busybox")
        if binary is None:
            raise LabError("the registry image has no /bin/busybox")
        busybox = binary.read()
    applets = execute(container, ["/bin/busybox", "--list"]).output.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for directory, mode in (("bin", 0o755), ("etc", 0o755), ("tmp", 0o1777), ("www", 0o755)):
            _entry(tar, directory, mode, tarfile.DIRTYPE)
        _entry(tar, "bin/busybox", 0o755, content=busybox)
        for applet in sorted(set(applets) - {"busybox"}):
            _entry(tar, f"bin/{applet}", 0o777, tarfile.SYMTYPE, link="busybox")
        _entry(tar, "etc/passwd", 0o644, content=b"root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")
        _entry(tar, "etc/group", 0o644, content=b"root:x:0:\nnogroup:x:65534:\n")
        _entry(tar, "www/index.html", 0o644, content=b"it works\n")
    return buffer.getvalue()


def _entry(
    tar: tarfile.TarFile, name: str, mode: int, kind: bytes = tarfile.REGTYPE, *, content: bytes = b"", link: str = ""
) -> None:
    info = tarfile.TarInfo(name)
    info.mode, info.type, info.size, info.linkname = mode, kind, len(content), link
    tar.addfile(info, io.BytesIO(content))


def _image_config(version: str, architecture: str) -> dict[str, Any]:
    """Two versions of one image, as a rolling update needs them: they differ in VERSION, so in their digests."""
    return {
        "architecture": architecture,
        "os": "linux",
        "created": "2026-01-01T00:00:00Z",
        "config": {
            "Env": ["PATH=/bin", f"VERSION={version}"],
            "Cmd": ["sh"],
            "Labels": {"org.opencontainers.image.version": version},
        },
    }


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _wait_for(address: str, port: int, timeout: float = 30) -> None:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            socket.create_connection((address, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise LabError(f"the registry did not open port {port} on {address} within {timeout:.0f} s")
