# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The double keeps what it promises, where a test would prove nothing if it did not."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine, connect
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, NotFound, OutOfSequence

from tests.doubles import EngineDouble, served


@pytest.fixture
def double():
    return EngineDouble(nodes=2)


@pytest.fixture
def engine(double):
    return Engine(double)


def spec(**container):
    return {"Name": "web", "TaskTemplate": {"ContainerSpec": {"Image": "web:1", **container}}}


def test_it_speaks_as_an_engine_does_behind_a_socket(double, tmp_path):
    with served(double, tmp_path / "engine.sock") as address:
        engine = connect({"docker_host": address})
        assert engine.api_version == (1, 47)
        assert [node["Spec"]["Role"] for node in engine.nodes()] == ["manager", "worker"]
        assert [str(request) for request in double.requests] == ["GET /version", "GET /nodes"]
        with pytest.raises(NotFound, match="service nobody not found"):
            engine.update_service("nobody", 1, {})


def test_a_write_that_comes_too_late_is_out_of_sequence(engine):
    engine.create_service(spec())
    (service,) = engine.services()
    version = service["Version"]["Index"]
    engine.update_service(service["ID"], version, spec(Hostname="new"))
    with pytest.raises(OutOfSequence):
        engine.update_service(service["ID"], version, spec())
    (changed,) = engine.services()
    assert changed["Spec"]["TaskTemplate"]["ContainerSpec"]["Hostname"] == "new"
    assert changed["PreviousSpec"] == service["Spec"]


def test_the_content_of_a_secret_is_told_but_not_shown_and_asking_is_no_write(double, engine):
    secret = engine.create_secret({"Name": "key", "Data": "YQ=="})
    double.requests.clear()
    assert engine.secret_holds(secret, {"Name": "key", "Data": "YQ=="})
    assert not engine.secret_holds(secret, {"Name": "key", "Data": "Yg=="})
    assert "Data" not in engine.secrets()[0]["Spec"]
    assert double.writes == []


def test_one_that_refuses_writes_still_answers_questions(double, engine):
    secret = engine.create_secret({"Name": "key", "Data": "YQ=="})
    double.refuses_writes = True
    assert engine.secret_holds(secret, {"Name": "key", "Data": "YQ=="})
    with pytest.raises(EngineError, match="refuses writes") as refusal:
        engine.remove_secret(secret)
    assert refusal.value.status == 403
    assert len(engine.secrets()) == 1


def test_what_is_in_use_stays_and_references_lead_somewhere(engine):
    network = engine.create_network({"Name": "front", "Driver": "overlay"})
    wish = spec()
    wish["TaskTemplate"]["Networks"] = [{"Target": "front"}]
    engine.create_service(wish)
    assert engine.services()[0]["Spec"]["TaskTemplate"]["Networks"] == [{"Target": network}]
    with pytest.raises(EngineError, match="in use"):
        engine.remove_network(network)
    with pytest.raises(EngineError, match="Secret not found"):
        engine.create_service({**spec(Secrets=[{"SecretID": "", "SecretName": "key"}]), "Name": "other"})
    with pytest.raises(EngineError, match="is taken"):
        engine.create_service(spec())


def test_lists_are_filtered(engine):
    for name, labels in (("a", {"x": "1"}), ("ab", {"x": "2"}), ("b", {})):
        engine.create_config({"Name": name, "Labels": labels, "Data": "YQ=="})

    def names(**filters):
        return [item["Spec"]["Name"] for item in engine.configs(filters)]

    assert names() == ["a", "ab", "b"]
    assert names(name=["a"]) == ["a", "ab"]
    assert names(label=["x"]) == ["a", "ab"]
    assert names(label=["x=2"]) == ["ab"]


@pytest.mark.parametrize(
    ("mode", "state", "count"),
    [
        (None, "running", 1),
        ({"Replicated": {"Replicas": 3}}, "running", 3),
        ({"Global": {}}, "running", 2),
        ({"ReplicatedJob": {"TotalCompletions": 4}}, "complete", 4),
        ({"GlobalJob": {}}, "complete", 2),
    ],
)
def test_tasks_follow_from_the_mode(engine, mode, state, count):
    engine.create_service({**spec(), "Mode": mode})
    assert [task["Status"]["State"] for task in engine.tasks({"service": ["web"]})] == [state] * count
    assert engine.services(status=True)[0]["ServiceStatus"]["DesiredTasks"] == count


def test_a_spec_comes_back_as_an_engine_stores_it():
    engine = Engine(EngineDouble(api_version="1.41"))
    wish = spec(
        Env=[], Init=False, OomScoreAdj=5, Unknown=1, DNSConfig={}, Mounts=[{"Source": "/a", "BindOptions": {}}]
    )
    engine.create_service({**wish, "UpdateConfig": {"MaxFailureRatio": 0.15000000596046448}, "EndpointSpec": {}})
    stored = engine.services()[0]["Spec"]
    assert stored == {
        "Name": "web",
        "Labels": {},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": "web:1",
                "Init": False,
                "Isolation": "default",
                "DNSConfig": {},
                "Mounts": [{"Type": "bind", "Source": "/a"}],
            },
            "ForceUpdate": 0,
            "Runtime": "container",
        },
        "Mode": {"Replicated": {"Replicas": 1}},
        "UpdateConfig": {
            "Parallelism": 0,
            "FailureAction": "pause",
            "MaxFailureRatio": 0.15,
            "Order": "stop-first",
        },
        "EndpointSpec": {"Mode": "vip"},
    }
