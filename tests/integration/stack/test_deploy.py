# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stack with a bit of everything: deployed once, left alone, repaired."""

from __future__ import annotations

import pytest

from .conftest import changed, failures, plan_lines

IMAGE = "registry:5000/busybox:1"
RICH = """
version: "3.9"
services:
  web:
    image: registry:5000/busybox:1
    command: [httpd, -f, -p, "80"]
    environment: {A: "1", EMPTY: "", UNSET: null}
    networks: {front: {aliases: [www, "3w"]}}
    secrets: [{source: key, target: the_key, uid: "1", mode: 0440}]
    configs: [{source: app, target: /etc/app.conf}]
    volumes:
      - data:/data
      - {type: tmpfs, target: /scratch, tmpfs: {size: 1000000}}
      - {type: bind, source: /etc/hostname, target: /name, read_only: true}
    healthcheck: {test: ["CMD", "true"], interval: 2s, start_period: 500ms}
    stop_grace_period: 1s
    stop_signal: SIGINT
    init: false
    hostname: "w-{{.Task.Slot}}"
    user: "0"
    working_dir: /tmp
    cap_add: [NET_ADMIN]
    cap_drop: [MKNOD]
    ulimits: {nofile: 1000, nproc: {soft: 100, hard: 200}}
    sysctls: {net.ipv4.ip_forward: "1"}
    extra_hosts: ["there:10.1.1.1"]
    dns: [10.1.1.2]
    dns_search: [example.com]
    logging: {driver: json-file, options: {max-size: 1m}}
    labels: {inner: "", other: x}
    deploy:
      replicas: 2
      endpoint_mode: dnsrr
      labels: {outer: "", other: x}
      update_config: {monitor: 1s, parallelism: 0, max_failure_ratio: 0.15, order: start-first}
      rollback_config: {parallelism: 2, delay: 1s}
      restart_policy: {condition: on-failure, delay: 1s, max_attempts: 3, window: 0s}
      resources: {limits: {cpus: "0.5", memory: 64M, pids: 50}, reservations: {memory: 8M}}
      placement:
        constraints: [node.role == manager]
        preferences: [{spread: node.labels.zone}]
        max_replicas_per_node: 4
  agent:
    image: registry:5000/busybox:1
    command: sleep 1000
    stop_grace_period: 0s
    networks: [front]
    ports: [{target: 80, published: 8089, mode: host}]
    deploy: {mode: global, endpoint_mode: dnsrr, update_config: {monitor: 1s}}
  # Fields that need not run to be compared.
  odd:
    image: registry:5000/busybox:1
    entrypoint: [sh, -c]
    command: ["sleep 1"]
    tty: true
    stdin_open: true
    read_only: true
    init: true
    healthcheck: {disable: true}
    networks: {inner: null, front: {aliases: [odd]}}
    configs: [{source: template, target: /etc/t, uid: "1", gid: "2", mode: 0400}]
    volumes:
      - {type: volume, source: data, target: /d, read_only: true, volume: {nocopy: true}}
      - {type: volume, source: tuned, target: /u}
      - {type: bind, source: /tmp, target: /t, bind: {propagation: rslave}}
      - /anonymous
    ports: ["8091:80/udp", "8092-8093:92-93", "94"]
    logging: {driver: none}
    deploy:
      replicas: 0
      labels: [a=b, "c"]
      update_config: {failure_action: rollback, delay: 0s, parallelism: 1, order: stop-first}
      restart_policy: {condition: none, delay: 0s}
      placement: {constraints: ["node.labels.b != c", "node.platform.os == linux"], preferences: []}
      resources:
        reservations: {cpus: "0.25", generic_resources: [{discrete_resource_spec: {kind: gpu, value: 2}}]}
networks:
  front: {driver_opts: {encrypted: ""}, labels: {l: ""}, ipam: {config: [{subnet: 10.99.0.0/24}]}}
  inner: {internal: true, attachable: true}
secrets: {key: {file: key.txt, labels: {team: a}}}
configs: {app: {file: app.conf}, template: {file: app.conf, template_driver: golang}}
volumes:
  data: {labels: {v: ""}}
  tuned: {driver: local, driver_opts: {type: tmpfs, device: tmpfs}, name: tuned}
"""
# The CLI of Engine 20.10 knows no jobs.
JOB = """
  job:
    image: registry:5000/busybox:1
    command: ["true"]
    networks: [front]
    deploy: {mode: replicated-job, replicas: 2, restart_policy: {condition: on-failure}, endpoint_mode: dnsrr}
"""


@pytest.fixture
def rich(engines, stack):
    (engines.folder / "key.txt").write_text("the first key")
    (engines.folder / "app.conf").write_text("setting = 1")
    (engines.folder / "stack.yml").write_text(RICH.replace("\nnetworks:", f"{JOB}networks:", 1))

    def deploy(**options):
        return stack(compose=["stack.yml"], **options)

    deploy.stack = stack.stack
    return deploy


def test_a_rich_stack_is_deployed_once(engines, rich):
    planned = rich(check=True)
    assert changed(planned) == {True}
    done = rich()
    assert {host: plan_lines(result) for host, result in done.items()} == {
        host: plan_lines(result) for host, result in planned.items()
    }
    services = [f"{rich.stack}_{name}" for name in ("agent", "job", "odd", "web")]
    before = [engines.versions(service) for service in services]
    assert changed(rich()) == {False}
    assert changed(rich(wait=False, check=True)) == {False}
    assert [engines.versions(service) for service in services] == before


def test_changes_by_hand_are_repaired(engines, rich):
    rich()
    web = f"{rich.stack}_web"
    engines.docker(
        f"service update -d --no-resolve-image --env-add A=9 --env-add NEW=x --label-rm outer --replicas 1"
        " --container-label-add by=hand --image registry:5000/busybox:2 --limit-memory 32m"
        f" --constraint-add 'node.role==manager' {web}"
    )
    repaired = rich()
    assert changed(repaired) == {True}
    for result in repaired.values():
        (step,) = result["plan"]
        assert [change["path"] for change in step["changes"]] == [
            "deploy.labels.outer",
            "deploy.placement.constraints",
            "deploy.replicas",
            "deploy.resources.limits.memory",
            "environment.A",
            "environment.NEW",
            "image",
            "labels.by",
        ]
    assert changed(rich()) == {False}


def test_a_stack_of_the_cli_is_taken_over_as_it_is(engines, rich):
    (engines.folder / "stack.yml").write_text(RICH)
    for name in ("stack.yml", "key.txt", "app.conf"):
        text = (engines.folder / name).read_text()
        for host in ("manager1", "manager2", "manager3"):
            engines.put(host, f"/tmp/{name}", text)
    engines.docker(f"stack deploy -c /tmp/stack.yml --resolve-image never {rich.stack}")
    web = f"{rich.stack}_web"
    before = engines.versions(web)
    assert changed(rich()) == {False}
    assert engines.versions(web) == before


def test_check_mode_on_an_engine_in_no_swarm_plans_everything(engines, rich):
    before = rich(check=True)
    engines.docker("swarm leave --force")
    try:
        planned = rich(check=True)
        refused = rich()
    finally:
        engines.init()
    assert [plan_lines(result) for result in planned.values()] == [plan_lines(result) for result in before.values()]
    for result in failures(refused):
        assert "This node is no swarm manager: it is in no swarm." in result["msg"]
