# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be of one host only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import CLUSTER, FAIL, SKIPPED, WARN, Finding
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Host, Survey


def reached(survey: Survey) -> Iterator[Finding]:
    for host in survey.hosts:
        if not host.in_play:
            yield Finding(host.name, "not among the hosts of this run", SKIPPED)
        elif not host.facts:
            advice = "Make it reachable for Ansible, with become: true, or leave it out of the run."
            yield Finding(host.name, host.problem, FAIL, advice)
        else:
            yield Finding(host.name, "reached")


def node_ids(survey: Survey) -> Iterator[Finding]:
    return _unique(
        survey,
        lambda host: str(host.engine.get("node_id") or ""),
        "They are one host, or copies of one. Let all but one leave the swarm (docker swarm leave --force).",
    )


def machine_ids(survey: Survey) -> Iterator[Finding]:
    yield from _unique(
        survey,
        lambda host: str(host.facts.get("machine_id") or ""),
        "They are copies of one machine. Empty /etc/machine-id on all but one and run systemd-machine-id-setup there.",
    )
    for host in survey.known:
        if not host.facts.get("machine_id"):
            yield Finding(host.name, "/etc/machine-id is empty or missing", WARN, "Run systemd-machine-id-setup.")


def host_names(survey: Survey) -> Iterator[Finding]:
    """Swarm allows equal names; people and constraints by node.hostname do not get along with them."""
    yield from _unique(
        survey,
        lambda host: str(host.facts.get("hostname") or ""),
        "Nodes could not be told apart. Give each its own name (hostnamectl hostname).",
    )


def addresses(survey: Survey) -> Iterator[Finding]:
    yield from _unique(
        survey,
        lambda host: host.address,
        "They are one host, or cannot reach one another. State swarm_node_advertise_addr.",
    )
    for host in survey.known:
        own = {item["address"] for item in host.facts.get("addresses") or []}
        if not host.address:
            yield Finding(host.name, "no address was found", FAIL, "State swarm_node_advertise_addr.")
        elif own and host.address not in own:
            yield Finding(
                host.name,
                f"{host.address} is on none of its interfaces",
                WARN,
                "Behind address translation, overlay networks work only where peers reach each other both ways, and "
                "encrypted ones do not. State swarm_node_listen_addr.",
            )
        wished = host.engine.get("node_address")
        if wished and host.address and wished != host.address:
            yield Finding(
                host.name,
                f"advertises {wished}, not {host.address}",
                WARN,
                "An address is set when a node joins: let it leave and join again.",
            )


def _unique(survey: Survey, key: Callable[[Host], str], advice: str) -> Iterator[Finding]:
    seen: dict[str, list[str]] = {}
    for host in survey.known:
        if key(host):
            seen.setdefault(key(host), []).append(host.name)
    repeated = {value: hosts for value, hosts in seen.items() if len(hosts) > 1}
    for value, hosts in repeated.items():
        yield Finding(", ".join(hosts), f"all have {value}", FAIL, advice)
    if seen and not repeated:
        yield Finding(CLUSTER, f"{len(seen)} different")
