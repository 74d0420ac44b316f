# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrong input: one error that names the value and what to do, and nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Hosts

BAD_MODULE_INPUT = [
    pytest.param("swarm_init", {"advertise_address": "10.0.0.1"}, ["advertise_address", "advertise_addr"], id="option"),
    pytest.param("swarm_init", {"advertise_addr": "300.1.2.3"}, ["advertise_addr", "300.1.2.3"], id="address"),
    pytest.param("swarm_init", {"advertise_addr": "eth77"}, ["eth77"], id="interface"),
    pytest.param("swarm_init", {"default_addr_pool": ["10.0.0.0/40"]}, ["default_addr_pool", "10.0.0.0/40"], id="pool"),
    pytest.param(
        "swarm_join", {"remote_addrs": ["m1"], "join_token": "SWMTKN-2-x"}, ["join_token", "SWMTKN-1-"], id="token"
    ),
    pytest.param("node_label", {"node": "worker1", "labels": {"a": "b"}}, ["swarm"], id="no manager"),
]


@pytest.mark.parametrize(("module", "options", "words"), BAD_MODULE_INPUT)
def test_a_module_names_what_is_wrong(hosts: Hosts, module: str, options: dict[str, Any], words: list[str]) -> None:
    result = hosts.module("manager1", module, options)
    assert result["failed"]
    assert result["changed"] is False
    assert not [word for word in words if word not in result["msg"]], result["msg"]
    assert hosts.swarm("manager1")["LocalNodeState"] == "inactive"


NETWORK = "services: {web: {image: registry:5000/busybox:1, networks: [backend]}}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, ["shop.yml"], id="missing file"),
        pytest.param(NETWORK, ["web", "backend"], id="undefined network"),
        pytest.param("services: {web: {image: a, comand: sh}}", ["services.web", "comand"], id="unknown key"),
        pytest.param("services: [", ["shop.yml"], id="no YAML"),
    ],
)
def test_a_stack_names_what_is_wrong(cluster: Hosts, tmp_path: Path, content: str | None, words: list[str]) -> None:
    if content is not None:
        (tmp_path / "shop.yml").write_text(content)
    result = cluster.module("manager1", "stack_deploy", {"name": "shop", "compose": [str(tmp_path / "shop.yml")]})
    assert result["failed"]
    assert not [word for word in words if word not in result["msg"]], result["msg"]
    assert cluster.docker("manager1", "service ls --quiet") == ""
    assert cluster.docker("manager1", "network ls --quiet --filter label=com.docker.stack.namespace=shop") == ""


def test_engine_info_tells_what_the_engine_tells(cluster: Hosts) -> None:
    for host in ("manager1", "manager2", "worker1"):
        engine = cluster.module(host, "engine_info", {})["engine"]
        assert engine["version"] == cluster.docker(host, "version --format '{{.Server.Version}}'")
        assert engine["swarm"] == "active"
        assert engine["manager"] is host.startswith("manager")
