# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One test host: a container that boots systemd and is reached over ssh like any server."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import tarfile
import time
from pathlib import Path

import docker
from docker.errors import APIError
from docker.models.containers import Container

from . import cable
from .execute import execute
from .ownership import check_volume, own_container, require_container
from .progress import LabError, say
from .state import USER, Host, Lab

_UID = 1000
_BOOT_TIMEOUT = 120.0


def start_host(client: docker.DockerClient, lab: Lab, host: Host, image: str) -> None:
    """Make the host and boot it, or undo what faults did to it; returns without waiting for it."""
    container = own_container(client, lab, host.name)
    # Interrupted between being made and being started: its files may be incomplete.
    if container and container.status == "created":
        container.remove(v=True)
        container = None
    if container is None:
        container = _create(client, lab, host, image)
        _inject(container, lab, host)
    if container.status == "paused":
        container.unpause()
    container.start()
    if cable.is_pulled(container):
        cable.plug(client, lab, container)


def wait_ready(client: docker.DockerClient, lab: Lab, host: Host, timeout: float = _BOOT_TIMEOUT) -> None:
    """Until sshd greets and systemd has finished booting."""
    container = require_container(client, lab, host.name)
    end = time.monotonic() + timeout
    state = "not running"
    while time.monotonic() < end:
        state = _system_state(container)
        # sshd holds a greeting without a login against its sender, so it is asked for only at the end.
        if state in ("running", "degraded") and _ssh_greets(host.address):
            if state == "degraded":
                failed = execute(container, ["systemctl", "--failed", "--no-legend", "--plain"]).output
                say(f"{host.name}: degraded: {failed.strip()}")
            return
        time.sleep(0.2)
    log = container.logs(tail=15).decode(errors="replace")
    raise LabError(
        f"host {host.name} ({host.address}) was not ready after {timeout:.0f} s; systemd: {state or 'no answer'}\n{log}"
    )


def volume_names(lab: Lab, host: str) -> dict[str, str]:
    """Where the host's own Engine stores things; overlay2 does not stack on the outer Engine's overlay2."""
    prefix = lab.container_name(host)
    return {f"{prefix}-docker": "/var/lib/docker", f"{prefix}-containerd": "/var/lib/containerd"}


def _create(client: docker.DockerClient, lab: Lab, host: Host, image: str) -> Container:
    mounts = {}
    for name, path in volume_names(lab, host.name).items():
        if not check_volume(client, lab, name):
            client.volumes.create(name, labels=lab.labels)
        mounts[name] = {"bind": path, "mode": "rw"}
    endpoint = client.api.create_endpoint_config(ipv4_address=host.address, aliases=[host.name])
    # --privileged fails where this machine itself lacks a capability, so the same is spelled out without the one
    # that is commonly missing.
    options = {
        "network_mode": lab.network_name,
        "cap_add": ["ALL"],
        "cap_drop": ["SYS_RESOURCE"],
        "security_opt": ["seccomp=unconfined", "apparmor=unconfined"],
        "device_cgroup_rules": ["a *:* rwm"],
        "tmpfs": {"/run": "exec", "/tmp": "exec"},
        "extra_hosts": _addresses(lab),
        # A host that reboots itself comes up again; one that was killed from outside stays down.
        "restart_policy": {"Name": "unless-stopped"},
    }
    environment = {"container": "docker"}
    # Engines set up bridges through /sys, which a container gets read-only; and mounts propagate as on a server.
    prepare = "mount --make-rshared /; mount -o remount,rw /sys"
    if client.info().get("CgroupVersion", "1") == "1":
        mounts["/sys/fs/cgroup"] = {"bind": "/sys/fs/cgroup", "mode": "rw"}
        # systemd 257 boots on the old hierarchy only when it is told to.
        environment["SYSTEMD_PROC_CMDLINE"] = "systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
    else:
        options["cgroupns"] = "private"
        prepare += "; mount -o remount,rw /sys/fs/cgroup"
    host_config = client.api.create_host_config(binds=mounts, **options)
    # The command line calls these two --security-opt systempaths=unconfined; the SDK has no name for them.
    host_config.update(MaskedPaths=[], ReadonlyPaths=[])
    created = client.api.create_container(
        image,
        command=["/bin/sh", "-c", f"{prepare}; exec /sbin/init"],
        name=lab.container_name(host.name),
        hostname=host.name,
        environment=environment,
        labels=lab.labels,
        stop_signal="SIGRTMIN+3",
        volumes=[mount["bind"] for mount in mounts.values()],
        networking_config=client.api.create_networking_config({lab.network_name: endpoint}),
        host_config=host_config,
    )
    return client.containers.get(created["Id"])


def _addresses(lab: Lab) -> dict[str, str]:
    return {**{host.name: host.address for host in lab.hosts}, lab.registry.name: lab.registry.address}


def _inject(container: Container, lab: Lab, host: Host) -> None:
    """What differs from host to host: keys, and for hosts with an Engine its configuration."""
    keys = lab.directory / "host_keys"
    public_key = lab.key_file.with_suffix(".pub").read_bytes()
    files: list[tuple[str, bytes, int, int]] = [
        ("etc/ssh/ssh_host_ed25519_key", (keys / host.name).read_bytes(), 0o600, 0),
        ("etc/ssh/ssh_host_ed25519_key.pub", (keys / f"{host.name}.pub").read_bytes(), 0o644, 0),
        (f"home/{USER}/.ssh/authorized_keys", public_key, 0o600, _UID),
    ]
    if "-engine" in host.platform:
        configuration = {"insecure-registries": lab.registry.insecure}
        files.append(("etc/docker/daemon.json", json.dumps(configuration, indent=2).encode(), 0o644, 0))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content, mode, owner in files:
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.uid, info.gid, info.mtime = len(content), mode, owner, owner, int(time.time())
            tar.addfile(info, io.BytesIO(content))
    container.put_archive("/", buffer.getvalue())


def make_keys(lab: Lab) -> None:
    """The user's key pair, one key pair for every host, and the known_hosts file that goes with them."""
    directory = lab.directory / "host_keys"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    _generate_key(lab.key_file, f"{USER}@{lab.name}")
    lines = []
    for host in lab.hosts:
        path = directory / host.name
        _generate_key(path, host.name)
        kind, key = path.with_suffix(".pub").read_text(encoding="ascii").split()[:2]
        lines.append(f"{host.address} {kind} {key}\n")
    lab.known_hosts_file.write_text("".join(lines), encoding="ascii")


def _generate_key(path: Path, comment: str) -> None:
    if not path.with_suffix(".pub").exists():
        path.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)], check=True)


def _ssh_greets(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), timeout=1) as connection:
            connection.settimeout(2)
            return connection.recv(4).startswith(b"SSH-")
    except OSError:
        return False


def _system_state(container: Container) -> str:
    try:
        return execute(container, ["systemctl", "is-system-running"]).output.strip()
    except APIError as error:
        return f"not running ({error.explanation})"
