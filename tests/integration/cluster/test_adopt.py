# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A swarm that was made by hand is taken over: with what adopt writes, site finds nothing to change."""

from __future__ import annotations

from pathlib import Path

import yaml

from .conftest import Hosts, Outcome, swarm_inventory

HELD = "$(dpkg-query --show --showformat='${Package} ' docker.io docker-cli containerd runc 2>/dev/null)"


def adopt(hosts: Hosts, inventory: Path, folder: Path, *arguments: str) -> Outcome:
    options = ("-i", str(inventory), "-e", f"swarm_adopt_directory={folder}", *arguments)
    return Outcome(hosts.ansible("ansible-playbook", "apiary.swarm.adopt", *options))


def site(hosts: Hosts, folder: Path, *arguments: str) -> Outcome:
    known = f"--ssh-common-args=-o UserKnownHostsFile={hosts.lab.known_hosts_file}"
    done = Outcome(hosts.ansible("ansible-playbook", "apiary.swarm.site", "-i", str(folder), known, *arguments))
    assert done.succeeded, done.text
    return done


def versions(hosts: Hosts) -> list[str]:
    """What changes when anything of the swarm or its nodes is written by somebody else than swarm itself."""
    nodes = sorted(f"{identity} {spec}" for identity, spec in hosts.specs("manager1").items())
    return [str(hosts.swarm("manager1")["Cluster"]["Version"]), *nodes]


def texts(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in sorted(folder.rglob("*.yml"))}


def test_a_swarm_that_was_made_by_hand_is_taken_over(small: Hosts, home: Path) -> None:
    small.docker("manager1", "swarm update --task-history-limit 3 --cert-expiry 720h")
    small.docker("manager1", "node update --label-add zone=a --availability pause manager2")
    small.docker(
        "manager1", "node update --label-add 'evil={{ 7 * 7 }}' --label-add flag= --availability drain worker1"
    )
    small.console("worker1", f"apt-mark hold {HELD}")
    inventory, folder = swarm_inventory(small, home, "manager2", "manager1"), home / "production"
    before = versions(small)

    done = adopt(small, inventory, folder)
    assert done.succeeded, done.text
    assert "It would change" not in done.words
    assert versions(small) == before
    written = texts(folder)
    assert list(written) == ["group_vars/all.yml", "hosts.yml"]
    tokens = [small.docker("manager1", f"swarm join-token -q {role}") for role in ("manager", "worker")]
    assert not any(token in text for token in tokens for text in (*written.values(), done.text))

    settings = yaml.safe_load(written["group_vars/all.yml"])
    assert settings["docker_engine_source"] == "distribution"
    assert settings["swarm_manager_settings"]["task_history_limit"] == 3
    assert settings["swarm_manager_settings"]["node_cert_expiry"] == "720h"
    groups = yaml.safe_load(written["hosts.yml"].replace("!unsafe ", ""))
    assert list(groups["swarm_managers"]["hosts"]) == ["manager1", "manager2"]
    paused, drained = groups["swarm_managers"]["hosts"]["manager2"], groups["swarm_workers"]["hosts"]["worker1"]
    assert (paused["swarm_node_availability"], paused["swarm_node_labels"]) == ("pause", {"zone": "a"})
    assert drained["swarm_node_availability"] == "drain"
    assert drained["swarm_node_labels"] == {"evil": "{{ 7 * 7 }}", "flag": ""}
    assert drained["docker_engine_hold"] is True
    installed = small.console("worker1", "dpkg-query --show --showformat='${Version}' docker.io")
    assert installed.startswith(drained["docker_engine_version"] + "+")

    assert site(small, folder, "--check", "--diff").changed == 0

    small.docker("manager1", "node update --label-add rack=7 manager1")
    refused = adopt(small, inventory, folder)
    assert not refused.succeeded
    assert "hosts.yml in" in refused.words
    assert "would be overwritten. Nothing was written." in refused.words
    before = versions(small)
    for arguments in (("--check",), ()):
        assert texts(folder) == written
        assert adopt(small, inventory, folder, "-e", "swarm_adopt_overwrite=true", *arguments).changed == 1
    assert "rack: '7'" in texts(folder)["hosts.yml"]
    assert site(small, folder).changed == 0
    assert versions(small) == before
    small.console("worker1", f"apt-mark unhold {HELD}")


def test_without_a_manager_nothing_is_written(small: Hosts, home: Path) -> None:
    inventory = small.lab.inventory_file
    done = adopt(small, inventory, home / "none", "--limit", "worker1")
    assert not done.succeeded
    assert "Nothing was written." in done.words
    assert not (home / "none").exists()
