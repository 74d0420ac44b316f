# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in: members and a stranger, by connections and by the rules themselves.

Each test begins where the one before ends: the swarm is up, then hosts are rebooted, then worker2 is no member,
then all of it is taken away.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab import faults
from tests.lab.wait import wait_until

PLAYBOOK = Path(__file__).parents[1] / "firewall.yml"
UNIT = "apiary-swarm-firewall.service"
HOSTS = ("manager1", "worker1", "worker2", "worker3")
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 1.5).close()
    print("open")
except TimeoutError:
    print("closed")
except ConnectionRefusedError:
    print("refused")  # let in, and nobody is there: an Engine that starts
"""
INSIDE = """
import docker, sys
found = docker.from_env().containers.list(filters={"label": "com.docker.swarm.service.name=" + sys.argv[1]})[0]
result = found.exec_run(["timeout", "3", "wget", "-q", "-O", "-", f"http://{sys.argv[2]}:8080/"])
sys.stdout.write(result.output.decode())
"""


@pytest.fixture(scope="module")
def address(lab):
    return {host.name: host.address for host in lab.hosts}


@pytest.fixture(scope="module")
def reach(hosts, address):
    """What a host finds at a TCP port of another. The stranger is this machine, on the same network and no member."""

    def try_it(source, target, port):
        if source != "stranger":
            return hosts[source].check_output("python3 -c %s %s %s", CONNECT, address[target], str(port))
        try:
            socket.create_connection((address[target], port), 1.5).close()
        except TimeoutError:
            return "closed"
        except ConnectionRefusedError:
            return "refused"
        return "open"

    return try_it


@pytest.fixture(scope="module")
def firewall(lab):
    """Run the role; the output, and how much it changed."""

    def run(*arguments):
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(lab.directory / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_FORCE_COLOR": "0",
        }
        command = [Path(sys.executable).parent / "ansible-playbook", str(PLAYBOOK), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr, sum(map(int, re.findall(r"\bchanged=(\d+)", done.stdout)))

    return run


@pytest.fixture(scope="module")
def module(lab):
    """Run one module on a host; what Ansible prints."""

    def run(host, name, options):
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(lab.directory / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_FORCE_COLOR": "0",
        }
        command = [Path(sys.executable).parent / "ansible", host, "--become", "-m", f"apiary.swarm.{name}"]
        command += ["-a", json.dumps(options)] if options else []
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout

    return run


@pytest.mark.parametrize(
    ("source", "target", "port", "expected"),
    [
        ("worker1", "manager1", 2377, "open"),
        ("worker2", "manager1", 2377, "open"),
        ("worker1", "manager1", 7946, "open"),
        ("manager1", "worker1", 7946, "open"),
        ("manager1", "worker2", 7946, "open"),
        ("worker1", "worker2", 7946, "open"),
        ("worker2", "worker1", 7946, "open"),
        ("manager1", "worker3", 7946, "open"),
        ("worker3", "manager1", 2377, "open"),
        ("worker3", "worker2", 7946, "open"),
        ("worker2", "worker3", 7946, "open"),
        ("manager1", "worker1", 2377, "closed"),
        ("manager1", "worker2", 2377, "closed"),
        ("manager1", "worker3", 2377, "closed"),
        *(("stranger", host, port, "closed") for host in HOSTS for port in (2377, 7946)),
        *(("stranger", host, 22, "open") for host in HOSTS),
    ],
)
def test_who_gets_in(reach, source, target, port, expected):
    assert reach(source, target, port) == expected


def dropped(host, protocol):
    if protocol == "nftables":
        table = host.check_output("nft list table inet apiary_swarm")
        return int(re.search(r"udp dport .* counter packets (\d+) .* drop", table).group(1))
    counters = host.check_output("iptables -nvxL SWARM-FIREWALL")
    return int(re.search(rf"^ *(\d+) +\d+ DROP +{protocol} ", counters, re.MULTILINE).group(1))


COUNTED = [("manager1", "(?:udp|17)"), ("worker3", "nftables")]


@pytest.mark.parametrize(("name", "counter"), COUNTED)
@pytest.mark.parametrize("port", [7946, 4789])
def test_a_stranger_does_not_get_in_by_udp(hosts, address, name, counter, port):
    before = dropped(hosts[name], counter)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"stranger", (address[name], port))
    assert dropped(hosts[name], counter) > before


@pytest.mark.parametrize(("name", "counter"), COUNTED)
def test_members_are_not_dropped_by_udp(hosts, name, counter):
    """Gossip goes on all the time."""
    before = dropped(hosts[name], counter)
    time.sleep(3)
    assert dropped(hosts[name], counter) == before


def test_each_host_uses_its_own_firewall(hosts, address):
    assert "-A INPUT -j SWARM-FIREWALL" in hosts["manager1"].check_output("iptables-save")
    assert "-A INPUT -j SWARM-FIREWALL" in hosts["manager1"].check_output("ip6tables-save")
    ufw = hosts["worker1"].check_output("ufw status")
    for member in address.values():
        assert re.search(rf"^4789,7946/udp +ALLOW +{re.escape(member)} +# apiary.swarm$", ufw, re.MULTILINE)
        assert re.search(rf"^7946/tcp +ALLOW +{re.escape(member)} +# apiary.swarm$", ufw, re.MULTILINE)
    assert ufw.index("DENY") < ufw.index("7946/tcp                   ALLOW       Anywhere")
    for option in ("", "--permanent"):
        rules = hosts["worker2"].check_output(f"firewall-cmd {option} --zone=public --list-rich-rules")
        assert rules.count(" accept") == 4 * len(address)
        assert rules.count(" drop") == 4
    table = hosts["worker3"].check_output("nft list table inet apiary_swarm")
    assert set(re.findall(r"\d+\.\d+\.\d+\.\d+", table)) == set(address.values())
    assert "chain input" in hosts["worker3"].check_output("nft list table inet filter")
    for worker in ("worker1", "worker2", "worker3"):
        assert "SWARM" not in hosts[worker].check_output("iptables-save")
    for worker in ("worker1", "worker2"):
        assert not hosts[worker].file(f"/etc/systemd/system/{UNIT}").exists


@pytest.fixture(scope="module")
def services(hosts, cluster):
    """A service on each host in an overlay network, and one in an encrypted network."""
    manager = hosts["manager1"]
    for name, option in (("plain", ""), ("secret", "--opt encrypted")):
        manager.check_output(f"docker network create -d overlay {option} {name}")
        manager.check_output(
            f"docker service create -d --name {name} --network {name} --mode global --endpoint-mode dnsrr "
            "--stop-grace-period 1s registry:5000/busybox:1 httpd -f -p 8080 -h /www"
        )
    wait_until(lambda: all(len(cluster.running_tasks(name)) == len(HOSTS) for name in ("plain", "secret")), 90)
    return {
        name: {
            cluster.host_name(task["NodeID"]): task["NetworksAttachments"][0]["Addresses"][0].partition("/")[0]
            for task in cluster.running_tasks(name)
        }
        for name in ("plain", "secret")
    }


def wait_until_answered(hosts, service, addresses, source, expected):
    """Whose tasks answer a task of the service by HTTP. Where the tasks of an overlay are, its hosts tell one another
    by gossip, and what is lost is told again within half a minute.
    """
    host = hosts[source]

    def as_expected():
        answers = {to: host.check_output("python3 -c %s %s %s", INSIDE, service, at) for to, at in addresses.items()}
        answered = {to for to, answer in answers.items() if "it works" in answer}
        assert answered == expected, f"{source} is answered by {sorted(answered)}, not by {sorted(expected)}"
        return True

    wait_until(as_expected)


def test_tasks_reach_one_another_over_the_overlay(node, hosts, services):
    wait_until_answered(hosts, "plain", services["plain"], node, set(HOSTS))


def test_an_encrypted_network_gets_nothing_that_is_not_encrypted(node, hosts, services):
    """Without ESP in the kernel, the Engine sends in the clear, and its rules drop that on arrival. So it must stay."""
    has_esp = hosts[node].run("ip xfrm state list").stdout.count("proto esp") > 0
    expected = set(HOSTS) if has_esp else {node}
    wait_until_answered(hosts, "secret", services["secret"], node, expected)


def test_rules_for_encrypted_networks_come_before_ours(hosts):
    rules = hosts["manager1"].check_output("iptables -S INPUT").splitlines()
    docker = [at for at, rule in enumerate(rules) if "--pol none" in rule]
    assert docker
    assert max(docker) < rules.index("-A INPUT -j SWARM-FIREWALL")


def test_a_jump_that_somebody_moved_is_put_back(hosts, firewall):
    hosts["manager1"].check_output("iptables -D INPUT -j SWARM-FIREWALL; iptables -I INPUT -j SWARM-FIREWALL")
    assert firewall("--limit", "manager1", "--check")[1] == 1
    assert firewall()[1] == 1
    test_rules_for_encrypted_networks_come_before_ours(hosts)
    assert firewall()[1] == 0


@pytest.mark.parametrize("verb", ["reload", "restart"])
def test_rules_of_the_host_that_are_loaded_anew_do_not_take_ours_away(hosts, reach, verb):
    """They begin with taking all away. Docker's own are gone with them, so it is started again."""
    hosts["worker3"].check_output(f"systemctl {verb} nftables.service")
    # A reload that is passed on is not waited for.
    wait_until(lambda: reach("stranger", "worker3", 7946) == "closed", 10)
    assert reach("stranger", "worker3", 22) == "open"
    assert reach("manager1", "worker3", 7946) == "open"
    hosts["worker3"].check_output("systemctl restart docker.service")
    wait_until(lambda: reach("manager1", "worker3", 7946) == "open")


def test_a_table_that_somebody_changed_is_put_back(hosts, firewall, reach):
    hosts["worker3"].check_output("nft flush chain inet apiary_swarm input")
    assert reach("stranger", "worker3", 7946) == "open"
    assert firewall("--check")[1] == 1
    assert firewall()[1] == 1
    assert reach("stranger", "worker3", 7946) == "closed"
    assert firewall()[1] == 0


@pytest.mark.parametrize("name", HOSTS)
def test_rules_are_kept_over_a_reboot(lab, hosts, reach, name):
    faults.restart(lab, name)
    assert reach("stranger", name, 7946) == "closed"
    assert reach("stranger", name, 22) == "open"
    wait_until(lambda: reach("manager1" if name != "manager1" else "worker1", name, 7946) == "open")


def test_after_reboots_nothing_is_to_be_done(hosts, firewall):
    assert hosts["manager1"].check_output(f"systemctl is-active {UNIT}") == "active"
    assert firewall()[1] == 0


def test_when_not_all_are_known_nobody_loses_access(firewall, reach):
    output, changed = firewall("--limit", "manager1")
    assert changed == 0
    said = re.search(r"The addresses of (.*) are not known in this run", " ".join(output.split()))
    assert sorted(said.group(1).split(", ")) == ["worker1", "worker2", "worker3"]
    assert reach("worker2", "manager1", 2377) == "open"


def test_a_host_that_is_no_member_loses_access(firewall, reach, cluster):
    former = json.dumps({"former": ["worker2"]})
    assert firewall("--check", "-e", former)[1] == 4
    assert reach("worker2", "manager1", 2377) == "open"
    assert firewall("-e", former)[1] == 4
    assert {reach("worker2", *to) for to in (("manager1", 2377), ("worker1", 7946), ("worker3", 7946))} == {"closed"}
    assert [reach("worker1", "manager1", 2377), reach("worker2", "worker1", 22)] == ["open", "open"]
    wait_until(lambda: cluster.nodes()["worker2"]["Status"]["State"] == "down")
    assert firewall("-e", former)[1] == 0


def test_which_firewall_is_in_charge(module, address):
    for name, backend in (
        ("manager1", "iptables"),
        ("worker1", "ufw"),
        ("worker2", "firewalld"),
        ("worker3", "nftables"),
    ):
        answer = module(name, "host_firewall_info", {})
        assert f'"backend": "{backend}"' in answer
        assert re.search(rf'"addresses": \[\s+"{re.escape(address[name])}"\s+\]', answer)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"members": ["0.0.0.0/0", "x"]}, "members: '0.0.0.0/0' is the whole world; members: 'x' is neither"),
        ({"members": ["10.0.0.1"], "backend": "ufw"}, "ufw is not active on this host. Nothing was changed."),
    ],
)
def test_bad_input_changes_nothing(module, hosts, options, problem):
    before = hosts["manager1"].check_output("iptables-save | grep SWARM")
    assert problem in module("manager1", "host_firewall", options)
    assert hosts["manager1"].check_output("iptables-save | grep SWARM") == before


def test_all_of_it_can_be_taken_away(firewall, hosts, reach):
    absent = ("-e", "swarm_firewall_state=absent")
    assert firewall("--check", *absent)[1] == 4
    assert firewall(*absent)[1] == 4
    assert firewall(*absent)[1] == 0
    assert reach("stranger", "manager1", 2377) == "open"
    for host in hosts.values():
        assert "SWARM" not in host.check_output("iptables-save; ip6tables-save")
    assert "apiary.swarm" not in hosts["worker1"].check_output("ufw show added")
    assert "7946/tcp" in hosts["worker1"].check_output("ufw status")
    zones = hosts["worker2"].check_output("firewall-cmd --list-all-zones; firewall-cmd --permanent --list-all-zones")
    assert "-2377" not in zones
    assert "apiary" not in hosts["worker3"].check_output("nft list ruleset")
    for name in ("manager1", "worker3"):
        assert not hosts[name].file(f"/etc/systemd/system/{UNIT}").exists
        assert hosts[name].check_output("ls /etc/apiary-swarm") == ""
