# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Autolock by the roles: the key is kept before it is needed, and used when managers are locked."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.lab import faults
from tests.lab.wait import wait_until

from .conftest import Hosts

MANAGERS = ("manager1", "manager2", "manager3")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "swarm.key"


def settings(key_file: Path | str) -> list[str]:
    variables = {"swarm_manager_settings": {"autolock": True}, "swarm_manager_unlock_key_file": str(key_file)}
    return ["--extra-vars", json.dumps(variables)]


def states(hosts: Hosts) -> list[str]:
    return [hosts.swarm(name)["LocalNodeState"] for name in MANAGERS]


def test_a_key_that_nobody_would_keep_locks_nothing(hosts: Hosts, key_file: Path) -> None:
    refused = hosts.play(*settings(""))
    assert not refused.succeeded
    assert "Set swarm_manager_unlock_key_file. Nothing was changed." in refused.text
    assert not hosts.play(*settings(key_file / "no folder" / "key")).succeeded
    assert states(hosts) == ["inactive"] * 3


NOBODY_ANSWERS = """
- name: As if all managers were lost after autolock was turned on
  hosts: manager1
  gather_facts: false
  vars:
    __swarm_manager_asker: manager1
    __swarm_manager_plan: {at: manager1, managers: [nobody]}
  tasks:
    - name: A host that cannot be reached
      ansible.builtin.add_host: {name: nobody, ansible_host: 192.0.2.1, ansible_ssh_common_args: -o ConnectTimeout=1}
    - name: Keep the key
      ansible.builtin.include_role: {name: apiary.swarm.swarm_manager, tasks_from: keep_key}
"""


def test_a_key_that_nobody_tells_is_not_taken_for_stored(hosts: Hosts, key_file: Path, tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(NOBODY_ANSWERS)
    done = hosts.ansible("ansible-playbook", str(tmp_path / "play.yml"), *settings(key_file))
    assert done.returncode == 2
    assert "No manager told the unlock key of the swarm, so it was not stored" in done.stdout
    assert not key_file.exists()


def test_autolock_from_the_first_run_to_a_power_failure(hosts: Hosts, key_file: Path, tmp_path: Path) -> None:
    made = hosts.play("-vvv", *settings(key_file))
    assert made.succeeded, made.text
    key = hosts.docker("manager2", "swarm unlock-key -q")
    assert key_file.read_text().strip() == key
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert hosts.swarm("manager1")["Cluster"]["Spec"]["EncryptionConfig"]["AutoLockManagers"] is True
    assert "SWMKEY" not in made.text

    hosts.console("manager1", "systemctl restart docker")
    assert states(hosts)[0] == "locked"
    planned = hosts.play("--check", *settings(key_file))
    assert planned.succeeded, planned.text
    assert planned.changed == 1
    assert states(hosts)[0] == "locked"
    unlocked = hosts.play("-vvv", *settings(key_file))
    assert unlocked.succeeded, unlocked.text
    assert states(hosts)[0] == "active"
    assert "SWMKEY" not in unlocked.text

    password = tmp_path / "password"
    password.write_text("of the vault")
    hosts.docker("manager1", "swarm unlock-key --rotate")
    rotated = hosts.play(*settings(key_file))
    assert rotated.succeeded, rotated.text
    assert rotated.changed == 1
    assert key_file.read_text().strip() == hosts.docker("manager2", "swarm unlock-key -q") != key
    hosts.ansible("ansible-vault", "encrypt", "--vault-password-file", str(password), str(key_file))
    encrypted = key_file.read_text()
    assert encrypted.startswith("$ANSIBLE_VAULT")

    with ThreadPoolExecutor() as pool:  # the power fails and comes back
        list(pool.map(lambda name: faults.kill(hosts.lab, name), MANAGERS))
        list(pool.map(lambda name: faults.start(hosts.lab, name), MANAGERS))
    wait_until(lambda: states(hosts) == ["locked"] * 3)
    vault = [*settings(key_file), "--vault-password-file", str(password)]
    again = hosts.play(*vault)
    assert again.succeeded, again.text
    wait_until(lambda: states(hosts) == ["active"] * 3)

    hosts.docker("manager1", "swarm unlock-key --rotate")
    refused = hosts.play(*vault)
    assert not refused.succeeded
    assert refused.changed == 0
    assert f"{key_file} does not hold the present unlock key" in refused.text
    assert key_file.read_text() == encrypted
