# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a host: recorded files under a directory, and recorded answers of tools."""

from __future__ import annotations

import gzip
import json
import os
import re

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.read import read_host

from tests.unit.plugins.module_utils._swarm.cluster.test_identity import NODE
from tests.unit.plugins.plugin_utils._preflight.hosts import facts

PORTS = [2377, 4789, 7946]
TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F0A 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
"""


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(command):
    answers = {
        "address": [
            {"ifname": "eth0", "mtu": 1500, "addr_info": [{"local": "192.0.2.11", "prefixlen": 24, "scope": "global"}]}
        ],
        "-4": [{"dst": "default", "dev": "eth0"}, {"dst": "192.0.2.0/24", "dev": "eth0"}],
        "-6": [],
    }
    if command[0] == "ip":
        return 0, json.dumps(answers[command[2]]), ""
    if command[0] == "dpkg-query":
        return 1, "docker.io install installed\ncontainerd hold installed\ndocker-ce unknown not-installed\n", ""
    if command[0] == "apt-config":
        return 0, 'APT::Periodic::Unattended-Upgrade "1";\n', ""
    raise AssertionError(command)


def read(root, answer=run):
    return read_host(answer, PORTS, str(root))


def test_a_bare_host_tells_what_it_has(tmp_path):
    found = read(tmp_path)
    assert found["addresses"] == [{"interface": "eth0", "address": "192.0.2.11", "prefix": 24, "mtu": 1500}]
    assert found["routes"] == [{"destination": "192.0.2.0/24", "interface": "eth0"}]
    assert found["default_interface"] == "eth0"
    assert found["machine_id"] == ""
    assert found["engine"]["running"] is False
    assert found["certificate"] is None
    assert found["cgroup"] == 1
    assert found["ports"] == []
    assert found["storage"]["path"] == str(tmp_path)
    assert set(found["kernel"]["features"].values()) == {"unknown"}


def test_the_doubles_of_other_tests_have_the_shape_of_what_is_read(tmp_path):
    found, double = read(tmp_path), facts(0)
    assert set(found) == set(double)
    for key in ("engine", "storage", "clock", "updates", "kernel"):
        assert set(double[key]) - {"asked", "answered"} == set(found[key])


def test_files_are_read(tmp_path):
    write(tmp_path / "etc/machine-id", "0123\n")
    write(tmp_path / "sys/fs/cgroup/cgroup.controllers", "cpu\n")
    write(tmp_path / "proc/net/tcp", TCP)
    write(tmp_path / "proc/5/comm", "consul\n")
    (tmp_path / "proc/5/fd").mkdir()
    os.symlink("socket:[4711]", tmp_path / "proc/5/fd/3")
    with gzip.open(tmp_path / "proc/config.gz", "wt") as file:
        file.write("CONFIG_IP_VS=y\n")
    write(tmp_path / "proc/net/ip_vs", "")
    found = read(tmp_path)
    assert (found["machine_id"], found["cgroup"]) == ("0123", 2)
    assert found["ports"] == [{"protocol": "tcp", "port": 7946, "owner": "consul"}]
    assert found["kernel"]["features"]["ip_vs"] == "loaded"
    assert found["kernel"]["features"]["ip_vs_rr"] == "missing"


def test_a_port_that_no_process_has_is_the_kernels(tmp_path):
    write(tmp_path / "proc/net/udp6", TCP.replace(":1F0A", ":12B5").replace(" 0A ", " 07 "))
    assert read(tmp_path)["ports"] == [{"protocol": "udp", "port": 4789, "owner": "kernel"}]


def test_the_data_root_of_daemon_json_is_looked_at(tmp_path):
    write(tmp_path / "etc/docker/daemon.json", json.dumps({"data-root": "/data/docker", "proxies": {"password": "x"}}))
    write(tmp_path / "data/docker/swarm/certificates/swarm-node.crt", NODE)
    found = read(tmp_path)
    assert found["storage"]["path"] == f"{tmp_path}/data/docker"
    assert found["certificate"] == {"not_before": 1795470840, "not_after": 1803250440}
    assert found["daemon_json"] == {"problem": "", "overlay_mtu": 0}  # what is nobody's business stays where it is


@pytest.mark.parametrize(("text", "problem"), [("{", "line 1"), ("[]", "no object")])
def test_a_daemon_json_that_cannot_be_read_is_told(tmp_path, text, problem):
    write(tmp_path / "etc/docker/daemon.json", text)
    assert re.search(problem, read(tmp_path)["daemon_json"]["problem"])


def test_an_engine_that_does_not_run_is_not_asked(tmp_path):
    """Its socket may be one of systemd, which would start it."""
    write(tmp_path / "var/run/docker.sock", "")
    write(tmp_path / "var/run/docker.pid", "77\n")
    assert read(tmp_path)["engine"]["running"] is False
    (tmp_path / "proc/77").mkdir(parents=True)
    assert "docker.sock" in read(tmp_path)["engine"]["problem"]


def test_a_host_without_ip_says_so(tmp_path):
    def no_ip(command):
        if command[0] == "ip":
            raise FileNotFoundError(command[0])
        return run(command)

    assert read(tmp_path, no_ip)["routes"] is None


def test_the_package_manager_is_asked_only_where_it_upgrades_by_itself(tmp_path):
    assert read(tmp_path)["updates"] == {"tool": "", "touches": []}
    write(tmp_path / "usr/bin/unattended-upgrade", "")
    assert read(tmp_path)["updates"] == {"tool": "unattended-upgrades", "touches": ["docker.io"]}
