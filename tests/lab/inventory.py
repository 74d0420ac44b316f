# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible needs to reach a lab: inventory.yml and ansible.cfg."""

from __future__ import annotations

from .state import CHECKOUT, USER, Lab

_SSH_ARGUMENTS = (
    "-o ControlMaster=auto -o ControlPersist=60s -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3"
)


def write(lab: Lab) -> None:
    lab.control_path_dir.mkdir(exist_ok=True, mode=0o700)
    lab.inventory_file.write_text(inventory(lab), encoding="utf-8")
    (lab.directory / "ansible.cfg").write_text(configuration(lab), encoding="utf-8")


def inventory(lab: Lab) -> str:
    lines = [
        "---",
        "all:",
        "  vars:",
        f"    ansible_user: {USER}",
        "    ansible_become: true",
        f"    ansible_ssh_private_key_file: {lab.key_file}",
        f"    ansible_ssh_common_args: -o UserKnownHostsFile={lab.known_hosts_file} -o StrictHostKeyChecking=yes",
        "    ansible_python_interpreter: /usr/bin/python3",
        "    preflight_skip: [ipvs] # the kernel of this machine may lack it, and hosts cannot load modules",
        "  children:",
    ]
    for group in ("swarm_managers", "swarm_workers"):
        hosts = lab.group(group)
        lines += [f"    {group}:", "      hosts:" if hosts else "      hosts: {}"]
        for host in hosts:
            lines += [f"        {host.name}:", f"          ansible_host: {host.address}"]
    return "\n".join(lines) + "\n"


def configuration(lab: Lab) -> str:
    return f"""\
[defaults]
inventory = {lab.inventory_file}
collections_path = {CHECKOUT / ".cache" / "collections"}
forks = 20
host_key_checking = True
retry_files_enabled = False

[ssh_connection]
pipelining = True
# A directory of the lab: connections to hosts that are gone must not be met again by hosts with the same address.
control_path_dir = {lab.control_path_dir}
ssh_args = {_SSH_ARGUMENTS}
"""
