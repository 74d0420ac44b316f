# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin, as Ansible's own program runs it, against Engines that are doubles."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest
import yaml

from tests.doubles import EngineDouble, served
from tests.unit.programs import run


@pytest.fixture
def listed(tmp_path):
    """A function that asks doubles in turn; what `ansible-inventory --list` prints, and what it says beside it."""

    def listed(*doubles, file="swarm.yml", **options):
        source = tmp_path / file
        with ExitStack() as stack:
            hosts = []
            for number, double in enumerate(doubles):
                path = tmp_path / f"{number}.sock"
                path.unlink(missing_ok=True)
                hosts.append(stack.enter_context(served(double, path)) if double else f"unix://{tmp_path}/none.sock")
            source.write_text(yaml.safe_dump({"plugin": "apiary.swarm.swarm", "docker_hosts": hosts, **options}))
            done = run(tmp_path, "ansible-inventory", "-i", source, "--list", "-vv")
        return plain(json.loads(done.stdout[done.stdout.index("{\n") :])), " ".join(done.stderr.split()) + done.stdout

    return listed


def plain(value):
    """Text that is no template is marked as such in what Ansible prints."""
    if isinstance(value, dict):
        return value.get("__ansible_unsafe") or {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def labelled(double, number, **labels):
    node = double.request("GET", "/nodes")[number]
    spec = {**node["Spec"], "Labels": labels}
    double.request("POST", f"/nodes/{node['ID']}/update", {"version": node["Version"]["Index"]}, spec)


def test_constructed_groups_and_variables(listed):
    double = EngineDouble(nodes=3)
    labelled(double, 1, zone="a", disk="ssd")
    labelled(double, 2, zone="b")
    double.requests.clear()
    found, _said = listed(
        double,
        keyed_groups=[{"prefix": "zone", "key": "swarm_node.labels.zone"}],
        groups={"fast": "'disk' in swarm_node.labels"},
        compose={"ansible_user": "'deploy'", "where": "swarm_node.labels.zone | default('nowhere')"},
    )
    assert found["swarm_managers"]["hosts"] == ["host1"]
    assert found["swarm_workers"]["hosts"] == ["host2", "host3"]
    assert found["zone_a"]["hosts"] == found["fast"]["hosts"] == ["host2"]
    assert found["zone_b"]["hosts"] == ["host3"]
    variables = found["_meta"]["hostvars"]
    assert [variables[host]["where"] for host in ("host1", "host2", "host3")] == ["nowhere", "a", "b"]
    assert variables["host2"]["ansible_host"] == "10.0.0.2"
    assert variables["host2"]["ansible_user"] == "deploy"
    assert variables["host2"]["swarm_node"]["labels"] == {"zone": "a", "disk": "ssd"}
    assert [str(request) for request in double.requests] == ["GET /version", "GET /nodes"]


def test_what_nodes_say_is_never_a_template(listed, tmp_path):
    double = EngineDouble(nodes=2)
    trap = f"{{{{ lookup('ansible.builtin.pipe', 'touch {tmp_path}/trapped') }}}}"
    labelled(double, 1, zone=trap)
    found, _said = listed(double, compose={"zone": "swarm_node.labels.zone | default('')"}, strict=True)
    assert found["_meta"]["hostvars"]["host2"]["zone"] == trap
    assert not (tmp_path / "trapped").exists()


def test_the_next_manager_is_asked(listed):
    found, said = listed(None, EngineDouble(nodes=2, member="worker"), EngineDouble(nodes=2))
    assert found["swarm_managers"]["hosts"] == ["host1"]
    assert "none.sock does not exist" in said
    assert "this Engine is a worker of a swarm" in said


def test_without_any_answer_all_is_said(listed):
    found, said = listed(None, EngineDouble(member="inactive"))
    assert "hostvars" not in found["_meta"] or not found["_meta"]["hostvars"]
    assert "No manager of docker_hosts tells the nodes of its swarm" in said
    assert "none.sock does not exist" in said
    assert "in no swarm" in said


def test_strict_makes_a_wrong_expression_an_error(listed):
    _found, said = listed(EngineDouble(), strict=True, compose={"zone": "nothing.at_all"})
    assert "'nothing' is undefined" in said


def test_the_cache_is_used(listed, tmp_path):
    double = EngineDouble(nodes=2)
    cache = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
        "keyed_groups": [{"prefix": "zone", "key": "swarm_node.labels.zone"}],
    }
    labelled(double, 1, zone="a")
    first, _said = listed(double, **cache)
    double.requests.clear()
    second, _said = listed(double, **cache)
    assert double.requests == []
    assert second == first
    assert second["zone_a"]["hosts"] == ["host2"]


@pytest.mark.parametrize(
    ("file", "accepted"),
    [("swarm.yml", True), ("prod.swarm.yaml", True), ("docker_swarm.yml", False), ("swarm.json", False)],
)
def test_files_are_known_by_their_names(listed, file, accepted):
    found, _said = listed(EngineDouble(), file=file)
    assert ("swarm_managers" in found) is accepted
