# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts reach which, port by port, both ways: what the probes have shown."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import CLUSTER, FAIL, SKIPPED, WARN, Finding
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import (
    GOSSIP_PORT,
    MANAGER_PORT,
    Host,
    Survey,
)

OPEN = "open"
NOT_RECEIVED = "not received"
UNKNOWN = ""  # there was no probe


def manager_port(survey: Survey) -> Iterator[Finding]:
    return _found(survey, "tcp", MANAGER_PORT, "every node connects to the managers there")


def gossip_tcp(survey: Survey) -> Iterator[Finding]:
    return _found(survey, "tcp", GOSSIP_PORT, "nodes exchange the state of networks there")


def gossip_udp(survey: Survey) -> Iterator[Finding]:
    return _found(survey, "udp", GOSSIP_PORT, "nodes look after one another there")


def data_path(survey: Survey) -> Iterator[Finding]:
    return _found(survey, "udp", survey.data_path_port, "overlay networks are carried there")


def translated(survey: Survey) -> Iterator[Finding]:
    """Datagrams that came from another address than the sender has."""
    if len(survey.known) < 2:
        return
    clean = True
    for number, sender in enumerate(survey.hosts):
        own = {item["address"] for item in sender.facts.get("addresses") or []}
        seen = {item["source"] for host in survey.hosts for item in host.heard or () if item["sender"] == number}
        strange = sorted(source for source in seen if own and source not in own)
        if strange:
            clean = False
            yield Finding(
                sender.name,
                f"others see it as {', '.join(strange)}",
                WARN,
                "There is address translation on the way, and encrypted overlay networks do not work across it.",
            )
    if not any(host.heard for host in survey.hosts):
        yield Finding(CLUSTER, "no probe came", SKIPPED)
    elif clean:
        yield Finding(CLUSTER, "others see each host as it is")


def matrix(survey: Survey) -> dict[str, dict[str, dict[str, str]]]:
    """For each port: from which host, to which host, with what result."""
    kinds = [("tcp", MANAGER_PORT), ("tcp", GOSSIP_PORT), ("udp", GOSSIP_PORT), ("udp", survey.data_path_port)]
    return {
        f"{port}/{protocol}": {
            sender.name: {
                receiver.name: result(survey, sender, receiver, protocol, port) or "unknown"
                for receiver in _receivers(survey, port)
                if receiver is not sender
            }
            for sender in survey.hosts
        }
        for protocol, port in kinds
    }


def result(survey: Survey, sender: Host, receiver: Host, protocol: str, port: int) -> str:
    """OPEN, UNKNOWN, or why not."""
    probe = (sender.probes or {}).get(receiver.name)
    if probe is None:
        return UNKNOWN
    attempt = str(probe[protocol].get(str(port), UNKNOWN))
    if protocol == "tcp" or attempt != "sent":
        return attempt
    if receiver.heard is None:
        return UNKNOWN
    number = list(survey.hosts).index(sender)
    came = any(item["sender"] == number and item["port"] == port for item in receiver.heard)
    return OPEN if came else NOT_RECEIVED


def _receivers(survey: Survey, port: int) -> list[Host]:
    return [host for host in survey.hosts if host.manager or port != MANAGER_PORT]


def _found(survey: Survey, protocol: str, port: int, purpose: str) -> Iterator[Finding]:
    """A finding for each host that is not reached by all, and one for all pairs that were tried with success."""
    good = 0
    for receiver in _receivers(survey, port):
        reasons: dict[str, list[str]] = {}
        for sender in survey.hosts:
            if sender is not receiver and sender.facts and receiver.facts:
                reasons.setdefault(result(survey, sender, receiver, protocol, port), []).append(sender.name)
        good += len(reasons.pop(OPEN, []))
        unknown = reasons.pop(UNKNOWN, [])
        if reasons:
            found = "; ".join(f"not reached from {', '.join(names)}: {reason}" for reason, names in reasons.items())
            where = f"on {receiver.name} to these hosts (role swarm_firewall), and on the way"
            advice = f"Open {port}/{protocol} {where}: {purpose}."
            yield Finding(receiver.name, found, FAIL, advice)
        if unknown:
            yield Finding(receiver.name, f"not tried from {', '.join(unknown)}", SKIPPED)
    if good:
        yield Finding(CLUSTER, f"{good} pair{'' if good == 1 else 's'} reached")
