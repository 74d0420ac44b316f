# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status page of a real swarm, on which there is a broken service, a secret, and a host that is down."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.lab.wait import wait_until

from .conftest import Hosts, Outcome
from .engines import stopped

LIMIT = "manager1,manager2,worker1"
SECRETS = ("hunter2-environment", "hunter2-secret", "hunter2-config", "hunter2-label")


@pytest.fixture
def busy(small: Hosts) -> Hosts:
    """Services of a stack and of none, one that cannot run, and secrets wherever a service can have them."""
    small.docker("manager1", "node update --label-add zone=a manager1")
    small.docker("manager1", "node update --label-add 'zone=<b>{{ 6 * 7 }}' worker1")
    small.console("manager1", f"printf {SECRETS[1]} | docker secret create key -")
    small.console("manager1", f"printf {SECRETS[2]} | docker config create settings -")
    options = f"--env PASSWORD={SECRETS[0]} --secret key --config settings --label note={SECRETS[3]}"
    image = "registry:5000/busybox:1"
    stack = "--label com.docker.stack.namespace=shop"
    create = "service create --detach --name"
    small.docker("manager1", f"{create} shop_web {stack} {options} --replicas 3 {image} sleep 100000")
    small.docker("manager1", f"{create} alone --mode global {image} sleep 100000")
    small.docker("manager1", f"{create} nowhere --constraint node.labels.zone==none {image} sleep 100000")
    wait_until(lambda: replicas(small) == {"shop_web": "3/3", "alone": "3/3", "nowhere": "0/1"})
    return small


def replicas(hosts: Hosts) -> dict[str, str]:
    lines = hosts.docker("manager1", "service ls --format '{{.Name}} {{.Replicas}}'").splitlines()
    return dict(line.split() for line in lines)


def versions(hosts: Hosts) -> str:
    """What changes when anything is written by somebody else than swarm itself."""
    objects = hosts.docker("manager1", "inspect --format '{{.ID}} {{.Version}}' shop_web alone nowhere key")
    return f"{objects} {hosts.specs('manager1')}"


def report(hosts: Hosts, folder: Path, *arguments: str) -> tuple[Outcome, str, dict[str, Any], str]:
    """Write it: what the run said, the page, the data and the metrics."""
    files = [folder / name for name in ("swarm.html", "swarm.json", "swarm.prom")]
    names = ("page", "json", "metrics")
    extra = json.dumps({f"swarm_report_{name}_file": str(file) for name, file in zip(names, files, strict=True)})
    options = ("--limit", LIMIT, "--extra-vars", extra, *arguments)
    run = Outcome(hosts.ansible("ansible-playbook", "apiary.swarm.report", *options))
    assert run.succeeded, run.text
    page, data, metrics = (file.read_text(encoding="utf-8") for file in files)
    return run, page, json.loads(data), metrics


def test_a_swarm_with_a_service_that_cannot_run(busy: Hosts, tmp_path: Path) -> None:
    before = versions(busy)
    run, page, data, metrics = report(busy, tmp_path, "-vvv", "--diff")
    assert run.changed == 0
    assert versions(busy) == before

    assert data["verdict"] == "fail"
    (problem,) = data["problems"]
    assert problem.startswith("Service nowhere: 0 of 1 tasks run: no suitable node")
    assert {row["name"]: f"{row['running']}/{row['wanted']}" for row in data["services"]} == replicas(busy)
    assert {row["name"]: row["stack"] for row in data["services"]} == {"alone": "", "nowhere": "", "shop_web": "shop"}
    assert (data["quorum"]["reachable"], data["quorum"]["can_lose"]) == (2, 0)
    nodes = {node["id"]: node for zone in data["zones"] for role in ("managers", "workers") for node in zone[role]}
    for identity, node in busy.nodes("manager1").items():
        found = nodes.pop(identity)
        assert found["name"] == found["host"] == node["Description"]["Hostname"]
        running = busy.docker(found["name"], "ps --quiet").split()
        assert len(found["tasks"]) == len(running)
        path = "/var/lib/docker/swarm/certificates/swarm-node.crt"
        end = busy.console(
            found["name"], f'date -u +%FT%TZ -d "$(openssl x509 -in {path} -noout -enddate | cut -d= -f2)"'
        )
        assert found["certificate_not_after"] == end
    assert nodes == {}
    assert [zone["name"] for zone in data["zones"]] == ["<b>{{ 6 * 7 }}", "a", ""]

    assert "zone &lt;b&gt;{{ 6 * 7 }}" in page
    assert "<b>{{" not in page
    assert re.search(r'^apiary_swarm_service_tasks_running\{service="shop_web",.*\} 3$', metrics, re.MULTILINE)
    assert "apiary_swarm_problems 1\n" in metrics
    for secret in SECRETS:
        assert secret not in page + json.dumps(data) + metrics + run.text


def test_it_is_written_in_check_mode_and_while_a_host_is_down(busy: Hosts, tmp_path: Path) -> None:
    with stopped(busy, "worker1"):
        down = "node inspect worker1 --format {{.Status.State}}"
        wait_until(lambda: busy.docker("manager1", down) == "down")
        run, page, data, metrics = report(busy, tmp_path, "--check")
    assert run.changed == 0
    assert "Something does not work." in run.words
    assert any(text.startswith("Node worker1 (") and text.endswith("is down.") for text in data["problems"])
    assert any(text.startswith("worker1: ") for text in data["problems"])
    assert data["counts"]["ready"] == 2
    assert page.count('class="node ill active"') == 1
    assert re.search(r'^apiary_swarm_node_up\{node_id="[a-z0-9]+",node="worker1"\} 0$', metrics, re.MULTILINE)
