# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What five bare hosts have become."""

from __future__ import annotations

import shlex

from tests.lab.engine_api import get
from tests.lab.wait import wait_until

EXEC = """
import docker, sys
result = docker.from_env().containers.get(sys.argv[1]).exec_run(["sh", "-c", sys.argv[2]])
sys.stdout.write(result.output.decode())
sys.exit(result.exit_code)
"""


def inside(host, container: str, command: str) -> str:
    """The output of a command in a container on a host, and of one that fails, too."""
    return host.run("python3 -c %s %s %s", EXEC, container, command).stdout


def test_the_engine_runs_and_is_enabled(node, hosts):
    service = hosts[node].service("docker")
    assert service.is_running
    assert service.is_enabled


def test_the_engine_has_its_settings(node, hosts):
    assert "registry:5000" in hosts[node].file("/etc/docker/daemon.json").content_string


def test_three_managers_are_reachable(cluster):
    def look():
        managers = {name: node["ManagerStatus"] for name, node in cluster.nodes().items() if "ManagerStatus" in node}
        assert sorted(managers) == ["manager1", "manager2", "manager3"]
        assert {status["Reachability"] for status in managers.values()} == {"reachable"}
        assert [status.get("Leader", False) for status in managers.values()].count(True) == 1
        return True

    wait_until(look, 30)


def test_two_workers_are_ready(cluster):
    def states():
        return {name: node["Status"]["State"] for name, node in cluster.nodes().items() if "ManagerStatus" not in node}

    wait_until(lambda: states() == {"worker1": "ready", "worker2": "ready"}, 30)


def test_every_node_knows_the_same_swarm(lab, cluster):
    ids = {get(lab, host.name, "/info")["Swarm"]["NodeID"] for host in lab.hosts}
    assert ids == {node["ID"] for node in cluster.nodes().values()}


def test_labels_are_present(cluster):
    labels = {name: node["Spec"]["Labels"] for name, node in cluster.nodes().items()}
    assert labels == {
        "manager1": {"zone": "a"},
        "manager2": {"zone": "b"},
        "manager3": {"zone": "c"},
        "worker1": {"zone": "a", "tier": "front"},
        "worker2": {"zone": "b", "tier": "front"},
    }


def test_every_service_is_at_its_count(cluster):
    wait_until(lambda: [len(cluster.running_tasks(name)) for name in ("demo_web", "demo_api")] == [2, 3], 30)
    assert {service["Spec"]["Name"] for service in cluster.get("/services")} == {"demo_web", "demo_api"}


def test_the_secret_is_readable_inside_the_container(cluster, hosts):
    task = cluster.running_tasks("demo_api")[0]
    container = task["Status"]["ContainerStatus"]["ContainerID"]
    host = hosts[cluster.host_name(task["NodeID"])]
    assert inside(host, container, "cat /run/secrets/greeting") == "Greetings from a secret"


def test_a_container_reaches_one_on_another_node_over_the_overlay(cluster, hosts):
    web = cluster.running_tasks("demo_web")[0]
    other = next(task for task in cluster.running_tasks("demo_api") if task["NodeID"] != web["NodeID"])
    address = other["NetworksAttachments"][0]["Addresses"][0].partition("/")[0]
    host, container = hosts[cluster.host_name(web["NodeID"])], web["Status"]["ContainerStatus"]["ContainerID"]
    ask = f"timeout 5 wget -q -O - {shlex.quote(f'http://{address}:8080/cgi-bin/answer.cgi')}"
    expected = f"Greetings from a secret, said by api on node {cluster.host_name(other['NodeID'])}"
    # Where a task is, the hosts tell one another by gossip, and what is lost again within half a minute.
    wait_until(lambda: inside(host, container, ask).strip() == expected)
