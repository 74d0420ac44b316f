# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Compose files and the values in them come from. Nothing runs: the services have no replicas."""

from __future__ import annotations

import base64

from .conftest import ENGINES, changed

STACK = """
services:
  web:
    image: registry:5000/busybox:1
    env_file: web.env
    environment:
      FROM: "${TASK} ${LATER} ${EARLIER} ${CONTROLLER}"
    configs: [app]
    deploy: {replicas: 0, endpoint_mode: dnsrr}
configs:
  app: {file: conf/app.conf}
"""
EARLIER = "TASK=earlier\nLATER=earlier\nEARLIER='earlier'\n"
LATER = "TASK=later\nLATER=later\n"
VARIABLES = {"TASK": "controller", "LATER": "controller", "EARLIER": "controller", "CONTROLLER": "controller"}


def environment_of(engines, stack):
    return {host: set(found) for host, found in engines.spec(f"{stack}_web", ".TaskTemplate.ContainerSpec.Env").items()}


def config_of(engines, stack):
    data = engines.docker(f"config inspect {stack}_app --format '{{{{json .Spec.Data}}}}'")
    return {host: base64.b64decode(text.strip('"')).decode() for host, text in data.items()}


def test_the_task_wins_over_its_files_and_these_over_the_controller(engines, stack):
    engines.environment.update(VARIABLES)
    (engines.folder / "conf").mkdir()
    for name, text in {
        "stack.yml": STACK,
        "web.env": "OWN=x\n",
        "conf/app.conf": "on the controller",
        "a.env": EARLIER,
        "b.env": LATER,
    }.items():
        (engines.folder / name).write_text(text)
    options = {"compose": ["stack.yml"], "env": {"TASK": "task"}, "env_file": ["a.env", "b.env"]}
    assert changed(stack(**options)) == {True}
    expected = {"FROM=task later earlier controller", "OWN=x"}
    assert environment_of(engines, stack.stack) == dict.fromkeys(ENGINES, expected)
    assert set(config_of(engines, stack.stack).values()) == {"on the controller"}
    assert changed(stack(**options)) == {False}


def test_files_on_the_node(engines, stack):
    engines.environment.update(VARIABLES)
    folder = f"/srv/{stack.stack}"
    try:
        for host in ENGINES:
            engines.console(host, f"mkdir -p {folder}/conf")
            for name, text in {
                "stack.yml": STACK,
                "web.env": f"OWN={host}\n",
                "conf/app.conf": f"on {host}",
                "vars.env": f"TASK=file\nLATER={host}\nEARLIER=file\n",
            }.items():
                engines.put(host, f"{folder}/{name}", text)
        options = {"compose": [f"{folder}/stack.yml"], "env_file": [f"{folder}/vars.env"], "env": {"TASK": "task"}}
        assert changed(stack(**options, remote_src=True)) == {True}
        assert environment_of(engines, stack.stack) == {
            host: {f"FROM=task {host} file controller", f"OWN={host}"} for host in ENGINES
        }
        assert config_of(engines, stack.stack) == {host: f"on {host}" for host in ENGINES}
        # The same files are not on the controller.
        for result in stack(**options).values():
            assert f"{folder}/stack.yml: No such file or directory. Nothing was changed." in result["msg"]
        (broken,) = stack(compose=[f"{folder}/none.yml"], remote_src=True, hosts="manager1").values()
        assert f"{folder}/none.yml" in broken["msg"]
    finally:
        for host in ENGINES:
            engines.console(host, f"rm -rf {folder}")


def test_a_template_has_the_variables_of_the_host(engines, stack):
    (engines.folder / "part.j2").write_text("x-{{ inventory_hostname }}")
    (engines.folder / "stack.yml").write_text(
        """
services:
{% for name in ["web", "api"] %}
  {{ name }}:
    image: registry:5000/busybox:1
    environment:
      HOST: "{% include 'part.j2' %}"
      KEPT: "$${NAME} ${NAME}"
    deploy: {replicas: 0, endpoint_mode: dnsrr}
{% endfor %}
"""
    )
    assert changed(stack(compose=["stack.yml"], template=True, env={"NAME": "value"})) == {True}
    expected = {host: {f"HOST=x-{host}", "KEPT=${NAME} value"} for host in ENGINES}
    assert environment_of(engines, stack.stack) == expected
    # Without the option, the braces are not looked at.
    for result in stack(compose=["stack.yml"], env={"NAME": "value"}).values():
        assert "line 3: found character that cannot start any token" in result["msg"]


def test_the_diff_of_thirty_services(engines, stack):
    def services(tag):
        deploy = {"replicas": 0, "endpoint_mode": "dnsrr"}
        return {f"s{number:02}": {"image": f"registry:5000/busybox:{tag}", "deploy": deploy} for number in range(30)}

    assert changed(stack(definition={"services": {**services(1), "old": services(1)["s00"]}})) == {True}
    reverse = dict(reversed(services(2).items()))
    planned = stack(definition={"services": reverse}, prune=True, check=True)
    names = [f"{stack.stack}_s{number:02}" for number in range(30)]
    for result in planned.values():
        assert result["diff"]["prepared"].splitlines() == [
            *(
                f"service {name}.{field}: registry:5000/busybox:1 -> registry:5000/busybox:2"
                for name in names
                for field in ("deploy.labels.com.docker.stack.image", "image")
            ),
            f"service {stack.stack}_old: remove (not in the file)",
        ]
