# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""swarm_join where something is wrong: roles, managers that die, joins that hang, certificates that have expired."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from tests.lab import faults
from tests.lab.wait import wait_until

from .conftest import Hosts
from .engines import new_ca, stopped

CERTIFICATES = "/var/lib/docker/swarm/certificates"


def join_options(hosts: Hosts, role: str, *managers: str) -> dict[str, Any]:
    """With the token of a role, through managers in this order."""
    return {
        "join_token": hosts.docker("manager1", f"swarm join-token -q {role}"),
        "remote_addrs": [hosts.lab.host(name).address for name in managers or ("manager1",)],
    }


def test_the_token_of_the_other_role(hosts: Hosts) -> None:
    hosts.docker("manager1", "swarm init")
    for host, token, role in (("worker1", "manager", "worker"), ("worker2", "worker", "manager")):
        options = {**join_options(hosts, token), "role": role}
        first = hosts.module(host, "swarm_join", options)
        assert (first["failed"], first["changed"]) == (True, True)
        assert hosts.swarm(host)["ControlAvailable"] is (token == "manager")
        joined = hosts.swarm(host)["NodeID"]
        second = hosts.module(host, "swarm_join", options)
        assert (second["failed"], second["changed"]) == (True, False)
        for answer in (first, second):
            assert f"not a {role}" in answer["msg"]
            assert "node_update" in answer["msg"]
            assert options["join_token"] not in str(answer)
        assert hosts.swarm(host)["NodeID"] == joined


def test_a_join_that_hangs_is_never_well(hosts: Hosts) -> None:
    hosts.docker("manager1", "swarm init")
    options = join_options(hosts, "worker")
    nobody = hosts.lab.subnet.rsplit(".", 1)[0] + ".250"
    hosts.docker("worker1", f"swarm join --token {options['join_token']} {nobody}:2377", check=False)
    found = hosts.swarm("worker1")
    assert found["LocalNodeState"] in ("pending", "error")  # it tries again and again
    assert found["NodeID"] == ""
    for _run in range(2):
        answer = hosts.module("worker1", "swarm_join", {**options, "wait_timeout": 2})
        assert (answer["failed"], answer["changed"]) == (True, False)
        assert re.search(r"state (pending|error)", answer["msg"]), answer
    left = hosts.module("worker1", "swarm_leave", {})
    assert (left["failed"], left["changed"], left["left_node_id"]) == (False, True, "")
    assert hosts.module("worker1", "swarm_join", options)["changed"]


def test_the_leader_dies_while_nodes_join(cluster: Hosts) -> None:
    cluster.leave("worker1")
    options = join_options(cluster, "worker", "manager1", "manager2", "manager3")
    faults.kill(cluster.lab, "manager1")
    try:
        joined = cluster.module("worker1", "swarm_join", options)
        assert (joined["failed"], joined["changed"]) == (False, True), joined
        assert cluster.swarm("worker1")["LocalNodeState"] == "active"
        wait_until(lambda: joined["node_id"] in cluster.docker("manager2", "node ls --quiet", check=False))
        assert cluster.module("worker1", "swarm_join", options)["changed"] is False
    finally:
        faults.start(cluster.lab, "manager1")


def expired_certificate(folder: Path, ca: dict[str, str], subject: str) -> tuple[str, str]:
    """A node certificate that was valid yesterday, and its key."""
    for name in ("signing_ca_cert", "signing_ca_key"):
        (folder / name).write_text(ca[name])
    (folder / "names").write_text("subjectAltName = DNS:swarm-worker\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for command in (
        ("req", "-new", *curve, "-subj", subject, "-keyout", "key", "-out", "request"),
        (
            "x509",
            "-req",
            "-in",
            "request",
            "-CA",
            "signing_ca_cert",
            "-CAkey",
            "signing_ca_key",
            "-CAcreateserial",
            "-days",
            "-1",
            "-extfile",
            "names",
            "-out",
            "certificate",
        ),
    ):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    return (folder / "certificate").read_text() + ca["signing_ca_cert"], (folder / "key").read_text()


def test_a_certificate_that_has_expired(hosts: Hosts, tmp_path: Path) -> None:
    ca = new_ca(tmp_path, "ours")
    assert hosts.module("manager1", "swarm_init", ca)["changed"]
    wait_until(lambda: not hosts.swarm("manager1")["Cluster"]["RootRotationInProgress"])
    options = join_options(hosts, "worker")
    joined = hosts.module("worker1", "swarm_join", options)
    subject = f"/O={joined['cluster_id']}/OU=swarm-worker/CN={joined['node_id']}"
    with stopped(hosts, "worker1"):
        for name, text in zip(("crt", "key"), expired_certificate(tmp_path, ca, subject), strict=True):
            hosts.console("worker1", f"printf %s '{text}' > {CERTIFICATES}/swarm-node.{name}")
    wait_until(lambda: hosts.swarm("worker1")["LocalNodeState"] == "error")
    answer = hosts.module("worker1", "swarm_join", options)
    assert "Its certificate has expired" in answer["msg"], answer
    assert "Nothing was changed" in answer["msg"]
    assert answer["local_state"] == "error"
    assert hosts.module("worker1", "swarm_leave", {})["left_node_id"] == joined["node_id"]
    assert hosts.module("worker1", "swarm_join", options)["changed"]
