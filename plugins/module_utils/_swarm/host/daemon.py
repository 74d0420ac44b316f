# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""daemon.json: what it will hold, what it must not hold on a host that is to be in a swarm, what takes effect how."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import shown

PATH = "/etc/docker/daemon.json"

Content = Mapping[str, Any]

# Which keys cannot be as they are, and why: moby daemon/config/config_linux.go refuses live-restore in a swarm; those
# of the stand-alone Swarm of old are refused since Engine 23.0 and meant another cluster before; the rules of overlay
# networks are not written to nftables (moby daemon/cluster.go), except with an experimental feature from 29.6 on.
STANDALONE = ("cluster-store", "cluster-store-opts", "cluster-advertise")
_STANDALONE = "it belongs to the old stand-alone Swarm, and engines from 23.0 on do not start with it"
_NFTABLES = "swarm-nftables"


def _always(content: Content, key: str) -> bool:
    return True


def _is_true(content: Content, key: str) -> bool:
    return bool(content[key])


def _is_nftables(content: Content, key: str) -> bool:
    features = content.get("features")
    return content[key] == "nftables" and not (isinstance(features, Mapping) and features.get(_NFTABLES))


_REFUSED: Mapping[str, tuple[Callable[[Content, str], bool], str]] = {
    "live-restore": (_is_true, "an engine with live-restore cannot be in a swarm"),
    **dict.fromkeys(STANDALONE, (_always, _STANDALONE)),
    "firewall-backend": (_is_nftables, f"an engine with it cannot be in a swarm without the feature {_NFTABLES}"),
}

# The keys that refused() looks at.
WEIGHED = (*_REFUSED, "features")

# What an Engine takes over while it runs (moby daemon/reload.go). The second group goes back to the defaults when it is
# taken out of the file; of the first, the running Engine keeps the value then.
_RELOADED_WHEN_SET = {"debug", "labels", "insecure-registries", "registry-mirrors", "shutdown-timeout"}
_RELOADED = {"max-concurrent-downloads", "max-concurrent-uploads", "max-download-attempts"}


def merged(present: Content, wish: Content, log_opts: Content) -> dict[str, Any]:
    """What the file will hold: keys of the wish replace those of the file whole, null takes a key away, others stay.

    `log_opts` are for the driver json-file, and only where neither the wish nor the file says anything about logs.
    Raises SwarmError for what breaks Swarm, whether it comes from the wish or is in the file.
    """
    result = {key: value for key, value in {**present, **wish}.items() if value is not None}
    if log_opts and not {"log-driver", "log-opts"} & {*result, *wish}:
        result.update({"log-driver": "json-file", "log-opts": {key: str(value) for key, value in log_opts.items()}})
    for key, reason in refused(result).items():
        _refuse(key, result[key], wish, reason)
    problem = pool_problem(result.get("default-address-pools"))
    if problem:
        _refuse("default-address-pools", result["default-address-pools"], wish, problem)
    return result


def refused(content: Content) -> dict[str, str]:
    """The keys of a content that rule out a swarm, and why."""
    return {key: reason for key, (is_so, reason) in _REFUSED.items() if key in content and is_so(content, key)}


def _refuse(key: str, value: Any, wish: Content, reason: str) -> None:
    said = f"{key}: {json.dumps(shown(value))}"
    if key in wish:
        raise SwarmError(
            f"docker_engine_daemon has {said}, but {reason}.",
            f"Nothing was changed. Remove or correct {key} in docker_engine_daemon.",
        )
    raise SwarmError(
        f"{PATH} has {said}, but {reason}.",
        f"Nothing was changed. Set {key} to null in docker_engine_daemon to have it removed.",
    )


def pool_problem(pools: Any) -> str:
    """What is wrong with `default-address-pools`, a list of {base: subnet, size: prefix length}; empty when all is."""
    networks: list[Any] = []
    if pools is None:
        return ""
    if not isinstance(pools, list):
        return "it is no list"
    for pool in pools:
        if not isinstance(pool, Mapping) or not {"base", "size"} <= set(pool):
            return f"{json.dumps(pool)} does not have base and size"
        try:
            network = ipaddress.ip_network(str(pool["base"]), strict=False)
        except ValueError as problem:
            return str(problem)
        size = pool["size"] if isinstance(pool["size"], int) else -1
        if not network.prefixlen <= size <= network.max_prefixlen:
            return f"networks of size {json.dumps(pool['size'])} do not fit into {network}"
        for other in networks:
            if network.version == other.version and network.overlaps(other):
                return f"{network} overlaps {other}"
        networks.append(network)
    return ""


def is_reloadable(present: Content, content: Content) -> bool:
    """Whether a running Engine takes over all that differs, so that it need not be restarted."""
    changed = {key for key in {*present, *content} if present.get(key) != content.get(key)}
    return all(key in _RELOADED or (key in _RELOADED_WHEN_SET and key in content) for key in changed)


def text_of(content: Content) -> str:
    """The file for a content."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
