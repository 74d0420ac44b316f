# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of all hosts when the checks begin: what they reported, and what the inventory says of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import as_ip, split

Facts = Mapping[str, Any]

# The names under which the role registers results.
LOOK, SENT, HEARD = "__preflight_look", "__preflight_sent", "__preflight_heard"

MANAGER_PORT, GOSSIP_PORT = 2377, 7946


@dataclass(frozen=True)
class Host:
    """`facts` are those of preflight_host, empty where nothing was learned, and `problem` says why then.

    `address` is the one that other hosts have to reach. `zone` is empty where none is stated. `mtu` is what
    docker_engine_mtu says. `probes` and `heard` are
    the results of preflight_probe, None where there are none. `in_play`: it is among the hosts of this run.
    """

    name: str
    manager: bool = False
    facts: Facts = field(default_factory=dict)
    problem: str = ""
    address: str = ""
    data_path_address: str = ""
    zone: str = ""
    mtu: str = ""
    probes: Mapping[str, Facts] | None = None
    heard: Sequence[Facts] | None = None
    in_play: bool = True

    @property
    def engine(self) -> Facts:
        found: Facts = self.facts.get("engine") or {}
        return found

    @property
    def is_member(self) -> bool:
        return self.engine.get("state") not in (None, "", "inactive")


@dataclass(frozen=True)
class Wishes:
    """`pools` are those that a swarm is to be made with, empty for the Engine's own. `clock_tolerance` is in seconds,
    `free_space` in bytes, `free_inodes` in percent.
    """

    pools: Sequence[str] = ()
    data_path_port: int = 4789
    clock_tolerance: float = 5.0
    free_space: int = 5 * 2**30
    free_inodes: float = 5.0


@dataclass(frozen=True)
class Survey:
    """All hosts, in the order of the inventory; a host's place in it is its number in probes."""

    hosts: Sequence[Host]
    wishes: Wishes = Wishes()

    @property
    def known(self) -> list[Host]:
        """Those that reported."""
        return [host for host in self.hosts if host.facts]

    @property
    def data_path_port(self) -> int:
        """That of the swarm, where there is one: it cannot be changed."""
        used = (host.engine.get("data_path_port") for host in self.hosts)
        return next((port for port in used if port), self.wishes.data_path_port)


def collect(
    hostvars: Mapping[str, Facts],
    managers: Sequence[str],
    workers: Sequence[str],
    wishes: Wishes,
    play_hosts: Collection[str] | None = None,
) -> Survey:
    """From the variables of all hosts. Without `play_hosts`, all are in the play."""
    hosts = [
        replace(
            _host(name, name in managers, _variables(hostvars, name)),
            in_play=play_hosts is None or name in play_hosts,
        )
        for name in dict.fromkeys([*managers, *workers])
    ]
    return Survey(hosts, wishes)


def _variables(hostvars: Mapping[str, Facts], name: str) -> Facts:
    if name not in hostvars:  # which would be undefined, not missing
        return {}
    return hostvars[name]


def _host(name: str, manager: bool, variables: Facts) -> Host:
    look = _result(variables, LOOK)
    facts, problem = look.get("facts") or {}, _problem(look)
    if facts and not facts["root"]:
        # What an ordinary user cannot see would be taken for what is not there.
        facts, problem = {}, "read as an ordinary user"
    sent, heard = _result(variables, SENT), _result(variables, HEARD)
    address = _address(facts, str(variables.get("swarm_node_advertise_addr") or ""))
    data_path = str(variables.get("swarm_node_data_path_addr") or "")
    labels = variables.get("swarm_node_labels")
    zone = variables.get("preflight_zone") or (labels.get("zone") if isinstance(labels, Mapping) else "")
    return Host(
        name=name,
        manager=manager,
        facts=facts,
        problem="" if facts else problem,
        address=address,
        data_path_address=_stated(facts, data_path) or address,
        zone=str(zone or ""),
        mtu=str(variables.get("docker_engine_mtu") or ""),
        probes=_probes(sent),
        heard=heard.get("heard"),
    )


def _result(variables: Facts, name: str) -> Facts:
    found = variables.get(name)
    return found if isinstance(found, Mapping) else {}


def _problem(look: Facts) -> str:
    if not look:
        return "was not asked, or failed before in this run"
    words = str(look.get("msg") or look.get("module_stderr") or "did not answer").strip()
    return words.splitlines()[0] if words else "did not answer"


def _address(facts: Facts, wished: str) -> str:
    """As the Engine would choose it: what is stated, what it has, the address of the interface to everywhere."""
    if not facts:
        return ""
    interface = facts.get("default_interface") or ""
    return _stated(facts, wished) or (facts.get("engine") or {}).get("node_address") or _of_interface(facts, interface)


def _stated(facts: Facts, wished: str) -> str:
    """An address is itself (without a port), the name of an interface stands for its address."""
    host, _port = split(wished)
    address = as_ip(host)
    return str(address) if address is not None else _of_interface(facts, host)


def _of_interface(facts: Facts, interface: str) -> str:
    """IPv4 first, as the Engine prefers it."""
    found = [str(item["address"]) for item in facts.get("addresses") or [] if item["interface"] == interface]
    return next((address for address in found if ":" not in address), found[0] if found else "")


def targets(survey: Survey) -> list[dict[str, Any]]:
    """Whom to probe at which ports, as preflight_probe takes it; those that hosts have no address for are left out.

    A host whose data path has an address of its own is there twice.
    """
    found = []
    for host in survey.known:
        ports = {
            "tcp": [*([MANAGER_PORT] if host.manager else []), GOSSIP_PORT],
            "udp": [GOSSIP_PORT],
            "full": 0,
        }
        data_path = {"tcp": [], "udp": [survey.data_path_port], "full": survey.data_path_port}
        if host.data_path_address == host.address:
            data_path.update(tcp=ports["tcp"], udp=[GOSSIP_PORT, survey.data_path_port])
        elif host.address:
            found.append({"host": host.name, "address": host.address, **ports})
        if host.data_path_address:
            found.append({"host": host.name, "address": host.data_path_address, **data_path})
    return found


def _probes(sent: Facts) -> dict[str, Facts] | None:
    """What became of the probes to each host."""
    if "probes" not in sent:
        return None
    found: dict[str, dict[str, Any]] = {}
    for probe in sent["probes"]:
        known = found.setdefault(probe["host"], {"tcp": {}, "udp": {}, "mtu": 0})
        known["tcp"].update(probe["tcp"])
        known["udp"].update(probe["udp"])
        known["mtu"] = max(known["mtu"], probe["mtu"])
    return dict(found)
