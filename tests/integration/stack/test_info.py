# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""stack_info, next to what the docker CLI says."""

from __future__ import annotations

import json

import pytest

from tests.lab.swarm import join
from tests.lab.wait import wait_until

from .conftest import ENGINES, changed, failures

LABEL = "com.docker.stack.namespace"
IMAGE = "registry:5000/busybox:1"
SLEEP = {"image": IMAGE, "command": "sleep 1000", "stop_signal": "SIGKILL"}
BARE = {**SLEEP, "networks": ["host"]}
QUIET = {"endpoint_mode": "dnsrr", "update_config": {"monitor": "500ms"}}
NOWHERE = {"placement": {"constraints": ["node.labels.x==y"]}}
SECRET = "a-content-that-is-shown-nowhere"
DEFINITION = {
    "services": {
        "web": {**BARE, "deploy": {**QUIET, "replicas": 2}, "secrets": ["key"], "configs": ["app"]},
        "door": {
            **SLEEP,
            "networks": ["front"],
            "ports": [{"target": 80, "published": 8087, "mode": "host"}],
            "deploy": QUIET,
        },
        "agent": {**BARE, "deploy": {**QUIET, "mode": "global"}},
        "nowhere": {**BARE, "deploy": {**QUIET, "mode": "global", **NOWHERE}},
        "job": {
            **BARE,
            "command": "true",
            "deploy": {"mode": "replicated-job", "replicas": 2, "restart_policy": {"condition": "none"}},
        },
    },
    "networks": {"front": {}, "host": {"external": True, "name": "host"}},
    "secrets": {"key": {"environment": "KEY"}},
    "configs": {"app": {"content": SECRET}},
}
# Sends its input to the Engine: the CLI always states an endpoint.
CREATE = """
import http.client, socket, sys
engine = http.client.HTTPConnection("localhost")
engine.sock = socket.socket(socket.AF_UNIX)
engine.sock.connect("/var/run/docker.sock")
engine.request("POST", "/services/create", sys.stdin.read(), {"Content-Type": "application/json"})
sys.exit(engine.getresponse().status != 201)
"""


@pytest.fixture
def services(engines, stack):
    """A function that looks at the stack; for each host, its services by their names in the file."""

    def look():
        results = engines.run("stack_info", name=stack.stack)
        assert changed(results) == {False}
        return {
            host: {item["name"].partition("_")[2]: item for item in result["stacks"][0]["services"]}
            for host, result in results.items()
        }

    return look


def of_the_cli(engines, stack, kind):
    """What the stack has of a kind: `name ID`, sorted, for each host."""
    shown = "{{.Name}} {{.ID}}" if kind == "network" else "{{.Spec.Name}} {{.ID}}"
    own = f"{kind} ls -q --filter label={LABEL}={stack}"
    texts = engines.docker(f"{own} | xargs docker {kind} inspect -f '{shown}'")
    return {host: sorted(text.splitlines()) for host, text in texts.items()}


def test_a_stack_and_all_stacks(engines, stack, services):
    assert changed(stack(definition=DEFINITION, env={"KEY": SECRET})) == {True}
    looks = [engines.run("stack_info", name=stack.stack, check=check) for check in (True, False, False, True)]
    assert [changed(look) for look in looks] == [{False}] * 4
    everything = engines.run("stack_info")
    for host in ENGINES:
        (found,) = looks[0][host]["stacks"]
        assert (found["name"], found["exists"]) == (stack.stack, True)
        assert all(look[host]["stacks"] == [found] for look in looks)
        assert found in everything[host]["stacks"]
    for kind in ("service", "network", "secret", "config"):
        assert of_the_cli(engines, stack.stack, kind) == {
            host: [f"{item['name']} {item['id']}" for item in look["stacks"][0][f"{kind}s"]]
            for host, look in looks[0].items()
        }
    for found in services().values():
        assert {
            name: (item["mode"], item["wanted"], item["running"], item["completed"], item["converged"])
            for name, item in found.items()
        } == {
            "agent": ("Global", 1, 1, 0, True),
            "door": ("Replicated", 1, 1, 0, True),
            "job": ("ReplicatedJob", 2, 0, 2, True),
            "nowhere": ("Global", 0, 0, 0, True),
            "web": ("Replicated", 2, 2, 0, True),
        }
        assert found["door"]["ports"] == [{"published": 8087, "target": 80, "protocol": "tcp", "mode": "host"}]
        assert [name for name, item in found.items() if item["ports"]] == ["door"]
        assert {item["image"] for item in found.values()} == {IMAGE}
        assert {item["update_status"]["state"] for item in found.values()} == {""}
    assert SECRET not in engines.output
    engines.docker(f"service update -d --no-resolve-image --force {stack.stack}_agent")
    wait_until(lambda: {found["agent"]["update_status"]["state"] for found in services().values()} == {"completed"})


def test_what_has_not_converged(engines, stack, services):
    name = stack.stack
    create = f"docker service create -d -q --no-resolve-image --label {LABEL}={name} --restart-condition none"
    nowhere = "--constraint node.labels.x==y"
    bare = {
        "Name": f"{name}_bare",
        "Labels": {LABEL: name},
        "TaskTemplate": {"ContainerSpec": {"Image": IMAGE}},
        "Mode": {"Replicated": {"Replicas": 0}},
    }
    for host in ENGINES:
        engines.put(host, "/tmp/bare.json", json.dumps(bare))
        engines.put(host, "/tmp/create.py", CREATE)
        engines.console(
            host,
            f"{create} --name {name}_pending {nowhere} --replicas 2 {IMAGE} && "
            f"{create} --name {name}_image registry:5000/nothing:1 && "
            f"{create} --name {name}_job --mode replicated-job {nowhere} {IMAGE} && "
            "python3 /tmp/create.py < /tmp/bare.json && rm /tmp/bare.json /tmp/create.py",
        )
    wanted = 3 * len(ENGINES)
    wait_until(lambda: sum(bool(item["errors"]) for found in services().values() for item in found.values()) >= wanted)
    nodes = engines.docker("info --format '{{.Name}}'")
    unplaced = "no suitable node (scheduling constraints not satisfied on 1 node)"
    for host, found in services().items():
        assert {
            service: (item["wanted"], item["running"], item["completed"], item["converged"], item["ports"])
            for service, item in found.items()
        } == {
            "bare": (0, 0, 0, True, []),
            "image": (1, 0, 0, False, []),
            "job": (1, 0, 0, False, []),
            "pending": (2, 0, 0, False, []),
        }
        assert found["pending"]["errors"] == [{"error": unplaced, "count": 2, "nodes": []}]
        assert found["job"]["errors"] == [{"error": unplaced, "count": 1, "nodes": []}]
        (error,) = found["image"]["errors"]
        assert (error["count"], error["nodes"]) == (1, [nodes[host]])
        said = engines.console(host, f"docker service ps --no-trunc --format '{{{{.Error}}}}' {name}_image")
        assert error["error"] in said


def test_a_stack_that_does_not_exist(engines):
    for result in engines.run("stack_info", name="nothing").values():
        assert result["stacks"] == [
            {"name": "nothing", "exists": False, "services": [], "networks": [], "secrets": [], "configs": []}
        ]


def test_nodes_that_are_no_managers(engines):
    host, manager = "manager3", "manager2"
    modules = {"stack_info": {}, "service_scale": {"services": {"a_web": 1}}, "stack_remove": {"name": "a"}}
    engines.console(host, "docker swarm leave --force")
    try:
        for module, options in modules.items():
            (refused,) = failures(engines.run(module, hosts=host, **options))
            assert "This node is no swarm manager: it is in no swarm." in refused["msg"]
            # There is nothing to remove where there is no swarm yet, and a service to scale may come.
            planned = engines.run(module, hosts=host, check=True, **options)
            assert changed(planned) == {module == "service_scale"}
        assert engines.output.count("This host is in no swarm yet: planned as for an empty one.") >= len(modules)
        join(engines.lab, host, manager)
        for module, options in modules.items():
            (refused,) = failures(engines.run(module, hosts=host, **options))
            assert "This node is no swarm manager: it is a worker." in refused["msg"]
    finally:
        node = engines.console(host, "docker info --format '{{.Swarm.NodeID}}'").strip()
        engines.console(host, "docker swarm leave --force", check=False)
        engines.console(manager, f"docker node rm --force {node}", check=False)
        engines.init()
