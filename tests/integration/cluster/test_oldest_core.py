# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks with the oldest supported ansible-core, which has other templates and other results than the newest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.lab.wait import wait_until

from .conftest import Hosts, Outcome, swarm_inventory

CORE = Path(__file__).parents[3] / ".cache" / "venv-oldest" / "bin"  # made by `make venv-oldest`

STACK = """
services:
  web:
    image: ${IMAGE}
    command: sleep 100000
    secrets: [key]
    deploy: {replicas: 3, update_config: {monitor: 100ms}}
secrets:
  key: {}
"""
WISHES: dict[str, Any] = {
    "docker_engine_source": "distribution",
    "docker_engine_daemon": {"insecure-registries": ["registry:5000"]},
    "swarm_manager_settings": {"task_history_limit": 3},
    "swarm_node_labels": {"host": "{{ inventory_hostname }}"},
    "swarm_stacks_list": [{"name": "shop", "definition": STACK, "env": {"IMAGE": "registry:5000/busybox:1"}}],
    "swarm_stacks_secrets": {"shop": {"key": "hunter2"}},
}


@pytest.fixture
def oldest(hosts: Hosts) -> Hosts:
    return Hosts(hosts.lab, programs=CORE)


def play(hosts: Hosts, name: str, *arguments: str, **extra: Any) -> Outcome:
    """Run a playbook of the collection, which has to succeed; `extra` are variables."""
    stated = ("-e", json.dumps({**WISHES, **extra}))
    done = Outcome(hosts.ansible("ansible-playbook", f"apiary.swarm.{name}", *stated, *arguments))
    assert done.succeeded, done.text
    return done


def test_from_engines_to_a_stack_and_the_days_after(oldest: Hosts, tmp_path: Path) -> None:
    versions = [core.ansible("ansible", "--version").stdout.splitlines()[0] for core in (oldest, Hosts(oldest.lab))]
    assert versions[0] < versions[1]  # of two digits each

    assert play(oldest, "site", "--check", "--diff").changed
    assert {oldest.swarm(name)["LocalNodeState"] for name in oldest.names} == {"inactive"}
    made = play(oldest, "site", "-vvv", "--diff")
    assert "hunter2" not in made.text
    assert "SWMTKN" not in made.text
    assert {node["Spec"]["Labels"]["host"] for node in oldest.nodes("manager2").values()} == set(oldest.names)
    assert oldest.docker("manager3", "service ls --format '{{.Name}} {{.Replicas}}'") == "shop_web 3/3"
    for arguments in ((), ("--check", "--diff")):
        assert play(oldest, "site", *arguments).changed == 0

    worker = oldest.swarm("worker1")["NodeID"]
    assert play(oldest, "drain", swarm_target="worker1").changed
    assert oldest.specs("manager1")[worker]["Availability"] == "drain"
    assert oldest.docker("worker1", "ps --quiet") == ""
    assert play(oldest, "activate", swarm_target="worker1").changed
    assert oldest.specs("manager1")[worker]["Availability"] == "active"
    assert "Before: activate succeeded" in play(oldest, "status").words

    page = tmp_path / "swarm.html"
    play(oldest, "report", swarm_report_page_file=str(page))
    assert "shop_web" in page.read_text(encoding="utf-8")
    play(oldest, "backup", swarm_backup_dir=str(tmp_path / "backups"))
    (archive,) = (tmp_path / "backups").glob("*.tar*")
    assert archive.stat().st_size > 0

    oldest.docker("worker2", "swarm leave")
    gone = "node ls --filter name=worker2 --format '{{.Status}}'"
    wait_until(lambda: oldest.docker("manager1", gone) == "Down")
    play(oldest, "remove_node", swarm_target="worker2")
    assert oldest.docker("manager1", gone) == ""


def test_a_swarm_as_inventory(small: Hosts, home: Path) -> None:
    oldest = Hosts(small.lab, programs=CORE)
    small.docker("manager1", "node update --label-add zone=a worker1")
    source = swarm_inventory(
        small, home, "manager1", keyed_groups=[{"key": "swarm_node.labels.zone", "prefix": "zone"}]
    )
    done = oldest.ansible("ansible-inventory", "-i", str(source), "--list")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["zone_a"]["hosts"] == ["worker1"]
