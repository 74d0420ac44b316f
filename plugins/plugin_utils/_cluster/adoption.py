# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swarm that was made by hand, as inventory and variables with which site finds nothing to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import families, versions
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Os
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import DISTRIBUTION, SOURCES
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import HIDDEN, texts
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.wishes import MAINTENANCE
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.inventory import address_of, inventory_of
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.reports import Report

Facts = Mapping[str, Any]

# How a host is reached, as far as it is no secret. Arguments for ssh can hold one, so they are not among them.
CONNECTION = (
    "ansible_host",
    "ansible_port",
    "ansible_user",
    "ansible_become",
    "ansible_ssh_private_key_file",
    "ansible_python_interpreter",
)
# What the role docker_engine does to hosts unless it is told otherwise: these hosts are left as they are.
_LEFT_ALONE: Facts = {"docker_engine_log_opts": {}, "docker_engine_kernel_modules": [], "docker_engine_sysctls": {}}

_HOSTS_FILE, _VARIABLES_FILE = "hosts.yml", "group_vars/all.yml"
# Whatever is between these, Ansible takes for a template when it reads the file again.
_TEMPLATES = ("{{", "{%", "{#")


@dataclass
class Adoption:
    """`files` are texts by path, `engines` the variables of docker_engine for each host that was looked at."""

    files: dict[str, str] = field(default_factory=dict)
    engines: dict[str, dict[str, Any]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def adopt(
    swarm: Facts,
    nodes: Sequence[Facts],
    reports: Mapping[str, Report],
    engines: Mapping[str, Facts],
    connections: Mapping[str, Facts],
) -> Adoption:
    """`swarm` as swarm_info returns it, `nodes` as node_info does. Of all hosts that were asked: `reports`, `engines`
    as engine_info returns them, and `connections`, the variables with which they were reached.
    """
    found = Adoption()
    hosts = _names(nodes, reports, found.warnings)
    found.engines = {host: _engine(engines[host]) for host in hosts.values() if (engines.get(host) or {}).get("os")}
    variables = {
        host: {**_reached(node, connections.get(host) or {}), **found.engines.get(host, {})}
        for node, host in ((node, hosts[node["id"]]) for node in nodes)
    }
    found.warnings += _warnings(swarm, nodes, hosts, found.engines)
    shared = _shared(list(variables.values()))
    members = {
        hosts[node["id"]]: {
            **{key: value for key, value in variables[hosts[node["id"]]].items() if key not in shared},
            **_node(node),
        }
        for node in nodes
    }
    found.files = {
        _HOSTS_FILE: _head(swarm["id"]) + _dumped(_groups(nodes, hosts, members)),
        _VARIABLES_FILE: _head(swarm["id"]) + _sections(shared, _settings(swarm)),
    }
    return found


def _names(nodes: Sequence[Facts], reports: Mapping[str, Report], warnings: list[str]) -> dict[str, str]:
    """The host of each NodeID: the one that says that it is the node; the others are named as in an inventory."""
    hosts = {report.node_id: host for host, report in reports.items() if report.node_id}
    others = [node for node in nodes if node["id"] not in hosts]
    named = inventory_of(others)
    warnings += named.warnings
    taken = {*hosts.values()}
    for host, variables in named.hosts.items():
        identity = variables["swarm_node"]["id"]
        hosts[identity] = identity if host in taken else host
    if others:
        listing = ", ".join(hosts[node["id"]] for node in others)
        warnings.append(f"Not asked, or no answer: {listing}. What is written of them is what the managers know.")
    return {node["id"]: hosts[node["id"]] for node in nodes}


def _engine(facts: Facts) -> dict[str, Any]:
    """The Engine as it is: where it came from, whether it is held, and then in which version. A version that is not
    held changes with the host's own upgrades, and site refuses to go back to an older one.
    """
    system, packages = Os(**facts["os"]), facts["packages"]
    source = next((name for name in SOURCES if families.daemon_package(name, system) in packages), "")
    if not source:
        return dict(_LEFT_ALONE)
    runtime = families.family_of(system).runtime if source == DISTRIBUTION else ()
    hold = {*families.engine_packages(source, system), *runtime} <= {*facts["held"]}
    version = versions.upstream(packages[families.daemon_package(source, system)])
    return {
        "docker_engine_source": source,
        "docker_engine_hold": hold,
        **({"docker_engine_version": version} if hold else {}),
        **_LEFT_ALONE,
    }


def _reached(node: Facts, connection: Facts) -> dict[str, Any]:
    address = address_of(node)
    stated = {name: connection[name] for name in CONNECTION if connection.get(name) is not None}
    return {**({"ansible_host": address} if address else {}), **stated}


def _node(node: Facts) -> dict[str, Any]:
    labels = {key: value for key, value in sorted(node["labels"].items()) if key != MAINTENANCE}
    address = address_of(node)
    return {
        **({"swarm_node_advertise_addr": address} if address else {}),
        **({"swarm_node_availability": node["availability"]} if node["availability"] != "active" else {}),
        **({"swarm_node_labels": labels} if labels else {}),
    }


def _settings(swarm: Facts) -> dict[str, Any]:
    """Empty ones are the Engine's own."""
    known = {
        key: value
        for key, value in swarm["settings"].items()
        if value not in (None, [], {}, "") and not _holds_secret(value)
    }
    for name in ("default_addr_pool", "subnet_size", "data_path_port"):
        if swarm[name]:
            known[name] = swarm[name]
    return known


def _holds_secret(value: Any) -> bool:
    """swarm_info hides secrets, and what it hides cannot be written down."""
    return any(HIDDEN in text for text in texts(value))


def _shared(variables: Sequence[Facts]) -> dict[str, Any]:
    """What all hosts have alike."""
    first = variables[0] if variables else {}
    return {
        key: value
        for key, value in first.items()
        if key != "ansible_host" and all(key in other and other[key] == value for other in variables)
    }


def _groups(nodes: Iterable[Facts], hosts: Mapping[str, str], members: Mapping[str, Facts]) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {"manager": {}, "worker": {}}
    for node in nodes:
        host = hosts[node["id"]]
        groups[node["role"]][host] = members[host]
    return {
        "swarm_managers": {"hosts": groups["manager"]},
        "swarm_workers": {"hosts": groups["worker"]},
    }


def _warnings(
    swarm: Facts, nodes: Iterable[Facts], hosts: Mapping[str, str], engines: Mapping[str, Facts]
) -> Iterable[str]:
    foreign = [host for host, found in engines.items() if "docker_engine_source" not in found]
    if foreign:
        yield (
            f"Docker Engine was not installed from packages that the role docker_engine knows: {', '.join(foreign)}. "
            "Site would install them beside it."
        )
    if swarm["settings"].get("autolock"):
        yield (
            "Autolock is on, and the unlock key was not read. Say where it is kept, in "
            "swarm_manager_unlock_key_file: without it, managers that were restarted stay locked."
        )
    secret = sorted(name for name, value in swarm["settings"].items() if _holds_secret(value))
    if secret:
        yield (
            f"Settings of the swarm hold secrets and were not written down: {', '.join(secret)}. "
            "Add them to swarm_manager_settings."
        )
    waiting = [hosts[node["id"]] for node in nodes if MAINTENANCE in node["labels"]]
    if waiting:
        yield f"Out of service for a while, and written down as they are now: {', '.join(waiting)}."


def _head(cluster_id: str) -> str:
    return f"---\n# Swarm {cluster_id} as apiary.swarm.adopt found it. It is yours to edit.\n\n"


def _sections(shared: Facts, settings: Facts) -> str:
    reached = {key: value for key, value in shared.items() if key in CONNECTION}
    alone = {key: value for key, value in shared.items() if key in _LEFT_ALONE}
    engine = {key: value for key, value in shared.items() if key not in (*reached, *alone)}
    parts = (
        ("How hosts are reached.", reached),
        ("Docker Engine. Where it is held, its version is stated, too.", engine),
        ("The role docker_engine would set these up. Take them away to have it do that.", alone),
        ("Settings of the swarm.", {"swarm_manager_settings": settings}),
    )
    return "\n".join(f"# {words}\n{_dumped(content)}" for words, content in parts if content)


class _Literal(str):
    """Text that Ansible must not take for a template."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Lists are indented, as linters want them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(_Literal, lambda dumper, text: dumper.represent_scalar("!unsafe", text[:], style="'"))


def _dumped(content: Any) -> str:
    text: str = yaml.dump(_literal(content), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


def _literal(value: Any) -> Any:
    """Plain data for YAML: values that Ansible has marked in one way or another would not be written."""
    if isinstance(value, Mapping):
        return {_plain(key): _literal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_literal(item) for item in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        text = "".join(value)
        return _Literal(text) if any(mark in text for mark in _TEMPLATES) else text
    kind = next((kind for kind in (bool, int, float) if isinstance(value, kind)), None)
    return kind(value) if kind else value


def remaining(engines: Mapping[str, Facts]) -> list[str]:
    """What site would still do to hosts, in words: `engines` are what engine_info says with the written variables."""
    found = []
    for host, facts in engines.items():
        steps = [f"{step['action']} {step['kind']} {step['name']}" for step in facts.get("plan") or ()]
        if facts.get("failed") or "plan" not in facts:
            steps = [str(facts.get("msg") or "it could not be looked at")]
        if steps:
            found.append(f"{host}: {'; '.join(steps)}")
    return found
