# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab is: plain data, its names, and its file ``.cache/lab/<name>/lab.json``."""

from __future__ import annotations

import fcntl
import ipaddress
import json
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .progress import LabError

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".cache" / "lab"

#: Everything that belongs to a lab carries this label; nothing without it is touched.
LABEL = "org.apiary.swarm.lab"
#: Cached images carry this one; they belong to no lab and outlive it.
IMAGE_LABEL = "org.apiary.swarm.lab.image"

USER = "deploy"
REGISTRY_PORT = 5000
REGISTRY_AUTH_PORT = 5001


@dataclass(frozen=True)
class Host:
    """``group`` is the inventory group: swarm_managers or swarm_workers."""

    name: str
    group: str
    platform: str
    address: str


@dataclass(frozen=True)
class Registry:
    """``port`` is open to all, ``auth_port`` asks for the user and password; both serve the same images, over HTTP."""

    name: str
    address: str
    username: str
    password: str
    port: int = REGISTRY_PORT
    auth_port: int = REGISTRY_AUTH_PORT

    @property
    def host(self) -> str:
        """The prefix of image names: ``registry:5000``."""
        return f"{self.name}:{self.port}"

    @property
    def auth_host(self) -> str:
        return f"{self.name}:{self.auth_port}"

    @property
    def insecure(self) -> list[str]:
        """The value of ``insecure-registries`` in a daemon.json."""
        return [f"{where}:{port}" for where in (self.name, self.address) for port in (self.port, self.auth_port)]


@dataclass(frozen=True)
class Lab:
    name: str
    subnet: str
    hosts: tuple[Host, ...]
    registry: Registry

    @property
    def directory(self) -> Path:
        return CACHE / self.name

    @property
    def inventory_file(self) -> Path:
        return self.directory / "inventory.yml"

    @property
    def key_file(self) -> Path:
        return self.directory / "id_ed25519"

    @property
    def known_hosts_file(self) -> Path:
        return self.directory / "known_hosts"

    @property
    def control_path_dir(self) -> Path:
        """Where persistent ssh connections live; the path of a socket has at most 107 characters."""
        path = self.directory / "cp"
        if len(str(path)) <= 75:
            return path
        return Path(tempfile.gettempdir()) / f"apiary-lab-{zlib.crc32(str(path).encode()):08x}"

    @property
    def network_name(self) -> str:
        return f"apiary-lab-{self.name}"

    @property
    def gateway(self) -> str:
        return str(next(ipaddress.ip_network(self.subnet).hosts()))

    @property
    def labels(self) -> dict[str, str]:
        return {LABEL: self.name}

    @property
    def images(self) -> list[str]:
        """Images that the registry holds from the start."""
        return [f"{self.registry.host}/busybox:{tag}" for tag in ("1", "2")]

    def container_name(self, host: str) -> str:
        return f"apiary-lab-{self.name}-{host}"

    def host(self, name: str) -> Host:
        for host in self.hosts:
            if host.name == name:
                return host
        raise LabError(f"lab {self.name!r} has no host {name!r}; it has: {', '.join(h.name for h in self.hosts)}")

    def group(self, group: str) -> list[Host]:
        return [host for host in self.hosts if host.group == group]

    def save(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        document = {
            "name": self.name,
            "subnet": self.subnet,
            "gateway": self.gateway,
            "network": self.network_name,
            "user": USER,
            "private_key_file": str(self.key_file),
            "known_hosts_file": str(self.known_hosts_file),
            "inventory_file": str(self.inventory_file),
            "hosts": [{**asdict(host), "container": self.container_name(host.name)} for host in self.hosts],
            "registry": {
                **asdict(self.registry),
                "host": self.registry.host,
                "auth_host": self.registry.auth_host,
                "insecure_registries": self.registry.insecure,
                "images": self.images,
            },
        }
        path = self.directory / "lab.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, name: str = "default") -> Lab:
        """Raises LabError when there is no such lab."""
        path = CACHE / check_name(name) / "lab.json"
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise LabError(f"there is no lab {name!r}; make it with: python -m tests.lab up --name {name}") from None
        registry = document["registry"]
        return cls(
            name=document["name"],
            subnet=document["subnet"],
            hosts=tuple(Host(h["name"], h["group"], h["platform"], h["address"]) for h in document["hosts"]),
            registry=Registry(registry["name"], registry["address"], registry["username"], registry["password"]),
        )


def check_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", name):
        raise LabError(f"{name!r} is no lab name: use 1 to 20 lower-case letters, digits and inner hyphens")
    return name


@contextmanager
def locked(what: str = "machine") -> Iterator[None]:
    """One process at a time installs the Engine, builds images or chooses a subnet; or works on one lab."""
    directory = CACHE / ".locks"
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / what, "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
