# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults are planted, by means that know nothing of the collection, and each one has to be found where it is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.access import console
from tests.lab.state import Lab
from tests.lab.swarm import join
from tests.lab.wait import again

OLD, NEW, BARE = "manager1", "manager2", "manager3"  # the hosts of the scenario, by what they have

# A program's view of a clock that is wrong. (The hosts of a lab have one clock, which cannot be set.)
LATE_PYTHON = """#!/bin/sh
exec env DONT_FAKE_MONOTONIC=1 FAKETIME=-90s LD_PRELOAD=$(ls /usr/lib/*/faketime/libfaketime.so.1) /usr/bin/python3 "$@"
"""

# Somebody else at the port of overlay networks.
STRANGER = (
    "import socket, time; taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
    'taken.bind(("", 4789)); time.sleep(600)'
)


@dataclass(frozen=True)
class Run:
    failed: bool
    output: str
    report: dict[str, Any]

    def found(self, check: str, verdict: str) -> dict[str, str]:
        """What a check says with this verdict, by host."""
        return {
            row["host"]: row["found"]
            for row in self.report["rows"]
            if (row["check"], row["verdict"]) == (check, verdict)
        }

    def judged(self) -> list[tuple[str, str, str]]:
        return [(row["check"], row["host"], row["verdict"]) for row in self.report["rows"]]


@pytest.fixture(scope="module")
def preflight(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    directory = tmp_path_factory.mktemp("preflight")
    report = directory / "report.json"

    def run(*arguments: str, skip: tuple[str, ...] = ("ipvs",), hosts: dict[str, Any] | None = None) -> Run:
        more = directory / "hosts.yml"
        more.write_text(json.dumps(hosts or {"all": {}}), encoding="utf-8")
        report.unlink(missing_ok=True)
        variables = json.dumps({"preflight_skip": list(skip), "preflight_report_file": str(report)})
        done = subprocess.run(
            [
                *(str(Path(sys.executable).parent / "ansible-playbook"), "apiary.swarm.preflight"),
                *("-i", str(lab.inventory_file), "-i", str(more), "-e", variables, *arguments),
            ],
            env={**os.environ, "ANSIBLE_CONFIG": str(lab.directory / "ansible.cfg"), "ANSIBLE_FORCE_COLOR": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert report.exists(), done.stdout
        return Run(bool(done.returncode), done.stdout, json.loads(report.read_text(encoding="utf-8")))

    return run


@pytest.fixture(scope="module")
def healthy(lab: Lab, preflight: Callable[..., Run]) -> Run:
    """Two hosts in a swarm, one bare."""
    console(lab, OLD, "docker swarm init")
    join(lab, NEW, OLD, "manager")
    return preflight()


FAULTS = {
    OLD: [
        "iptables -I OUTPUT -p udp -d @BARE@ --dport 4789 -j DROP",
        "ip link add gone type bridge && ip link set gone up && ip route add 10.0.0.128/25 dev gone",
        r"""printf '#!/bin/sh\n' > /usr/bin/unattended-upgrade""",
        r"""printf 'APT::Periodic::Unattended-Upgrade "1";\n' > /etc/apt/apt.conf.d/20auto-upgrades""",
    ],
    NEW: [
        "iptables -I INPUT -p udp --dport 7946 -j DROP",
        f"cat > /usr/local/bin/late-python <<'EOF'\n{LATE_PYTHON}EOF\nchmod +x /usr/local/bin/late-python",
    ],
    BARE: [
        "cp /etc/machine-id /etc/machine-id.own",
        "iptables -I INPUT -p tcp -s @NEW@ --dport 7946 -j REJECT --reject-with tcp-reset",
        "ip link set eth0 mtu 1400",
        "mkdir -p /etc/docker",
        """echo '{"live-restore": true, "cluster-store": "consul://old"}' > /etc/docker/daemon.json""",
        f"systemd-run --quiet --unit stranger python3 -c '{STRANGER}'",
    ],
}
REPAIRS = {
    OLD: [
        "iptables -D OUTPUT 1",
        "ip link delete gone",
        "rm /usr/bin/unattended-upgrade /etc/apt/apt.conf.d/20auto-upgrades",
    ],
    NEW: ["iptables -D INPUT 1"],
    BARE: [
        "mv /etc/machine-id.own /etc/machine-id",
        "iptables -D INPUT 1",
        "ip link set eth0 mtu 1500",
        "rm -r /etc/docker",
        "systemctl stop stranger",
    ],
}


@pytest.fixture(scope="module")
def faulty(lab: Lab, preflight: Callable[..., Run], healthy: Run) -> Run:
    for host, commands in FAULTS.items():
        for command in commands:
            addressed = command.replace("@NEW@", lab.host(NEW).address).replace("@BARE@", lab.host(BARE).address)
            console(lab, host, addressed)
    again(lambda: console(lab, NEW, "apt-get -qq update && apt-get -qq install -y libfaketime"))
    clone = console(lab, OLD, "cat /etc/machine-id").strip()
    console(lab, BARE, f"echo {clone} > /etc/machine-id")
    late = {"ansible_python_interpreter": "/usr/local/bin/late-python"}
    ghost = {"ansible_host": "127.0.0.1", "ansible_port": 1}
    run = preflight(
        skip=(),
        hosts={
            "swarm_managers": {"hosts": {NEW: late}},
            "swarm_workers": {"hosts": {"ghost": ghost}},
        },
    )
    for host, commands in REPAIRS.items():
        for command in commands:
            console(lab, host, command)
    return run


def test_healthy_hosts_pass(healthy):
    assert not healthy.failed, healthy.output
    assert healthy.report["counts"]["fail"] == 0
    assert healthy.found("engine", "ok")[BARE] == "none runs"


def test_the_matrix_holds_every_pair_both_ways(healthy):
    """Two of the hosts have Engines on these ports, the third has nobody there."""
    for port in ("2377/tcp", "7946/tcp", "7946/udp", "4789/udp"):
        assert healthy.report["matrix"][port] == {
            sender: {receiver: "open" for receiver in (OLD, NEW, BARE) if receiver != sender}
            for sender in (OLD, NEW, BARE)
        }


def test_three_tasks_run_on_a_host(healthy):
    """Beside the check of the role's variables. The first host stands for all where something is decided."""
    assert re.search(rf"^{NEW}\s+: ok=4 +changed=0 +unreachable=0 +failed=0", healthy.output, re.MULTILINE), (
        healthy.output
    )


def test_check_mode_finds_the_same(healthy, preflight):
    checked = preflight("--check", "--diff")
    assert not checked.failed
    assert checked.judged() == healthy.judged()
    assert checked.report["matrix"] == healthy.report["matrix"]


@pytest.mark.parametrize("host", [OLD, NEW, BARE])
def test_nothing_stays_on_a_host(healthy, lab, host):
    assert "preflight" not in console(lab, host, "cat /proc/[0-9]*/comm 2> /dev/null; true")
    assert "preflight" not in console(lab, host, "cat /proc/net/unix")
    # What ends or goes away meanwhile is no error.
    find = "find / -xdev -name '*preflight*' -newer /proc/1/cmdline -not -path '/proc/*' 2> /dev/null; true"
    assert console(lab, host, find) == ""


def test_the_swarm_is_as_it_was(healthy, lab):
    assert console(lab, OLD, "docker node ls --format '{{.Hostname}} {{.Status}}' | sort").split("\n")[:2] == [
        f"{OLD} Ready",
        f"{NEW} Ready",
    ]


@pytest.mark.parametrize(
    ("check", "verdict", "host", "words"),
    [
        ("reached", "fail", "ghost", "127.0.0.1"),
        ("machine_id", "fail", f"{OLD}, {BARE}", "all have"),
        ("clock", "fail", NEW, "s) off the controller"),
        ("gossip_udp", "fail", NEW, f"not reached from {OLD}, {BARE}: not received"),
        ("gossip_tcp", "fail", BARE, f"not reached from {NEW}: refused"),
        ("data_path", "fail", BARE, f"not reached from {OLD}: not permitted by the sender's own firewall"),
        ("addr_pool", "fail", OLD, "10.0.0.0/24 overlaps its route to 10.0.0.128/25 (gone)"),
        ("port_owner", "fail", BARE, "4789/udp is taken by python3"),
        ("engine_settings", "fail", BARE, "live-restore"),
        ("standalone_swarm", "fail", BARE, "cluster-store"),
        ("mtu", "fail", NEW, f"packets as long as its MTU allows (1500) do not reach {BARE}"),
        ("mtu", "warn", BARE, "1400"),
        ("auto_upgrade", "warn", OLD, "docker.io"),
    ],
)
def test_a_fault_is_found_where_it_is(faulty, check, verdict, host, words):
    assert words in faulty.found(check, verdict).get(host, "")


@pytest.mark.parametrize(
    ("check", "hosts"),
    [("gossip_udp", {NEW}), ("gossip_tcp", {BARE}), ("clock", {NEW}), ("addr_pool", {OLD}), ("manager_port", set())],
)
def test_no_fault_is_found_where_there_is_none(faulty, check, hosts):
    assert set(faulty.found(check, "fail")) == hosts


def test_a_missing_feature_of_the_kernel_is_found(faulty, lab):
    has = console(lab, OLD, "zcat /proc/config.gz | grep -c '^CONFIG_IP_VS=' || true").strip() != "0"
    assert bool(faulty.found("ipvs", "fail")) is not has


def test_faults_stop_the_run_and_say_what_to_do(faulty):
    assert faulty.failed
    assert "Nothing was changed." in faulty.output
    assert "preflight_skip: [" in faulty.output
    assert faulty.output.index("VERDICT  CHECK") < faulty.output.index("Not ready for a swarm.")


def test_repaired_hosts_pass_again_and_two_managers_do_not(faulty, preflight):
    again = preflight(
        "-e",
        json.dumps({"swarm_workers_group": "fewer", "swarm_managers_group": "even"}),
        hosts={
            "even": {"hosts": {OLD: {}, NEW: {}}},
            "fewer": {"hosts": {BARE: {}}},
        },
    )
    assert again.failed
    assert {row["check"] for row in again.report["rows"] if row["verdict"] == "fail"} == {"managers"}, again.output


def test_a_check_is_switched_off_by_its_name_only(lab):
    done = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "ansible-playbook"), "apiary.swarm.preflight"),
            *("-i", str(lab.inventory_file), "-e", '{"preflight_skip": ["clocks"]}'),
        ],
        env={**os.environ, "ANSIBLE_CONFIG": str(lab.directory / "ansible.cfg")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode
    assert "clocks" in done.stdout
    assert "preflight_skip" in done.stdout
