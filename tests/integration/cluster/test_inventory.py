# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin reads real swarms, through SSH and through TLS."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.lab import faults
from tests.lab.state import USER
from tests.lab.wait import wait_until

from .conftest import Hosts, swarm_inventory
from .engines import start, stopped


def listed(hosts: Hosts, file: Path) -> dict[str, Any]:
    done = hosts.ansible("ansible-inventory", "-i", str(file), "--list", "-vv")
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{\n") :])
    found["said"] = " ".join(f"{done.stdout} {done.stderr}".split())
    return found


def leads_or_follows(hosts: Hosts, manager: str) -> bool:
    """Whether it is in a quorum."""
    return "HOSTNAME" in hosts.docker(manager, "node ls", check=False)


def test_a_swarm_is_an_inventory_with_which_ansible_reaches_its_nodes(small: Hosts, home: Path) -> None:
    small.docker("manager1", "node update --availability drain --label-add zone=a --label-add spare= worker1")
    file = swarm_inventory(
        small,
        home,
        "worker1",
        "manager2",
        keyed_groups=[{"prefix": "zone", "key": "swarm_node.labels.zone"}],
        groups={"spares": "'spare' in swarm_node.labels"},
    )
    found = listed(small, file)
    assert "this Engine is a worker of a swarm" in found["said"]
    expected = {
        "swarm_managers": ["manager1", "manager2"],
        "swarm_workers": ["worker1"],
        "swarm_leader": ["manager1"],
        "swarm_availability_drain": ["worker1"],
        "swarm_availability_active": ["manager1", "manager2"],
        "swarm_state_ready": ["manager1", "manager2", "worker1"],
        "zone_a": ["worker1"],
        "spares": ["worker1"],
    }
    assert {group: found[group]["hosts"] for group in expected} == expected

    done = small.ansible("ansible", "all", "-i", str(file), "--become", "-m", "apiary.swarm.swarm_info")
    assert done.returncode == 0, done.stdout + done.stderr
    for node in small.nodes("manager1").values():
        assert f'"node_id": "{node["ID"]}"' in done.stdout


def test_the_ssh_program_reads_it_past_managers_that_do_not_answer(small: Hosts, home: Path, ssh_program: Path) -> None:
    """One is down, one hangs, one is a worker. Groups, variables and cache are as with paramiko."""
    small.docker("manager1", "node update --label-add zone=b worker1")
    options = {
        "use_ssh_client": True,
        "timeout": 15,
        "keyed_groups": [{"prefix": "zone", "key": "swarm_node.labels.zone"}],
        "groups": {"large": "swarm_node.memory_bytes > 0"},
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(home / "cache"),
    }
    with ExitStack() as repaired:  # neither is of this swarm, which keeps its quorum
        repaired.callback(faults.start, small.lab, "worker2")
        faults.kill(small.lab, "worker2")
        repaired.callback(faults.thaw, small.lab, "manager3")
        faults.freeze(small.lab, "manager3")
        file = swarm_inventory(small, home, "worker2", "manager3", "worker1", "manager1", **options)
        found = listed(small, file)
        assert found["swarm_managers"]["hosts"] == ["manager1", "manager2"], found["said"]
        assert found["zone_b"]["hosts"] == ["worker1"]
        assert found["large"]["hosts"] == ["manager1", "manager2", "worker1"]
        assert small.lab.host("worker1").address in str(found["_meta"]["hostvars"]["worker1"]["ansible_host"])
        assert f"swarm: ssh://{USER}@{small.lab.host('worker2').address}: " in found["said"]
        assert "did not answer GET /version within 15 s" in found["said"]
        assert "this Engine is a worker of a swarm" in found["said"]
        asked = ssh_program.read_text()
        small.docker("manager1", "node update --label-rm zone worker1")
        again = listed(small, file)
        assert again["zone_b"]["hosts"] == ["worker1"]
        assert ssh_program.read_text() == asked, "the cache is asked, and no host"
    assert "zone_b" not in listed(small, swarm_inventory(small, home, "manager1", **{**options, "cache": False}))
    assert ssh_program.read_text() != asked


def test_nodes_with_the_same_host_name_are_two_hosts(small: Hosts, home: Path) -> None:
    small.docker("worker1", "swarm leave")
    small.join("worker1")
    wait_until(lambda: small.docker("manager1", "node ls --filter name=worker1 --quiet").count("\n") == 1)
    found = listed(small, swarm_inventory(small, home, "manager1"))
    both = small.docker("manager1", "node ls --filter name=worker1 --quiet").split()
    assert sorted(found["swarm_workers"]["hosts"]) == sorted(both)
    assert "2 nodes have the host name worker1: in the inventory by NodeID" in found["said"]


def test_managers_without_quorum_are_passed_over_and_told_of(small: Hosts, home: Path) -> None:
    file = swarm_inventory(small, home, "manager1", "manager2", timeout=15)
    with stopped(small, "manager1"):
        wait_until(lambda: not leads_or_follows(small, "manager2"), seconds=90)
        found = listed(small, file)
        assert not found["_meta"].get("hostvars")
        for name in ("manager1", "manager2"):
            assert f"ssh://{USER}@{small.lab.host(name).address}: " in found["said"]
        # In which words depends on the Engine, and on how long it has been without the other one.
        assert found["said"].count("apiary.swarm.swarm: ssh://") == 2, found["said"]
    wait_until(lambda: leads_or_follows(small, "manager2"), seconds=90)
    assert listed(small, file)["swarm_workers"]["hosts"] == ["worker1"]


@pytest.fixture
def certificates(small: Hosts, tmp_path: Path) -> Iterator[Path]:
    """A CA with a certificate for manager1, whose Engine listens with TLS, and one for a client."""
    address = small.lab.host("manager1").address
    script = f"""
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=ca -days 2 \
      -addext keyUsage=critical,keyCertSign \
      -keyout ca.key -out ca.pem
    sign() {{
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=$1 -keyout $1.key -out $1.csr
      openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $1.ext -out $1.pem
    }}
    printf "subjectAltName = IP:{address}\nauthorityKeyIdentifier = keyid\n" > server.ext
    echo "extendedKeyUsage = clientAuth" > client.ext
    sign server && sign client
    """
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, check=True, capture_output=True)
    folder, unit = "/etc/docker-tls", "/etc/systemd/system/docker.service.d/zz-tls.conf"
    small.console("manager1", f"mkdir -p {folder} $(dirname {unit})")
    for name in ("ca.pem", "server.pem", "server.key"):
        small.console("manager1", f"cat > {folder}/{name} <<'END'\n{(tmp_path / name).read_text()}END")
    options = f"--tlsverify --tlscacert {folder}/ca.pem --tlscert {folder}/server.pem --tlskey {folder}/server.key"
    command = f"/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2376 {options}"
    small.console(
        "manager1", f"printf '[Service]\\nExecStart=\\nExecStart={command}\\n' > {unit}; systemctl daemon-reload"
    )
    start(small, "restart", "manager1")
    wait_until(lambda: leads_or_follows(small, "manager1"))
    yield tmp_path
    small.console("manager1", f"rm -r {unit} {folder}; systemctl daemon-reload")
    start(small, "restart", "manager1")


def test_a_manager_is_read_through_tls(small: Hosts, home: Path, certificates: Path) -> None:
    paths = {
        "ca_path": str(certificates / "ca.pem"),
        "client_cert": str(certificates / "client.pem"),
        "client_key": str(certificates / "client.key"),
    }
    where = [f"tcp://{small.lab.host('manager1').address}:2376"]
    found = listed(small, swarm_inventory(small, home, **{**paths, "docker_hosts": where, "validate_certs": True}))
    assert found["_meta"].get("hostvars"), found["said"]
    assert found["swarm_managers"]["hosts"] == ["manager1", "manager2"]
    del paths["client_cert"]
    stranger = listed(small, swarm_inventory(small, home, **{**paths, "docker_hosts": where, "validate_certs": True}))
    assert not stranger["_meta"].get("hostvars")
    assert f"Docker Engine at {where[0]} cannot be reached" in stranger["said"]
