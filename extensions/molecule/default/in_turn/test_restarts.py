# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of all five Engines does to the swarm and its services, watched on the managers meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[4]
MANAGERS = ("manager1", "manager2", "manager3")
REPLICAS = {"demo_web": 2, "demo_api": 3}

# An Engine that is down is not asked over its socket: systemd would hold the request back until it is up again.
LOOK = """
systemctl is-active --quiet docker.service || { echo down; exit 0; }
timeout 3 docker service ls --format '{{.Name}} {{.Replicas}}' 2> /dev/null || true
"""


def site(lab, **variables):
    inventories = ("--inventory", str(lab.inventory_file), "--inventory", str(PROJECT / "tests" / "demo" / "inventory"))
    command = [str(Path(sys.executable).parent / "ansible-playbook"), *inventories, "apiary.swarm.site"]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(lab.directory / "ansible.cfg")}
    return subprocess.run(
        [*command, "--extra-vars", json.dumps(variables)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )


def test_engines_restart_one_at_a_time_and_services_go_on(lab, on, at_once, watching):
    names = [host.name for host in lab.hosts]

    def runs():
        return {name: on(name, "systemctl show --property=InvocationID docker.service") for name in names}

    def up():
        return at_once(names, "systemctl is-active docker.service || true").count("active")

    before = runs()
    daemon = {"insecure-registries": ["registry:5000"], "mtu": 1450}
    with watching(lambda: at_once(MANAGERS, LOOK)) as said, watching(up) as running:
        done = site(lab, docker_engine_daemon=daemon)
    assert done.returncode == 0, done.stdout
    assert "apiary.swarm.preflight : Look at the host" not in done.stdout  # all hosts are in the swarm
    assert not set(before.items()) & set(runs().items())
    assert {len(names) - 1} <= set(running) <= {len(names) - 1, len(names)}
    assert max(answers.count("down") for answers in said) == 1  # two of three are a quorum
    lines = {line for answers in said for answer in answers for line in answer.splitlines() if answer != "down"}
    counts = {(name, *map(int, replicas.split("/"))) for name, replicas, *_limit in (line.split() for line in lines)}
    assert {(name, wanted) for name, _running, wanted in counts} == set(REPLICAS.items())
    # One too many is right, too: a task and its replacement, when the Engine of the first is back.
    assert not [count for count in counts if count[1] < count[2] - 1]
