# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Engines that are there already: whether they answer, get along with each other, and can be in a swarm."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import daemon
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.versions import numbers
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import CLUSTER, FAIL, WARN, Finding
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Host, Survey

Version = tuple[int, ...]

_OLDEST = (20, 10)
# Engines from 29.0.0 up to 29.2.0 number the keys of encrypted overlay networks differently from all others
# (moby issue 51798, corrected in 29.2.1).
_OTHER_KEYS = ((29, 0), (29, 2, 1))
# Encrypted overlay networks let unencrypted packets in (CVE-2023-28840), corrected in 20.10.24 and 23.0.3.
_LEAKY = (((0,), (20, 10, 24)), ((23,), (23, 0, 3)))
# Tasks fail whose image is pulled without a login from a registry that asks for one (corrected in 29.7.0).
_PULLS = ((29, 6), (29, 7))


def answers(survey: Survey) -> Iterator[Finding]:
    for host in survey.known:
        engine = host.engine
        if engine.get("problem"):
            yield Finding(host.name, f"does not answer: {engine['problem']}", FAIL, "Look at journalctl -u docker.")
        elif engine.get("running"):
            yield Finding(host.name, f"{engine['version']}, swarm: {engine['state'] or 'inactive'}")
        else:
            yield Finding(host.name, "none runs")


def versions(survey: Survey) -> Iterator[Finding]:
    found: dict[str, list[str]] = {}
    for host in survey.known:
        if host.engine.get("version"):
            found.setdefault(str(host.engine["version"]), []).append(host.name)
    words = "; ".join(f"{version} on {', '.join(hosts)}" for version, hosts in found.items())
    encrypted = any(item["encrypted"] for host in survey.known for item in host.engine.get("networks") or [])
    parsed = {version: numbers(version) for version in found}
    mixed_keys = {_within(version, _OTHER_KEYS) for version in parsed.values()} == {True, False}
    for text, version in parsed.items():
        yield from _alone(text, version, found[text], encrypted)
    if mixed_keys:
        yield Finding(
            CLUSTER,
            words,
            FAIL if encrypted else WARN,
            "Encrypted overlay networks carry nothing between 29.0.0 to 29.2.0 and others. Use 29.2.1 or newer.",
        )
    elif len(found) > 1:
        yield Finding(CLUSTER, words, WARN, "Bring all to one version: mixed ones are for the time of an upgrade.")
    elif found:
        yield Finding(CLUSTER, words)


def _alone(text: str, version: Version, hosts: list[str], encrypted: bool) -> Iterator[Finding]:
    where = ", ".join(hosts)
    if version and version < _OLDEST:
        yield Finding(where, text, FAIL, "Upgrade it: the collection needs 20.10 or newer.")
    if encrypted and any(_within(version, span) for span in _LEAKY):
        advice = (
            "Upgrade to 20.10.24, 23.0.3 or newer: encrypted networks accept packets that are not (CVE-2023-28840)."
        )
        yield Finding(where, text, WARN, advice)
    if _within(version, _PULLS):
        yield Finding(where, text, WARN, "Upgrade to 29.7.0 or newer: tasks fail where a registry asks for a login.")


def _within(version: Version, span: tuple[Version, Version]) -> bool:
    return bool(version) and span[0] <= version < span[1]


def settings(survey: Survey) -> Iterator[Finding]:
    """What an Engine refuses to be in a swarm with (moby daemon/config/config_linux.go)."""
    for host in survey.known:
        wrong = list(_wrong_settings(host))
        yield from wrong or [Finding(host.name, "nothing in the way of a swarm")]


def _wrong_settings(host: Host) -> Iterator[Finding]:
    content = host.facts.get("daemon_json") or {}
    if content.get("problem"):
        advice = "Correct the file: an Engine does not start with it."
        yield Finding(host.name, f"daemon.json cannot be read: {content['problem']}", FAIL, advice)
    refused = daemon.refused(content)
    if "live-restore" in refused or host.engine.get("live_restore"):
        advice = "Take live-restore out of daemon.json: an Engine with it cannot be in a swarm."
        yield Finding(host.name, "live-restore is on", FAIL, advice)
    if "firewall-backend" in refused:
        advice = "Use iptables, or the feature swarm-nftables (experimental, since 29.6)."
        yield Finding(host.name, "firewall-backend is nftables", FAIL, advice)


def standalone(survey: Survey) -> Iterator[Finding]:
    """Agents, managers and settings of the Swarm that ran in containers, before Engine 1.12."""
    for host in survey.known:
        keys = [key for key in daemon.STANDALONE if key in (host.facts.get("daemon_json") or {})]
        containers = host.engine.get("standalone") or []
        if keys:
            advice = "Take them out of daemon.json: Engines from 23.0 on do not start with them."
            yield Finding(host.name, f"daemon.json has {', '.join(keys)}", FAIL, advice)
        if containers:
            advice = "Remove them (docker rm --force): their swarm is not that of the Engine, and they hold its ports."
            yield Finding(host.name, f"containers of the image swarm: {', '.join(containers)}", WARN, advice)
        if not keys and not containers:
            yield Finding(host.name, "nothing left of it")


def ports(survey: Survey) -> Iterator[Finding]:
    """The ports of Swarm belong to its Engine, or to nobody."""
    for host in survey.known:
        strangers = [item for item in host.facts.get("ports") or [] if _is_strange(survey, host, item)]
        for item in strangers:
            advice = f"Stop {item['owner']}, or let it use another port."
            if item["port"] == survey.data_path_port and item["owner"] == "kernel":
                advice = (
                    "Another VXLAN uses it (VMware NSX, Proxmox, flannel). Make the swarm with another data_path_port; "
                    "it can be set only at init."
                )
            yield Finding(host.name, f"{item['port']}/{item['protocol']} is taken by {item['owner']}", FAIL, advice)
        if not strangers:
            yield Finding(host.name, "the Engine's, or free")


# The second is the listener of an earlier run that was interrupted.
_OURS = ("dockerd", "swarm-preflight")
_PROTOCOLS = {2377: ("tcp",), 7946: ("tcp", "udp")}


def _is_strange(survey: Survey, host: Host, item: dict[str, object]) -> bool:
    if item["port"] == 2377 and not host.manager and not host.is_member:
        return False  # only managers listen there
    protocols = _PROTOCOLS.get(int(str(item["port"])), ("udp",) if item["port"] == survey.data_path_port else ())
    if item["protocol"] not in protocols or item["owner"] in _OURS:
        return False
    return not (item["owner"] == "kernel" and host.is_member)  # the socket of its overlay networks
