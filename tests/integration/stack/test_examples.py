# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder examples/, as its pages say, on an Engine of each version; another image and secret, and away again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.lab.wait import wait_until

from .conftest import ENGINES
from .stand_in import push_stand_ins

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
LABELS = ("zone=a", "edge=true", "db=true", "metrics=true")
# What `docker service ls` says when all is there. Jobs have no task that runs.
COUNTS = {
    "three-tier": {"shop_web": "2/2", "shop_api": "2/2", "shop_db": "1/1"},
    "monitoring": {
        "monitoring_prometheus": "1/1",
        "monitoring_alertmanager": "1/1",
        "monitoring_grafana": "1/1",
        "monitoring_node-exporter": "1/1",
        "monitoring_cadvisor": "1/1",
    },
    "edge": {"edge_proxy": "1/1", "edge_whoami": "2/2"},
    "jobs": {
        "jobs_migrate": "1/1 completed",
        "jobs_tidy": "1/1 completed",
        "jobs_heartbeat": "1/1",
    },
}
STACKS = {"three-tier": "shop"}


@pytest.fixture(scope="session")
def stand_ins(stack_lab):
    return push_stand_ins(stack_lab)


@pytest.fixture
def variables(tmp_path):
    for name in ("certificate", "key"):
        (tmp_path / f"{name}.pem").write_text(f"the {name}\n")
    return {
        "shop_db_password": "first",
        "grafana_admin_password": "first",
        "edge_certificate_file": str(tmp_path / "certificate.pem"),
        "edge_key_file": str(tmp_path / "key.pem"),
    }


@pytest.fixture
def play(engines, stand_ins, tmp_path):
    """Runs the play of an example on each of the swarms, at the same time; returns (changed tasks, what was said)."""

    def run(example, variables, image="", **environment):
        file = tmp_path / "variables.json"
        file.write_text(json.dumps(variables))
        text = (EXAMPLES / example / "stack.yml").read_text()
        images = dict.fromkeys(re.findall(r"\$\{(\w+_IMAGE):-", text), image or stand_ins[0])

        def on(host):
            # Later inventories win: the addresses are those of the lab, labels and passwords are the example's.
            inventories = ("-i", EXAMPLES / "inventory.yml", "-i", engines.lab.inventory_file)
            done = subprocess.run(
                [
                    *(Path(sys.executable).with_name("ansible-playbook"), EXAMPLES / example / "deploy.yml"),
                    *(*inventories, "--limit", host, "-e", f"@{file}", "--diff"),
                ],
                env={
                    **os.environ,
                    **engines.environment,
                    **images,
                    **environment,
                    "ANSIBLE_CONFIG": str(engines.lab.directory / "ansible.cfg"),
                },
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            assert done.returncode == 0, done.stdout
            return int(re.findall(r"changed=(\d+)", done.stdout)[-1]), done.stdout

        with ThreadPoolExecutor() as pool:
            results = list(pool.map(on, ENGINES))
        (changed,) = {changed for changed, _said in results}
        return changed, "".join(said for _changed, said in results)

    return run


def update_node(engines, host, options):
    """The only node of a host is updated, once more where its manager has written to it meanwhile."""
    wait_until(lambda: engines.console(host, f"docker node update {options} $(docker node ls -q)"))


@pytest.fixture(params=sorted(COUNTS))
def example(engines, request):
    """The name of an example, whose nodes have the labels; what it made is removed afterwards."""
    for host in ENGINES:
        added = " ".join(f"--label-add {label}" for label in LABELS)
        update_node(engines, host, added)
    yield request.param
    stack = STACKS.get(request.param, request.param)
    engines.deploy(stack, state="absent")
    leftovers = f"label=com.docker.stack.namespace={stack}"
    for host in ENGINES:
        engines.console(host, f"docker volume ls -q --filter {leftovers} | xargs -r docker volume rm", check=False)
        removed = " ".join(f"--label-rm {label.partition('=')[0]}" for label in LABELS)
        update_node(engines, host, removed)


def counts(engines, stack):
    """On each host: service -> "2/2". Of jobs, "0/1 (1/1 completed)", it is what is in brackets."""
    listed = engines.docker(
        f"service ls --filter label=com.docker.stack.namespace={stack} --format '{{{{.Name}}}}\t{{{{.Replicas}}}}'"
    )
    pairs = [re.findall(r"(\S+)\t(?:.*\()?([^()\n]+)", text) for text in listed.values()]
    return [dict(found) for found in pairs]


def in_container(engines, service, command):
    """What a command says in a container of the service, on all hosts the same."""
    container = f"$(docker ps -q --filter label=com.docker.swarm.service.name={service} | head -1)"
    (said,) = {text.strip() for text in engines.docker(f"exec {container} {command}").values()}
    return said


def test_an_example_runs(engines, example, play, variables):
    stack = STACKS.get(example, example)
    changed, said = play(example, variables)
    assert changed == 1
    assert counts(engines, stack) == [COUNTS[example]] * len(ENGINES)
    assert "first" not in said.replace("first reachable", "")
    assert play(example, variables)[0] == 0
    CHECKS[example](engines, play, variables)


def three_tier(engines, play, variables):
    assert "proxy_pass" in in_container(engines, "shop_web", "cat /etc/nginx/conf.d/default.conf")
    assert "CREATE TABLE" in in_container(engines, "shop_db", "cat /docker-entrypoint-initdb.d/schema.sql")
    assert in_container(engines, "shop_db", "cat /run/secrets/db_password") == "first"
    # docs/how-to/secret-rotation.md
    secret = {**variables, "shop_db_password": "second"}
    changed, said = play("three-tier", secret)
    assert changed == 1
    assert "second" not in re.sub(r"\d+ seconds?", "", said)
    assert in_container(engines, "shop_api", "cat /run/secrets/db_uri") == "postgres://shop:second@db/shop"
    # docs/how-to/rolling-update.md
    version = "sh -c 'echo $VERSION'"
    assert in_container(engines, "shop_web", version) == "1"
    changed, _said = play("three-tier", secret, WEB_IMAGE="registry:5000/stand-in:2")
    assert changed == 1
    assert in_container(engines, "shop_web", version) == "2"
    assert in_container(engines, "shop_api", version) == "1"
    assert counts(engines, "shop") == [COUNTS["three-tier"]] * len(ENGINES)


def monitoring(engines, play, variables):
    assert "tasks.node-exporter" in in_container(engines, "monitoring_prometheus", "cat /etc/prometheus/prometheus.yml")
    assert in_container(engines, "monitoring_grafana", "cat /run/secrets/admin_password") == "first"
    # Prometheus finds its targets by this name.
    ask = "wget -q -O - http://tasks.cadvisor:8080/healthz"
    assert in_container(engines, "monitoring_prometheus", ask) == "well"


def edge(engines, play, variables):
    for host in ENGINES:
        address = engines.lab.host(host).address
        for port in (80, 443):
            with urllib.request.urlopen(f"http://{address}:{port}/", timeout=10) as answer:
                assert answer.read() == b"it works\n"
    assert in_container(engines, "edge_proxy", "cat /run/secrets/tls_key") == "the key"


def jobs(engines, play, variables):
    logged = engines.docker("service logs --raw jobs_migrate").values()
    assert set(logged) == {"migration, run first"}
    changed, _said = play("jobs", {**variables, "run": "second"})
    assert changed == 1
    assert play("jobs", {**variables, "run": "second"})[0] == 0
    logged = engines.docker("service logs --raw jobs_migrate").values()
    assert all("migration, run second" in text for text in logged)


CHECKS = {"three-tier": three_tier, "monitoring": monitoring, "edge": edge, "jobs": jobs}
