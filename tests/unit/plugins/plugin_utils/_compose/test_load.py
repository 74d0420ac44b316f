# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From Compose files to the model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.plugins.plugin_utils._compose.loading import loaded, refusal, service_of, with_service


def test_the_smallest_stack() -> None:
    empty: dict[str, Any] = {"networks": {}, "volumes": {}, "secrets": {}, "configs": {}, "warnings": [], "name": ""}
    assert loaded("services: {web: {image: i}}") == {"services": {"web": {"image": "i"}}, **empty}
    assert loaded({}) == {"services": {}, **empty}


@pytest.mark.parametrize("compatibility", ["default", "cli"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"command": "a 'b c'"}, {"command": ["a", "b c"]}),
        ({"entrypoint": ["a", "b c"]}, {"entrypoint": ["a", "b c"]}),
        ({"labels": ["a", "b=c=d"]}, {"labels": {"a": "", "b": "c=d"}}),
        ({"labels": {"a": None, "b": 1, "c": 1000000.0}}, {"labels": {"a": "", "b": "1", "c": "1e+06"}}),
        ({"sysctls": {"a": 1}}, {"sysctls": {"a": "1"}}),
        ({"environment": ["A", "B=", "C=1", "C=2"]}, {"environment": {"A": None, "B": "", "C": "2"}}),
        ({"dns": "1.1.1.1", "dns_search": ["x"]}, {"dns": ["1.1.1.1"], "dns_search": ["x"]}),
        ({"extra_hosts": {"b": "2", "a": "[::1]", "c": None}}, {"extra_hosts": ["a:::1", "b:2"]}),
        ({"configs": [{"source": "b", "mode": 2**32 + 5}]}, {"configs": [{"source": "b", "mode": 5}]}),
        ({"build": {"context": ".", "any": 1}, "devices": ["/x"], "depends_on": ["db"]}, {}),
        ({"extra_hosts": ["b=[::1]", "a:1.1.1.1", "none"]}, {"extra_hosts": ["b:::1", "a:1.1.1.1"]}),
        ({"stop_grace_period": "1m"}, {"stop_grace_period": 60 * 10**9}),
        ({"healthcheck": {"test": "true"}}, {"healthcheck": {"test": ["CMD-SHELL", "true"]}}),
        (
            {"healthcheck": {"test": ["CMD", "x"], "interval": "1s", "retries": 3.0}},
            {"healthcheck": {"test": ["CMD", "x"], "interval": 10**9, "retries": 3}},
        ),
        (
            {"ulimits": {"nofile": 5, "nproc": {"soft": 1, "hard": 2}}},
            {"ulimits": {"nofile": {"soft": 5, "hard": 5}, "nproc": {"soft": 1, "hard": 2}}},
        ),
        ({"networks": ["a", "b"]}, {"networks": {"a": None, "b": None}}),
        ({"networks": {"a": {"aliases": ["x"]}, "b": None}}, {"networks": {"a": {"aliases": ["x"]}, "b": None}}),
        (
            {"secrets": ["a", {"source": "b", "mode": 0o400}]},
            {"secrets": [{"source": "a"}, {"source": "b", "mode": 0o400}]},
        ),
        ({"configs": [{"source": "b", "Target": "x", "zz": 1}]}, {"configs": [{"source": "b", "target": "x"}]}),
        (
            {"ports": ["80", {"target": 53, "published": 53.0, "protocol": "udp", "mode": "host"}]},
            {
                "ports": [
                    {"target": 80, "published": 0, "protocol": "tcp", "mode": "ingress"},
                    {"target": 53, "published": 53, "protocol": "udp", "mode": "host"},
                ]
            },
        ),
        (
            {"volumes": ["./x:/x", "~/y:/y"]},
            {
                "volumes": [
                    {"type": "bind", "source": "/srv/stack/x", "target": "/x"},
                    {"type": "bind", "source": "/home/me/y", "target": "/y"},
                ]
            },
        ),
        (
            {"volumes": [{"type": "bind", "source": "x", "target": "/x", "bind": {"create_host_path": True}}]},
            {"volumes": [{"type": "bind", "source": "/srv/stack/x", "target": "/x", "bind": {}}]},
        ),
        (
            {"logging": {"driver": "x", "options": {"a": 1, "b": None}}},
            {"logging": {"driver": "x", "options": {"a": "1", "b": ""}}},
        ),
        ({"deploy": None}, {}),
        (
            {"deploy": {"replicas": 2.0, "update_config": {"delay": "1s", "max_failure_ratio": 0.1}}},
            {"deploy": {"replicas": 2, "update_config": {"delay": 10**9, "max_failure_ratio": 0.1}}},
        ),
        (
            {"deploy": {"resources": {"limits": {"cpus": "0.5", "memory": "1k"}}}},
            {"deploy": {"resources": {"limits": {"cpus": "0.5", "memory": 1024}}}},
        ),
        (
            {"init": False, "tty": True, "user": "u", "restart": "no", "shm_size": "1m"},
            {
                "init": False,
                "tty": True,
                "user": "u",
                "restart": "no",
            },
        ),
    ],
)
def test_one_form_for_all(given: dict[str, Any], expected: dict[str, Any], compatibility: str) -> None:
    assert service_of(given, compatibility=compatibility) == {"image": "i", **expected}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"command": "a 'b"}, "services.web.command: EOF found when expecting closing quote"),
        ({"deploy": {"replicas": -1}}, "services.web.deploy.replicas: must not be negative, got -1"),
        ({"healthcheck": {"retries": -0.5}}, "services.web.healthcheck.retries: must not be negative, got -0.5"),
        (
            {"deploy": {"resources": {"limits": {"memory": "5q"}}}},
            "services.web.deploy.resources.limits.memory: invalid suffix: 'q'",
        ),
        ({"ports": ["80", 80.5]}, "services.web.ports.1: invalid port 80.5"),
        ({"ports": [{"target": -1}]}, "services.web.ports.0.target: must not be negative, got -1"),
        ({"volumes": ["/x", "aa::/b"]}, "services.web.volumes.1: invalid spec: aa::/b: empty section between colons"),
        (
            {"volumes": [{"type": "bind", "target": "/x"}]},
            'services.web.volumes.0: invalid mount config for type "bind": field Source must not be empty',
        ),
        ({"ulimits": {"NOFILE": "5"}}, "services.web.ulimits.NOFILE: soft must be a whole number, got '5'"),
        ({"shm_size": 100}, "services.web.shm_size: expected a string, got 100; put it in quotes"),
        (
            {"ulimits": {"nofile": 2**63}},
            "services.web.ulimits.nofile: soft must be a whole number, got 9223372036854775808",
        ),
        (
            {"deploy": {"update_config": {"max_failure_ratio": 1e39}}},
            "services.web.deploy.update_config.max_failure_ratio: 1e+39 is too large",
        ),
        ({"image": ""}, "invalid image reference for service web: no image specified"),
        ({"image": "Web"}, "invalid image reference for service web: invalid reference format: "),
        ({"zz": 1}, "0.yml: services.web Additional property zz is not allowed"),
        (
            {"env_file": "none.env"},
            "open /srv/stack/none.env: no such file or directory It is an env_file of services.web.",
        ),
    ],
)
def test_refused(given: dict[str, Any], message: str) -> None:
    assert refusal(with_service(**given)).startswith(message)


def test_times_cannot_be_strings_but_values() -> None:
    text = "services: {web: {image: i, environment: {D: 2024-01-02}}}"
    assert loaded(text)["services"]["web"]["environment"] == {"D": "2024-01-02 00:00:00 +0000 UTC"}
    message = "services.web.hostname: expected a string, got 2024-01-02 00:00:00 +0000 UTC; put it in quotes"
    assert refusal("services: {web: {image: i, hostname: 2024-01-02}}") == message


# Keys with values that the schema takes for text, among them those that a swarm has no use for.
TEXTS = (
    *("build", "cgroup_parent", "cgroupns_mode", "command", "container_name", "dns", "domainname", "entrypoint"),
    *("env_file", "hostname", "ipc", "mac_address", "network_mode", "pid", "shm_size", "tmpfs", "userns_mode"),
)
LISTS = ("cap_add", "depends_on", "devices", "external_links", "links", "networks", "security_opt", "volumes")


@pytest.mark.parametrize("compatibility", ["default", "cli"])
@pytest.mark.parametrize(
    "keys",
    [
        *[f"{key}: 2024-01-02" for key in TEXTS],
        *[f"{key}: [2024-01-02]" for key in LISTS],
        *[f"build: {{{key}: 2024-01-02}}" for key in ("context", "dockerfile", "network", "target")],
        "healthcheck: {test: 2024-01-02}",
    ],
)
def test_times_are_no_text(keys: str, compatibility: str) -> None:
    place = keys.split(": ", maxsplit=1)[0]
    message = refusal(f"services: {{web: {{image: i, {keys}}}}}", compatibility=compatibility)
    assert message.startswith(f"services.web.{place}")


def test_environment_of_files() -> None:
    env = {"KNOWN": "k", "B": "process", "NONE": "n"}
    keys = {"env_file": ["base.env", "/srv/stack/other.env"], "environment": {"B": "own", "NONE": None, "BARE": None}}
    found = {"A": "other", "EMPTY": "", "KNOWN": "k", "B": "own", "NONE": "n", "BARE": None}
    assert service_of(keys, env=env)["environment"] == found
    assert service_of(keys, env=env, compatibility="cli")["environment"] == found


def test_empty_variables_are_empty() -> None:
    keys = {"env_file": "base.env", "environment": {"OWN": ""}}
    env = {"EMPTY": "process", "OWN": "process"}
    cli = loaded(with_service(**keys), env=env, compatibility="cli")
    assert cli["services"]["web"]["environment"] == {"A": "base", "EMPTY": "process", "OWN": "process"}
    assert cli["warnings"] == []
    default = loaded(with_service(**keys), env=env)
    assert default["services"]["web"]["environment"] == {"A": "base", "EMPTY": "", "OWN": ""}
    assert [warning.split(" ")[0] for warning in default["warnings"]] == [
        "services.web.environment.EMPTY",
        "services.web.environment.OWN",
    ]


def test_versions() -> None:
    for version in ("", "3", "3.13"):
        assert "warnings" in loaded({"version": version, **with_service(oom_score_adj=1)}, {"services": {}})
    assert refusal({"version": "2.4"}) == (
        "0.yml: unsupported Compose file version: 2.4 Versions 3.0 to 3.13 are supported, or none at all."
    )
    assert refusal("version: 3.8").startswith("0.yml: version must be a string")
    assert refusal({"version": "3.7"}, {}).startswith("version mismatched between two composefiles : 3.7 and 3.13")


def test_forbidden_and_ignored_keys() -> None:
    message = refusal(with_service(mem_limit="1g", extends="x"))
    assert message.startswith("0.yml: Compose file contains unsupported options: extends: ")
    assert "mem_limit: Set resource limits using deploy.resources" in message
    files = [with_service(restart="always", build=".", expose=[80]), with_service(privileged=True, container_name="x")]
    warnings = loaded(*files)["warnings"]
    assert warnings[0] == "Ignoring unsupported options: build, privileged, restart"
    assert warnings[1].startswith("Ignoring deprecated options: container_name: ")
    assert "; expose: " in warnings[1]


def test_sections_are_replaced_entry_by_entry() -> None:
    model = loaded(
        {"networks": {"a": {"driver": "x"}, "b": {"driver": "y"}}, "volumes": {"v": {"driver": "z"}}},
        {"networks": {"a": {"attachable": True}}, "volumes": {"v": None}},
    )
    assert model["networks"] == {"a": {"attachable": True}, "b": {"driver": "y"}}
    assert model["volumes"] == {"v": {}}


def test_files_are_read_in_the_right_order() -> None:
    assert refusal({"services": None}, "a: [").startswith("1.yml: line ")
    assert refusal() == "no Compose file is given"
    assert refusal([]) == "0.yml: top-level object must be a mapping"


@pytest.mark.parametrize(
    ("given", "found", "warning"),
    [
        (with_service(depends_on={"db": {"condition": "service_started"}}), {}, "services.web.depends_on is ignored"),
        (with_service(depends_on=["db"]), {}, None),
        (
            with_service(ports=[{"target": 80, "published": "8080"}]),
            {"ports": [{"target": 80, "published": 8080, "protocol": "", "mode": ""}]},
            None,
        ),
        (
            with_service(ports=[{"target": 80, "host_ip": "127.0.0.1"}]),
            {"ports": [{"target": 80, "published": 0, "protocol": "", "mode": ""}]},
            "services.web.ports: host_ip 127.0.0.1 is ignored",
        ),
        (
            with_service(environment={"A": True}, labels={"b": False}),
            {"environment": {"A": "true"}, "labels": {"b": "false"}},
            None,
        ),
        (
            with_service(deploy={"resources": {"limits": {"cpus": 0.5}}}),
            {"deploy": {"resources": {"limits": {"cpus": "0.5"}}}},
            None,
        ),
        (
            with_service(secrets=[{"source": "s", "mode": "0400"}, {"source": "t", "mode": "440"}]),
            {"secrets": [{"source": "s", "mode": 0o400}, {"source": "t", "mode": 0o440}]},
            None,
        ),
        (
            with_service(env_file=[{"path": "none.env", "required": False}, {"path": "other.env"}]),
            {"environment": {"A": "other", "B": "b"}},
            None,
        ),
        (
            with_service(oom_score_adj=5),
            {"oom_score_adj": 5},
            "services.web.oom_score_adj is set; docker stack deploy ignores it",
        ),
        (with_service(tmpfs="/x"), {}, "services.web.tmpfs is ignored"),
        (
            with_service(networks={"n": {"ipv4_address": "10.0.0.5"}}),
            {"networks": {"n": {}}},
            "services.web.networks: a swarm has no fixed addresses",
        ),
        (
            with_service(volumes=[{"type": "tmpfs", "target": "/x", "tmpfs": {"mode": 0o700}}]),
            {"volumes": [{"type": "tmpfs", "target": "/x", "tmpfs": {"mode": 0o700}}]},
            "services.web.volumes.0: docker stack deploy ignores the mode of a tmpfs",
        ),
        (
            with_service(extra_hosts={"a": 1, "b": 1.5, "c": "::1"}),
            {"extra_hosts": ["a:1", "b:1.5", "c:::1"]},
            "services.web.extra_hosts: a number is no address; docker stack deploy garbles it",
        ),
        ("services: {web: {image: i, command: [http://x/?y]}}", {"command": ["http://x/?y"]}, None),
        (
            {**with_service(volumes=["x:/y"]), "volumes": {"x": None}},
            {"volumes": [{"type": "volume", "source": "x", "target": "/y"}]},
            "services.web.volumes.0: docker stack deploy takes x: for a Windows drive",
        ),
        (with_service(volumes=["x:/y"]), {"volumes": [{"type": "volume", "target": "x:/y"}]}, None),
    ],
)
def test_by_default(given: Any, found: Any, warning: str | None) -> None:
    model = loaded(given)
    assert model["services"]["web"] == {"image": "i", **found}
    warnings = [text for text in model["warnings"] if not text.startswith("Ignoring")]
    assert len(warnings) == (1 if warning else 0)
    assert not warning or warnings[0].startswith(warning)


def test_as_the_cli() -> None:
    lost = service_of(
        {"oom_score_adj": 5, "volumes": [{"type": "tmpfs", "target": "/x", "tmpfs": {"mode": 0o700}}]},
        compatibility="cli",
    )
    assert lost == {"image": "i", "volumes": [{"type": "tmpfs", "target": "/x", "tmpfs": {}}]}
    hosts = service_of({"extra_hosts": {"a": 1, "b": 1.50, "c": 2**63, "d": "::1"}}, compatibility="cli")["extra_hosts"]
    assert hosts == ["a:%!s(int=1)", "b:%!s(float64=1.5)", "c:%!s(uint64=9223372036854775808)", "d:::1"]
    letter = loaded({**with_service(volumes=["x:/y"]), "volumes": {"x": None}}, compatibility="cli")
    assert letter["services"]["web"]["volumes"] == [{"type": "volume", "target": "x:/y"}]
    assert letter["warnings"] == []
    assert "question mark" in refusal("services: {web: {image: i, command: [http://x/?y]}}", compatibility="cli")
    assert refusal({"name": "x"}, compatibility="cli") == "0.yml: (root) Additional property name is not allowed"


def test_the_name_of_a_file() -> None:
    assert loaded({"name": "${A}"}, {"services": {}}, env={"A": "stack"})["name"] == "stack"


def test_a_published_range_is_no_number() -> None:
    message = refusal(with_service(ports=[{"target": 80, "published": "8080-8090"}]))
    assert message == "services.web.ports.0.published: published must be one port number, got '8080-8090'"


def test_without_a_home() -> None:
    model = loaded(with_service(volumes=["~/x:/x"]), home=None)
    assert model["services"]["web"]["volumes"][0]["source"] == "/srv/stack/~/x"
    assert model["warnings"] == ["cannot expand '~', because the environment lacks HOME"]
