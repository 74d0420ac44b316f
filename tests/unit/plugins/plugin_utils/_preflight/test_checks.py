# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check, with every verdict that its page promises: one thing is wrong with healthy hosts, and it is found."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.checks import CHECKS, run
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import FAIL, OK, SKIPPED, WARN

from tests.unit.meta.project import ROLES, load
from tests.unit.plugins.plugin_utils._preflight.hosts import (
    DAY,
    DELETED,
    ENCRYPTED,
    MEMBER,
    NOW,
    survey,
    verdicts,
)

(ROLE,) = (path for path in ROLES if path.name == "preflight")
ALL = "all hosts"
HEARD = "__preflight_heard.heard"


def certificate(begin, end):
    return {"facts.certificate": {"not_before": NOW + begin * DAY, "not_after": NOW + end * DAY}}


def engine(**fields):
    return {"facts.engine": {**MEMBER, **fields}}


def port(number, protocol, owner):
    return {"facts.ports": [{"port": number, "protocol": protocol, "owner": owner}]}


# Check, what is wrong, where it is said, verdict, and words that are said there.
CASES = [
    ("reached", {}, "m0", OK, "reached"),
    ("reached", {"m1": {"__preflight_look": {"unreachable": True, "msg": "No route\nto it"}}}, "m1", FAIL, "No route"),
    ("reached", {"m1": {"__preflight_look": {}}}, "m1", FAIL, "not asked"),
    ("reached", {"m1": {"__preflight_look": {"module_stderr": "no python"}}}, "m1", FAIL, "no python"),
    ("reached", {"m1": {"facts.root": False}}, "m1", FAIL, "read as an ordinary user"),
    ("zones", {}, ALL, None, ""),
    ("zones", {f"m{n}": {"preflight_zone": zone} for n, zone in enumerate("abc")}, ALL, OK, "1 in zone a"),
    ("zones", {f"m{n}": {"preflight_zone": zone} for n, zone in enumerate("aab")}, ALL, WARN, "When zone a fails"),
    ("zones", {"m0": {"swarm_node_labels": {"zone": "a"}}}, ALL, WARN, "no zone is stated for m1, m2"),
    ("node_id", {}, ALL, None, ""),
    ("node_id", {"m0": engine(node_id="x"), "w3": engine(node_id="y")}, ALL, OK, "2 different"),
    ("node_id", {"m0": engine(node_id="x"), "w3": engine(node_id="x")}, "m0, w3", FAIL, "all have x"),
    ("machine_id", {}, ALL, OK, "4 different"),
    ("machine_id", {"m1": {"facts.machine_id": f"{0:032x}"}}, "m0, m1", FAIL, "systemd-machine-id-setup"),
    ("machine_id", {"m1": {"facts.machine_id": ""}}, "m1", WARN, "empty"),
    ("hostname", {}, ALL, OK, "4 different"),
    ("hostname", {"m1": {"facts.hostname": "host0"}}, "m0, m1", FAIL, "all have host0"),
    ("address", {}, ALL, OK, "4 different"),
    ("address", {"m1": {"swarm_node_advertise_addr": "192.0.2.11"}}, "m0, m1", FAIL, "all have 192.0.2.11"),
    ("address", {"m1": {"facts.default_interface": ""}}, "m1", FAIL, "no address"),
    ("address", {"m1": {"swarm_node_advertise_addr": "203.0.113.7"}}, "m1", WARN, "on none of its interfaces"),
    (
        "address",
        {"m1": {**engine(node_address="192.0.2.99"), "swarm_node_advertise_addr": "eth0"}},
        "m1",
        WARN,
        "advertises 192.0.2.99, not 192.0.2.12",
    ),
    ("clock", {}, "m0", OK, "off the controller"),
    ("clock", {"m1": {"facts.clock.now": NOW - 90}}, "m1", FAIL, "-90.5 s (within 0.5 s)"),
    ("clock", {"m1": {"facts.clock.now": NOW + 90}}, "m1", FAIL, "+89.5 s (within 0.5 s)"),
    ("clock", {"m1": {"facts.clock.now": NOW - 3}}, "m1", WARN, "-3.5 s"),
    ("clock", {"m1": {"facts.clock.now": NOW - 3, "wish.clock_tolerance": 2}}, "m1", FAIL, "-3.5 s"),
    ("clock", {"m1": {"facts.clock.now": NOW - 90, "facts.clock.asked": NOW - 95}}, "m1", OK, ""),  # it took that long
    ("clock", {"m1": {"facts.clock.synchronised": False}}, "m1", WARN, "nothing keeps it right"),
    ("clock", {"m1": {"facts.clock.synchronised": None}}, "m1", OK, ""),
    ("clock", {"all": {"facts.clock.now": NOW + 90}}, ALL, WARN, "the controller is off by -89.5 s"),
    ("clock", {"all": {"facts.clock.now": NOW + 90}}, "m0", OK, ""),
    ("clock", {"m1": {"facts.clock": {}}}, "m1", SKIPPED, "not read"),
    ("engine", {}, "m0", OK, "none runs"),
    ("engine", {"m0": engine()}, "m0", OK, "26.1.5, swarm: active"),
    ("engine", {"m0": engine(problem="timed out")}, "m0", FAIL, "timed out"),
    ("engine_version", {}, ALL, None, ""),
    ("engine_version", {"all": engine()}, ALL, OK, "26.1.5 on m0, m1, m2, w3"),
    ("engine_version", {"all": engine(), "m1": engine(version="20.10.24+dfsg1")}, ALL, WARN, "20.10.24+dfsg1 on m1"),
    ("engine_version", {"m1": engine(version="19.03.15")}, "m1", FAIL, "20.10 or newer"),
    ("engine_version", {"m0": engine(version="28.5.2"), "m1": engine(version="29.2.0")}, ALL, WARN, "29.2.1 or newer"),
    (
        "engine_version",
        {"m0": engine(version="28.5.2", networks=[ENCRYPTED]), "m1": engine(version="29.2.0")},
        ALL,
        FAIL,
        "29.2.1 or newer",
    ),
    (
        "engine_version",
        {"m0": engine(version="28.5.2", networks=[ENCRYPTED]), "m1": engine(version="29.2.1")},
        ALL,
        WARN,
        "one version",
    ),
    ("engine_version", {"m0": engine(version="29.0.0", networks=[ENCRYPTED])}, ALL, OK, "29.0.0 on m0"),
    ("engine_version", {"m0": engine(version="23.0.2", networks=[ENCRYPTED])}, "m0", WARN, "CVE-2023-28840"),
    ("engine_version", {"m0": engine(version="20.10.5", networks=[ENCRYPTED])}, "m0", WARN, "CVE-2023-28840"),
    ("engine_version", {"m0": engine(version="23.0.3", networks=[ENCRYPTED])}, ALL, OK, ""),
    ("engine_version", {"m0": engine(version="29.6.1")}, "m0", WARN, "29.7.0"),
    ("engine_version", {"m0": engine(version="dev")}, ALL, OK, "dev on m0"),
    ("engine_settings", {}, "m0", OK, ""),
    ("engine_settings", {"m0": {"facts.daemon_json.live-restore": True}}, "m0", FAIL, "live-restore"),
    ("engine_settings", {"m0": {"facts.daemon_json.live-restore": False}}, "m0", OK, ""),
    ("engine_settings", {"m0": engine(live_restore=True)}, "m0", FAIL, "live-restore"),
    ("engine_settings", {"m0": {"facts.daemon_json.problem": "line 1"}}, "m0", FAIL, "line 1"),
    ("engine_settings", {"m0": {"facts.daemon_json.firewall-backend": "nftables"}}, "m0", FAIL, "nftables"),
    (
        "engine_settings",
        {"m0": {"facts.daemon_json": {"firewall-backend": "nftables", "features": {"swarm-nftables": True}}}},
        "m0",
        OK,
        "",
    ),
    ("standalone_swarm", {}, "m0", OK, ""),
    ("standalone_swarm", {"m0": {"facts.daemon_json.cluster-store": "consul://x"}}, "m0", FAIL, "cluster-store"),
    ("standalone_swarm", {"m0": engine(standalone=["agent"])}, "m0", WARN, "agent"),
    ("port_owner", {}, "m0", OK, ""),
    ("port_owner", {"m0": port(2377, "tcp", "dockerd")}, "m0", OK, ""),
    ("port_owner", {"m0": port(7946, "udp", "swarm-preflight")}, "m0", OK, ""),
    ("port_owner", {"m0": port(7946, "tcp", "consul")}, "m0", FAIL, "7946/tcp is taken by consul"),
    ("port_owner", {"m0": port(2377, "tcp", "nginx")}, "m0", FAIL, "Stop nginx"),
    ("port_owner", {"w3": port(2377, "tcp", "nginx")}, "w3", OK, ""),
    ("port_owner", {"m0": port(4789, "tcp", "nginx")}, "m0", OK, ""),
    ("port_owner", {"m0": port(4789, "udp", "kernel")}, "m0", FAIL, "VMware NSX"),
    ("port_owner", {"m0": {**engine(), **port(4789, "udp", "kernel")}}, "m0", OK, ""),
    ("port_owner", {"m0": {**port(4789, "udp", "kernel"), "wish.data_path_port": 5789}}, "m0", OK, ""),
    ("manager_port", {}, ALL, OK, "9 pairs"),
    ("manager_port", {"w3": {"__preflight_sent.probes.0.tcp.2377": "refused"}}, "m0", FAIL, "from w3: refused"),
    ("manager_port", {"w3": {"__preflight_sent": {}}}, "m0", SKIPPED, "not tried from w3"),
    ("gossip_tcp", {}, ALL, OK, "12 pairs"),
    ("gossip_tcp", {"m1": {"__preflight_sent.probes.2.tcp.7946": "timeout"}}, "w3", FAIL, "from m1: timeout"),
    ("gossip_tcp", {"m1": {"__preflight_look": {}}}, ALL, OK, "6 pairs"),
    ("gossip_udp", {}, ALL, OK, "12 pairs"),
    ("gossip_udp", {"m1": {HEARD: []}}, "m1", FAIL, "not reached from m0, m2, w3: not received"),
    ("gossip_udp", {"m1": {f"{HEARD}.0.port": 1}}, "m1", FAIL, "not reached from m0: not received"),
    ("gossip_udp", {"m1": {"__preflight_heard": {}}}, "m1", SKIPPED, "not tried from m0, m2, w3"),
    ("gossip_udp", {"m0": {"__preflight_sent.probes.0.udp.7946": "no route to host"}}, "m1", FAIL, "m0: no route"),
    ("data_path", {}, ALL, OK, "12 pairs"),
    ("data_path", {"m1": {HEARD: []}}, "m1", FAIL, "Open 4789/udp on m1"),
    ("data_path", {"all": {"wish.data_path_port": 5789}}, "m1", SKIPPED, "not tried"),
    ("translation", {}, ALL, OK, ""),
    ("translation", {"m1": {f"{HEARD}.0.source": "203.0.113.1"}}, "m0", WARN, "203.0.113.1"),
    ("translation", {"all": {HEARD: []}}, ALL, SKIPPED, "no probe"),
    ("addr_pool", {}, "m0", OK, ""),
    ("addr_pool", {"m0": {"facts.routes": None}}, "m0", SKIPPED, "iproute2"),
    ("addr_pool", {"all": {"wish.pools": ["192.0.0.0/16"]}}, "m0", FAIL, "192.0.0.0/16 overlaps"),
    ("addr_pool", {"all": {"wish.pools": ["172.30.0.0/16"]}}, "m0", OK, ""),
    ("addr_pool", {"all": {"wish.pools": ["172.30.0.0/33"]}}, ALL, FAIL, "172.30.0.0/33 is no network"),
    ("addr_pool", {"m0": {"facts.routes.0.destination": "10.0.9.0/24"}}, "m0", FAIL, "10.0.0.0/16 overlaps"),
    ("addr_pool", {"m0": {"facts.routes.0.destination": "10.9.0.0/16"}}, "m0", WARN, "10.0.0.0/8 overlaps"),
    ("addr_pool", {"m0": {"facts.routes.0.destination": "0.0.0.0/1"}}, "m0", OK, ""),
    ("addr_pool", {"m0": {"facts.routes.0.destination": "fd00::/8"}}, "m0", OK, ""),
    (
        "addr_pool",
        {"all": engine(), "w3": {**engine(), "facts.routes.0.destination": "10.0.0.128/25"}},
        "w3",
        FAIL,
        "10.0.0.0/24 overlaps",
    ),
    (
        "addr_pool",
        {"all": engine(pools=["10.0.0.0/8"]), "w3": {"facts.routes.0.destination": "10.0.9.0/24"}},
        "w3",
        WARN,
        "cannot be changed",
    ),
    ("mtu", {}, "m0", OK, "1500"),
    ("mtu", {"m0": {"facts.addresses.0.mtu": 1400}}, "m0", WARN, "driver.mtu: 1400"),
    ("mtu", {"m0": {"facts.addresses.0.mtu": 1400}}, "m1", WARN, "1500, where others have 1400"),
    ("mtu", {"all": {"facts.addresses.0.mtu": 1400, "docker_engine_mtu": "auto"}}, "m0", OK, "made for 1400"),
    ("mtu", {"all": {"facts.addresses.0.mtu": 1400, "docker_engine_mtu": 1300}}, "m0", OK, "made for 1300"),
    ("mtu", {"all": {"facts.addresses.0.mtu": 1400, "docker_engine_mtu": "1500"}}, "m0", WARN, "made for 1500"),
    ("mtu", {"all": {"facts.addresses.0.mtu": 9000, "docker_engine_mtu": "auto"}}, "m0", OK, "made for 9000"),
    # An Engine that runs was not told, whatever is wished.
    (
        "mtu",
        {"m0": {"facts.addresses.0.mtu": 1400, "docker_engine_mtu": "auto", **engine()}},
        "m0",
        WARN,
        "docker_engine_mtu to 1400",
    ),
    ("mtu", {"all": {"facts.addresses.0.mtu": 1400, "facts.daemon_json.overlay_mtu": 1400}}, "m0", OK, "1400"),
    ("mtu", {"m0": {"facts.addresses.0.mtu": 9000}}, "m0", WARN, "9000, where others have 1500"),
    ("mtu", {"m1": {f"{HEARD}.1.full": False}}, "m0", FAIL, "do not reach m1"),
    ("mtu", {"m0": {"facts.addresses": []}}, "m0", SKIPPED, "not known"),
    ("ipvs", {}, "m0", OK, "built in"),
    ("ipvs", {"m0": {"facts.kernel.features.ip_vs_rr": "missing"}}, "m0", FAIL, "ip_vs_rr missing in kernel 6.12"),
    ("ipvs", {"m0": {"facts.kernel.features.ip_vs_rr": "unknown"}}, "m0", SKIPPED, ""),
    ("kernel", {"m0": {"facts.kernel.features.vxlan": "module"}}, "m0", OK, "built in, module"),
    ("kernel", {"m0": {"facts.kernel.features.xt_addrtype": "missing"}}, "m0", FAIL, "kernel-modules-extra"),
    ("kernel", {"m0": {"facts.kernel.features": {}}}, "m0", SKIPPED, ""),
    ("encryption", {}, "m0", OK, ""),
    ("encryption", {"m0": {"facts.kernel.features.esp4": "missing"}}, "m0", WARN, "esp4"),
    (
        "encryption",
        {"m0": {"facts.kernel.features.esp4": "missing"}, "m1": engine(networks=[ENCRYPTED])},
        "m0",
        FAIL,
        "esp4",
    ),
    ("encryption", {"m0": {"facts.kernel.features.esp4": "unknown"}}, "m0", SKIPPED, ""),
    ("cgroup", {}, "m0", OK, "version 2"),
    ("cgroup", {"m0": {"facts.cgroup": 1}}, "m0", WARN, "version 1"),
    ("disk", {}, "m0", OK, "50.0 GiB and 90 % of inodes"),
    ("disk", {"m0": {"facts.storage.free": 2**30}}, "m0", FAIL, "1.0 GiB"),
    ("disk", {"m0": {"facts.storage.free": 9 * 2**30}}, "m0", WARN, "9.0 GiB"),
    ("disk", {"m0": {"facts.storage.free_inodes": 40}}, "m0", FAIL, "4 % of inodes"),
    ("disk", {"m0": {"facts.storage.free_inodes": 90}}, "m0", WARN, "9 % of inodes"),
    ("disk", {"m0": {"facts.storage.inodes": 0, "facts.storage.free_inodes": 0}}, "m0", OK, ""),
    ("disk", {"m0": {"facts.storage.free": 0, "wish.free_space": 0}}, "m0", OK, ""),
    ("certificate", {}, "m0", None, ""),
    ("certificate", {"m0": engine()}, "m0", SKIPPED, "cannot be read"),
    ("certificate", {"m0": certificate(-30, 60)}, "m0", OK, "60 more days"),
    ("certificate", {"m0": certificate(-80, 10)}, "m0", WARN, "should have been renewed"),
    ("certificate", {"m0": certificate(-91, -1)}, "m0", FAIL, "ran out 1 days ago"),
    ("certificate", {"m0": certificate(1, 90)}, "m0", FAIL, "not valid yet"),
    ("auto_upgrade", {}, "m0", OK, ""),
    ("auto_upgrade", {"m0": {"facts.updates": {"tool": "dnf-automatic", "touches": []}}}, "m0", OK, "alone"),
    ("auto_upgrade", {"m0": {"facts.updates": {"tool": "x", "touches": ["docker.io"]}}}, "m0", WARN, "docker.io"),
]

# Number of managers, verdict, and words.
MANAGERS = [
    (0, FAIL, "preflight_manager_hosts"),
    (1, WARN, "tolerating the failure of 0"),
    (2, FAIL, "Use 1 or 3 managers"),
    (3, OK, "tolerating the failure of 1"),
    (4, WARN, "Use 3 or 5 managers"),
    (5, OK, "tolerating the failure of 2"),
    (7, OK, "tolerating the failure of 3"),
    (9, WARN, "no more than 7"),
]


@pytest.mark.parametrize(("check", "spoilt", "host", "verdict", "words"), CASES)
def test_what_is_wrong_is_found_where_it_is(check, spoilt, host, verdict, words):
    found = verdicts(check, survey(spoilt))
    assert found.get(host, (None, ""))[0] == verdict, found
    assert words in found.get(host, (None, ""))[1]


@pytest.mark.parametrize(("number", "verdict", "words"), MANAGERS)
def test_the_number_of_managers_is_judged(number, verdict, words):
    found = verdicts("managers", survey(managers=number))[ALL]
    assert found[0] == verdict
    assert words in found[1]


@pytest.mark.parametrize("check", CHECKS)
def test_healthy_hosts_pass(check):
    assert {verdict for verdict, _words in verdicts(check, survey()).values()} <= {OK, SKIPPED}


@pytest.mark.parametrize("check", CHECKS)
def test_hosts_that_tell_nothing_are_no_reason_to_stumble(check):
    """Of all hosts nothing is known, or of all but one."""
    silent = {"__preflight_look": DELETED, "__preflight_sent": DELETED, "__preflight_heard": DELETED}
    for hosts in (["all"], ["m1", "m2", "w3"]):
        found = verdicts(check, survey(dict.fromkeys(hosts, silent)))
        if check not in ("reached", "managers"):
            assert FAIL not in {verdict for verdict, _words in found.values()}


def page():
    """The table of checks on the role's page: what it says of each check, by column."""
    lines = (ROLE / "README.md").read_text(encoding="utf-8").split("## Checks", 1)[1].splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| `")]
    return {name.strip("` "): (row[2], row[3]) for row in rows for name in row[0].split(",")}


def test_the_page_of_the_role_names_all_checks():
    assert list(page()) == list(CHECKS)


def test_the_options_of_the_role_name_all_checks():
    options = load(ROLE / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
    assert options["preflight_skip"]["choices"] == list(CHECKS)


@pytest.mark.parametrize("check", CHECKS)
def test_every_verdict_that_the_page_promises_is_in_the_tables(check):
    tried = {case[3] for case in CASES if case[0] == check}
    if check == "managers":
        tried = {case[1] for case in MANAGERS}
    promised = {verdict for verdict, cell in zip((FAIL, WARN), page()[check], strict=True) if cell}
    assert tried & {FAIL, WARN} == promised
    assert OK in tried


def test_a_check_that_is_switched_off_says_what_it_would_have_found():
    looked = survey({"m0": {"facts.cgroup": 1}})
    rows = {row.host: row for row in run(looked, ["cgroup"]) if row.check == "cgroup"}
    assert {row.verdict for row in rows.values()} == {SKIPPED}
    assert rows["m0"].found == "version 1 (switched off, otherwise warn)"
    assert rows["m1"].found == "version 2"
