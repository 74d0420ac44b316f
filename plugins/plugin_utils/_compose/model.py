# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The model of a stack: what its Compose files say, merged and in one form, as JSON.

    {"name": str,                       top-level `name`, or ""
     "services": {name: service}, "networks": {name: network}, "volumes": {name: volume},
     "secrets": {name: object}, "configs": {name: object},
     "warnings": [str]}

A key that no file has is absent. Durations are nanoseconds, sizes bytes, modes of files numbers.

service
    image, hostname, user, working_dir, isolation, stop_signal, restart: str
    command, entrypoint, cap_add, cap_drop, dns, dns_search, extra_hosts ("host:address"): [str]
    init, read_only, stdin_open, tty: bool
    labels, sysctls: {str: str}
    environment: {str: str, or None for a variable to remove}; env_file is part of it
    oom_score_adj: int
    stop_grace_period: int
    credential_spec: {config | file | registry: str}
    healthcheck: {test: [str], interval, timeout, start_period, start_interval, retries: int, disable: bool}
    logging: {driver: str, options: {str: str}}
    networks: {name: {aliases: [str], driver_opts: {str: str}} or None}
    ports: [{target, published: int (0: chosen by the swarm), protocol, mode: str (empty: not given)}]
    secrets, configs: [{source, target, uid, gid: str, mode: int}]
    ulimits: {name: {soft, hard: int}}
    volumes: [{type, source, target, consistency: str, read_only: bool, bind: {propagation: str},
               volume: {nocopy: bool, subpath: str}, tmpfs: {size, mode: int}, cluster: {}, image: {subpath: str}}]
    deploy: {mode, endpoint_mode: str, replicas: int, labels: {str: str},
             update_config, rollback_config: {parallelism, delay, monitor: int, failure_action, order: str,
                                              max_failure_ratio: float},
             resources: {limits: {cpus: str, memory, pids: int},
                         reservations: {cpus: str, memory: int,
                                        generic_resources: [{discrete_resource_spec: {kind: str, value: int}}]}},
             restart_policy: {condition: str, delay, window, max_attempts: int},
             placement: {constraints: [str], preferences: [{spread: str}], max_replicas_per_node: int}}
network
    name, driver: str, driver_opts, labels: {str: str}, internal, attachable, enable_ipv6: bool,
    ipam: {driver: str, options: {str: str}, config: [{subnet, gateway, ip_range: str, aux_addresses: {str: str}}]}
volume
    name, driver: str, driver_opts, labels: {str: str}
object (secret or config)
    name, template_driver: str, labels: {str: str}; content: base64, or driver: str and driver_opts: {str: str}

Networks, volumes and objects that exist outside of the stack are `{"name": str, "external": True}`.
"""

from __future__ import annotations

from typing import Any

Model = dict[str, Any]
