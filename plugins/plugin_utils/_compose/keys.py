# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of Compose files of the versions 3.0 to 3.13, and the newer ones that can be mapped to a swarm."""

from __future__ import annotations

import re
from typing import Any

from .duration import parse_duration
from .ports import parse_ports
from .scalars import Timestamp
from .schema import NEWER, Either, List, Map, Node, Scalar, Since

MINORS = range(14)  # 3.0 to 3.13


def since(minor: int, node: Node) -> Since:
    return Since(((minor, node),))


def _mapping(
    *, required: tuple[str, ...] = (), is_open: bool = False, extensions: int = NEWER + 1, **keys: Node
) -> Map:
    return Map(keys, required=required, is_open=is_open, extensions=extensions)


def _named(node: Node, is_open: bool = False) -> Map:
    return Map(pattern=_NAME, each=node, is_open=is_open)


def _check_duration(value: Any) -> None:
    if isinstance(value, Timestamp):
        raise ValueError(value.text)
    parse_duration(value)


def _check_ports(value: Any) -> None:
    if isinstance(value, int) or (isinstance(value, str) and value):
        parse_ports(str(value))
    elif not isinstance(value, float):
        raise ValueError("no port")


_NAME = re.compile(r"\A[a-zA-Z0-9._-]+\Z")
_SOMETHING = re.compile(r".")

_STRING = Scalar(("string",))
_NUMBER = Scalar(("number",))
_INTEGER = Scalar(("integer",))
_BOOLEAN = Scalar(("boolean",))
_STRING_OR_NUMBER = Scalar(("string", "number"))
_DURATION = Scalar(("string",), check=_check_duration, format="duration")
_STRINGS = List(_STRING)
_UNIQUE_STRINGS = List(_STRING, unique=True)
_STRING_OR_STRINGS = Either((_STRING, _STRINGS))
_STRING_OR_UNIQUE_STRINGS = Either((_STRING, _UNIQUE_STRINGS))
_OPTIONS = Map(pattern=_SOMETHING, each=_STRING_OR_NUMBER, is_open=True)
_VALUE = Since(((0, Scalar(("string", "number", "null"))), (NEWER, Scalar(("string", "number", "boolean", "null")))))
_MAP_OR_LIST = Either((Map(pattern=_SOMETHING, each=_VALUE), _UNIQUE_STRINGS))

_UPDATE = _mapping(
    parallelism=_INTEGER,
    delay=_DURATION,
    failure_action=_STRING,
    monitor=_DURATION,
    max_failure_ratio=_NUMBER,
    order=since(4, Scalar(("string",), choices=("start-first", "stop-first"))),
)
_GENERIC_RESOURCES = List(_mapping(discrete_resource_spec=_mapping(kind=_STRING, value=_NUMBER)))
_CPUS = Since(((0, _STRING), (NEWER, _STRING_OR_NUMBER)))
_DEPLOY = Map(
    {
        "mode": _STRING,
        "endpoint_mode": since(2, _STRING),
        "replicas": _INTEGER,
        "labels": _MAP_OR_LIST,
        "rollback_config": since(7, _UPDATE),
        "update_config": _UPDATE,
        "resources": _mapping(
            limits=_mapping(cpus=_CPUS, memory=_STRING, pids=since(9, _INTEGER)),
            reservations=_mapping(cpus=_CPUS, memory=_STRING, generic_resources=since(5, _GENERIC_RESOURCES)),
        ),
        "restart_policy": _mapping(condition=_STRING, delay=_DURATION, max_attempts=_INTEGER, window=_DURATION),
        "placement": _mapping(
            constraints=_STRINGS,
            preferences=since(3, List(_mapping(spread=_STRING))),
            max_replicas_per_node=since(8, _INTEGER),
        ),
    },
    types=("mapping", "null"),
)
_HEALTHCHECK_TIME = Since(((0, _STRING), (4, _DURATION)))
_HEALTHCHECK = _mapping(
    disable=_BOOLEAN,
    interval=_HEALTHCHECK_TIME,
    retries=_NUMBER,
    test=_STRING_OR_STRINGS,
    timeout=_HEALTHCHECK_TIME,
    start_period=since(4, _DURATION),
    start_interval=since(12, _DURATION),
)
_BUILD: dict[str, Node] = {
    "context": _STRING,
    "dockerfile": _STRING,
    "args": _MAP_OR_LIST,
    "labels": since(3, _MAP_OR_LIST),
    "cache_from": since(2, _UNIQUE_STRINGS),
    "network": since(4, _STRING),
    "target": since(4, _STRING),
    "shm_size": since(5, Scalar(("integer", "string"))),
    "extra_hosts": since(9, _MAP_OR_LIST),
}
_FILE_REFERENCE = _mapping(
    is_open=True,
    source=_STRING,
    target=_STRING,
    uid=_STRING,
    gid=_STRING,
    mode=Since(((0, _NUMBER), (NEWER, _STRING_OR_NUMBER))),
)
_FILE_REFERENCES = List(Either((_STRING, _FILE_REFERENCE)))
_SERVICE_NETWORK = Map(
    {
        "aliases": _UNIQUE_STRINGS,
        "driver_opts": since(13, _OPTIONS),
        "ipv4_address": _STRING,
        "ipv6_address": _STRING,
    },
    types=("mapping", "null"),
)
_SHORT_PORT = Scalar(("string", "number"), check=_check_ports, format="ports")
_LONG_PORT = _mapping(
    mode=_STRING,
    target=_INTEGER,
    published=Since(((0, _INTEGER), (NEWER, Scalar(("string", "integer"))))),
    protocol=_STRING,
    name=since(NEWER, _STRING),
    host_ip=since(NEWER, _STRING),
    app_protocol=since(NEWER, _STRING),
)
_LONG_VOLUME = _mapping(
    required=("type",),
    type=_STRING,
    source=_STRING,
    target=_STRING,
    read_only=_BOOLEAN,
    consistency=_STRING,
    bind=_mapping(is_open=True, propagation=_STRING),
    volume=_mapping(is_open=True, nocopy=_BOOLEAN),
    tmpfs=since(6, _mapping(is_open=True, size=Scalar(("integer",), minimum=0))),
    image=since(NEWER, _mapping(subpath=_STRING)),
    cluster=since(NEWER, _mapping()),
)
_ULIMIT = Either((_INTEGER, _mapping(required=("soft", "hard"), hard=_INTEGER, soft=_INTEGER)))
_ENV_FILE = List(Either((_STRING, Map({"path": _STRING, "required": _BOOLEAN, "format": _STRING}, required=("path",)))))

SERVICE = Map(
    {
        "deploy": _DEPLOY,
        "build": Since(((0, Either((_STRING, Map(_BUILD)))), (11, Either((_STRING, Map(_BUILD, is_open=True)))))),
        "cap_add": _UNIQUE_STRINGS,
        "cap_drop": _UNIQUE_STRINGS,
        "cgroupns_mode": since(9, _STRING),
        "cgroup_parent": _STRING,
        "command": _STRING_OR_STRINGS,
        "configs": since(3, _FILE_REFERENCES),
        "container_name": _STRING,
        "credential_spec": since(3, _mapping(config=since(8, _STRING), file=_STRING, registry=_STRING)),
        "depends_on": Since(((0, _UNIQUE_STRINGS), (NEWER, Either((_UNIQUE_STRINGS, _named(Map(is_open=True))))))),
        "devices": _UNIQUE_STRINGS,
        "dns": _STRING_OR_UNIQUE_STRINGS,
        "dns_search": _STRING_OR_UNIQUE_STRINGS,
        "domainname": _STRING,
        "entrypoint": _STRING_OR_STRINGS,
        "env_file": Since(((0, _STRING_OR_UNIQUE_STRINGS), (NEWER, Either((_STRING, _ENV_FILE))))),
        "environment": _MAP_OR_LIST,
        "expose": List(_STRING_OR_NUMBER, unique=True),
        "external_links": _UNIQUE_STRINGS,
        "extra_hosts": _MAP_OR_LIST,
        "healthcheck": _HEALTHCHECK,
        "hostname": _STRING,
        "image": _STRING,
        "init": since(7, _BOOLEAN),
        "ipc": _STRING,
        "isolation": since(5, _STRING),
        "labels": _MAP_OR_LIST,
        "links": _UNIQUE_STRINGS,
        "logging": _mapping(
            driver=_STRING,
            options=Map(pattern=_SOMETHING, each=Scalar(("string", "number", "null")), is_open=True),
        ),
        "mac_address": _STRING,
        "network_mode": _STRING,
        "networks": Either((_UNIQUE_STRINGS, _named(_SERVICE_NETWORK))),
        "oom_score_adj": since(13, _INTEGER),
        "pid": Scalar(("string", "null")),
        "ports": List(Since(((0, _SHORT_PORT), (2, Either((_SHORT_PORT, _LONG_PORT))))), unique=True),
        "privileged": _BOOLEAN,
        "read_only": _BOOLEAN,
        "restart": _STRING,
        "security_opt": _UNIQUE_STRINGS,
        "shm_size": _STRING_OR_NUMBER,
        "secrets": since(1, _FILE_REFERENCES),
        "sysctls": _MAP_OR_LIST,
        "stdin_open": _BOOLEAN,
        "stop_grace_period": _DURATION,
        "stop_signal": _STRING,
        "tmpfs": _STRING_OR_UNIQUE_STRINGS,
        "tty": _BOOLEAN,
        "ulimits": Map(pattern=re.compile(r"\A[a-z]+\Z"), each=_ULIMIT, is_open=True),
        "user": _STRING,
        "userns_mode": _STRING,
        # Since 3.2 the uniqueness is asked of each item, where it means nothing.
        "volumes": Since(((0, _UNIQUE_STRINGS), (2, List(Either((_STRING, _LONG_VOLUME)))))),
        "working_dir": _STRING,
    },
    extensions=7,
)


def _external(is_open: bool) -> Either:
    return Either((_BOOLEAN, Map({"name": _STRING}, is_open=is_open)))


_NETWORK = Map(
    {
        "name": since(5, _STRING),
        "driver": _STRING,
        "driver_opts": _OPTIONS,
        "ipam": _mapping(
            driver=_STRING,
            config=List(
                _mapping(
                    subnet=_STRING,
                    gateway=since(NEWER, _STRING),
                    ip_range=since(NEWER, _STRING),
                    aux_addresses=since(NEWER, _OPTIONS),
                )
            ),
            options=since(NEWER, _OPTIONS),
        ),
        "external": _external(is_open=False),
        "internal": _BOOLEAN,
        "attachable": since(2, _BOOLEAN),
        "enable_ipv6": since(NEWER, _BOOLEAN),
        "labels": _MAP_OR_LIST,
    },
    extensions=7,
    types=("mapping", "null"),
)
_TOPOLOGIES = List(_mapping(is_open=True, segments=_MAP_OR_LIST))
_MOUNT_VOLUME = _mapping(is_open=True, fs_type=_STRING, mount_flags=_STRINGS)
_CLUSTER_VOLUME = _mapping(
    is_open=True,
    group=_STRING,
    access_mode=_mapping(
        is_open=True, scope=_STRING, sharing=_STRING, block_volume=Map(is_open=True), mount_volume=_MOUNT_VOLUME
    ),
    accessibility_requirements=_mapping(is_open=True, requisite=_TOPOLOGIES, preferred=_TOPOLOGIES),
    capacity_range=_mapping(is_open=True, required_bytes=_STRING, limit_bytes=_STRING),
    availability=_STRING,
)
_VOLUME = Map(
    {
        "name": since(4, _STRING),
        "driver": _STRING,
        "driver_opts": _OPTIONS,
        "external": _external(is_open=False),
        "labels": _MAP_OR_LIST,
        "x-cluster-spec": since(10, _CLUSTER_VOLUME),
    },
    extensions=7,
    types=("mapping", "null"),
)
_FILE_OBJECT: dict[str, Node] = {
    "name": since(5, _STRING),
    "file": _STRING,
    "external": _external(is_open=True),
    "labels": _MAP_OR_LIST,
    "template_driver": since(8, _STRING),
    "environment": since(NEWER, _STRING),
}
_SECRET = Map({**_FILE_OBJECT, "driver": since(8, _STRING), "driver_opts": since(8, _OPTIONS)}, extensions=7)
_CONFIG = Map({**_FILE_OBJECT, "content": since(NEWER, _STRING)}, extensions=7)

FILE = Map(
    {
        "version": _STRING,
        "name": since(NEWER, _STRING),
        "services": _named(SERVICE),
        "networks": _named(_NETWORK, is_open=True),
        "volumes": _named(_VOLUME),
        "secrets": since(1, _named(_SECRET)),
        "configs": since(3, _named(_CONFIG)),
    },
    extensions=4,
)
