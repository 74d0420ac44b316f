# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: swarm
short_description: A running swarm as inventory
version_added: 1.0.0
description:
  - Reads the nodes of a swarm from one of its managers and makes them the hosts of the inventory. It takes two
    requests, however many nodes there are.
  - The managers are asked in turn, until one of them answers for a swarm that has a quorum. One that is down, is a
    worker or has no quorum is passed over.
  - The groups are C(swarm_managers) and C(swarm_workers), which the playbooks of this collection read; C(swarm_leader);
    C(swarm_availability_active), C(swarm_availability_pause) and C(swarm_availability_drain); C(swarm_state_ready),
    C(swarm_state_down), C(swarm_state_disconnected) and C(swarm_state_unknown). Groups by label are made with
    O(keyed_groups), see the examples.
  - The variable C(swarm_node) of each host is what M(apiary.swarm.node_info) returns for its node, without tasks.
  - C(ansible_host) is the address of the node. For managers it is the one that they advertise to each other.
  - The name of the file has to be C(swarm.yml) or C(swarm.yaml), or end with C(.swarm.yml) or C(.swarm.yaml).
author: The apiary.swarm contributors (@apiary)
extends_documentation_fragment:
  - apiary.swarm.connection.client
  - constructed
  - inventory_cache
requirements:
  - docker (Docker SDK for Python) 5.0.0 or newer on the controller, for V(tcp://), and with paramiko for V(ssh://)
    without O(use_ssh_client)
  - docker CLI on the managers, for V(ssh://)
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices: [apiary.swarm.swarm]
  docker_hosts:
    description:
      - Where managers are reached, from the controller. They are asked in this order.
      - V(ssh://user@host) through SSH, V(tcp://host:2376) with TLS, V(unix:///path) for a socket.
    type: list
    elements: str
    default: ["unix:///var/run/docker.sock"]
    env:
      - name: DOCKER_HOST
  named_by:
    description:
      - Whether hosts have the host names of the nodes or their NodeIDs.
      - Host names that several nodes have (a node that left and joined again leaves its old entry behind),
        V(localhost), and what is no host name are not used. These nodes have their NodeIDs, and a warning names them.
    type: str
    choices: [name, id]
    default: name
  tls:
    env:
      - name: DOCKER_TLS
  validate_certs:
    env:
      - name: DOCKER_TLS_VERIFY
  timeout:
    description: Seconds after which a manager that has not answered is passed over.
    default: 10
    env:
      - name: DOCKER_TIMEOUT
seealso:
  - module: apiary.swarm.node_info
"""

EXAMPLES = r"""
# swarm.yml: any of three managers, through SSH. The keys of the hosts are in known_hosts.
plugin: apiary.swarm.swarm
docker_hosts:
  - ssh://deploy@192.0.2.11
  - ssh://deploy@192.0.2.12
  - ssh://deploy@192.0.2.13
compose:
  ansible_user: "'deploy'"
  ansible_become: true

---
# prod.swarm.yml: through TLS, with groups by label. A node with the label zone=a is in the group zone_a.
plugin: apiary.swarm.swarm
docker_hosts: [tcp://manager1.example.com:2376, tcp://manager2.example.com:2376]
validate_certs: true
ca_path: ~/.docker/ca.pem
client_cert: ~/.docker/cert.pem
client_key: ~/.docker/key.pem
keyed_groups:
  - prefix: zone
    key: swarm_node.labels.zone
  - prefix: label
    key: swarm_node.labels # label_zone_a, label_disk_ssd
  - prefix: engine
    key: swarm_node.engine_version
groups:
  large: swarm_node.memory_bytes > 32 * 1024 ** 3

---
# Read once in ten minutes.
plugin: apiary.swarm.swarm
docker_hosts: [ssh://deploy@192.0.2.11]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ansible-swarm
cache_timeout: 600
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import connect
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.info import details, in_order
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.waits import list_nodes
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.inventory import inventory_of
from ansible_collections.apiary.swarm.plugins.plugin_utils._untrusted import untrusted

_ENDINGS = tuple(f"{separator}swarm.{suffix}" for separator in ("/", ".") for suffix in ("yml", "yaml"))
_CONNECTION = ("tls", "validate_certs", "ca_path", "client_cert", "client_key", "use_ssh_client", "timeout")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Reads nodes, and hands to Ansible what inventory_of makes of them."""

    NAME = "apiary.swarm.swarm"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and f"/{path}".endswith(_ENDINGS)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        found = inventory_of(self._nodes(path, cache), self.get_option("named_by"))
        for warning in found.warnings:
            self.display.warning(warning)
        for group in found.groups:
            self.inventory.add_group(group)
        for host, variables in found.hosts.items():
            self.inventory.add_host(host)
            for name, value in variables.items():
                # Nodes say much of this themselves, and labels are anybody's text: none of it is a template.
                self.inventory.set_variable(host, name, untrusted(value))
        for group, hosts in found.groups.items():
            for host in hosts:
                self.inventory.add_child(group, host)
        for host in found.hosts:
            self._construct(host)

    def _construct(self, host: str) -> None:
        strict = self.get_option("strict")
        # Without a host's own variables: those of its groups are not known yet.
        self._set_composite_vars(self.get_option("compose"), self._variables(host), host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), self._variables(host), host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), self._variables(host), host, strict=strict)

    def _variables(self, host: str) -> dict[str, Any]:
        found: dict[str, Any] = self.inventory.get_host(host).get_vars()
        return found

    def _nodes(self, path: str, cache: bool) -> list[dict[str, Any]]:
        """From the cache where that is wished and filled, otherwise from a manager."""
        key = self.get_cache_key(path)
        cached = self.get_option("cache")
        if cached and cache:
            try:
                kept: list[dict[str, Any]] = self._cache[key]
                return kept
            except KeyError:
                pass
        nodes = self._ask()
        if cached:
            self._cache[key] = nodes
        return nodes

    def _ask(self) -> list[dict[str, Any]]:
        """The nodes, by the first manager that tells them."""
        problems = []
        options: Mapping[str, Any] = {name: self.get_option(name) for name in _CONNECTION}
        for docker_host in self.get_option("docker_hosts"):
            try:
                nodes = in_order(list_nodes(connect({**options, "docker_host": docker_host}), check_mode=False))
            except SwarmError as problem:
                problems.append(f"{docker_host}: {problem}")
                self.display.vv(f"{self.NAME}: {problems[-1]}")
            else:
                return [{key: value for key, value in details(node).items() if key != "tasks"} for node in nodes]
        raise AnsibleParserError(
            "No manager of docker_hosts tells the nodes of its swarm. " + " ".join(problems or ["None is stated."])
        )
