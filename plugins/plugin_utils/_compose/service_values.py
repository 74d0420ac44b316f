# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of a service that need nothing but their value, and how they become the model's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import values
from .gonumbers import INT64_MAX
from .values import Invalid, fields, integer, items, mapping, names, string, string_list, text, unsigned

_UPDATE = fields(
    {
        "parallelism": unsigned,
        "delay": values.duration,
        "failure_action": string,
        "monitor": values.duration,
        "max_failure_ratio": values.ratio,
        "order": string,
    }
)
_GENERIC_RESOURCE = fields({"discrete_resource_spec": fields({"kind": string, "value": integer})})
_RESOURCES = {"cpus": text, "memory": values.size}
_DEPLOY = fields(
    {
        "mode": string,
        "endpoint_mode": string,
        "replicas": unsigned,
        "labels": mapping,
        "update_config": _UPDATE,
        "rollback_config": _UPDATE,
        "resources": fields(
            {
                "limits": fields({**_RESOURCES, "pids": integer}),
                "reservations": fields({**_RESOURCES, "generic_resources": items(_GENERIC_RESOURCE)}),
            }
        ),
        "restart_policy": fields(
            {"condition": string, "delay": values.duration, "max_attempts": unsigned, "window": values.duration}
        ),
        "placement": fields(
            {
                "constraints": string_list,
                "preferences": items(fields({"spread": string})),
                "max_replicas_per_node": unsigned,
            }
        ),
    }
)
_FILE_REFERENCE = fields({"source": string, "target": string, "uid": string, "gid": string, "mode": values.file_mode})
LONG_VOLUME = fields(
    {
        "type": string,
        "source": string,
        "target": string,
        "read_only": values.boolean,
        "consistency": string,
        "bind": fields({"propagation": string}),
        "volume": fields({"nocopy": values.boolean, "subpath": string}),
        "tmpfs": fields({"size": integer, "mode": values.file_mode}),
        "cluster": fields({}),
        "image": fields({"subpath": string}),
    }
)


_ATTACHMENT = fields({"aliases": string_list, "driver_opts": mapping, "ipv4_address": string, "ipv6_address": string})


def _file_references(value: Any) -> Any:
    return items(lambda item: {"source": item} if isinstance(item, str) else _FILE_REFERENCE(item))(value)


def _ulimit(value: Any) -> dict[str, int]:
    limits = value if isinstance(value, dict) else {"soft": value, "hard": value}
    for name in ("soft", "hard"):
        number = limits.get(name)
        if isinstance(number, bool) or not isinstance(number, int) or number > INT64_MAX:
            raise Invalid(f"{name} must be a whole number, got {number!r}")
    return {"soft": limits["soft"], "hard": limits["hard"]}


def _networks(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return dict.fromkeys(string_list(value))
    converted: dict[str, Any] = names(lambda item: None if item is None else _ATTACHMENT(item))(value)
    return converted


CONVERTERS: Mapping[str, values.Converter] = {
    **dict.fromkeys(("image", "hostname", "isolation", "restart", "stop_signal", "user", "working_dir"), string),
    **dict.fromkeys(("init", "read_only", "stdin_open", "tty"), values.boolean),
    **dict.fromkeys(("cap_add", "cap_drop", "dns", "dns_search"), string_list),
    **dict.fromkeys(("labels", "sysctls"), mapping),
    **dict.fromkeys(("command", "entrypoint"), values.command),
    **dict.fromkeys(("secrets", "configs"), _file_references),
    "credential_spec": fields({"config": string, "file": string, "registry": string}),
    "deploy": _DEPLOY,
    "healthcheck": fields(
        {
            "test": values.health_test,
            "disable": values.boolean,
            "retries": unsigned,
            **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), values.duration),
        }
    ),
    "logging": fields({"driver": string, "options": mapping}),
    "networks": _networks,
    "oom_score_adj": integer,
    "stop_grace_period": values.duration,
    "ulimits": names(_ulimit),
}

_BUILD = fields(
    {
        **dict.fromkeys(("context", "dockerfile", "network", "target"), string),
        **dict.fromkeys(("args", "labels"), mapping),
        "cache_from": string_list,
        "extra_hosts": values.extra_hosts,
    }
)
IGNORED: Mapping[str, values.Converter] = {
    "build": lambda value: value if isinstance(value, str) else _BUILD(value),
    **dict.fromkeys(("cgroup_parent", "cgroupns_mode", "container_name", "domainname", "ipc", "mac_address"), string),
    **dict.fromkeys(("network_mode", "pid", "shm_size", "userns_mode"), string),
    **dict.fromkeys(("devices", "external_links", "links", "security_opt", "tmpfs"), string_list),
    "depends_on": lambda value: value if isinstance(value, dict) else string_list(value),
}
"""What a swarm has no use for: looked at, as the CLI does, and left out."""
